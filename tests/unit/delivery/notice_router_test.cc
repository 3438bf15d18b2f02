#include "delivery/notice_router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/delivery/fake_transports.h"

namespace dsr {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class NoticeRouterTest : public ::testing::Test {
 protected:
  NoticeRouterTest() {
    recipient_.set_name("recipients/parcel");
    notice_.set_name("requests/r1/notices/n1");
  }

  DeliveryResult DeliverBy(const NoticeRouter::Transports& transports) {
    return NoticeRouter(transports)
        .Deliver(NoticeAttempt{
            .recipient = recipient_, .way = recipient_.delivery(), .notice = notice_});
  }

  v1::Recipient recipient_;
  v1::Notice notice_;
  FakeNoticeTransport webhook_, push_, letter_;
};

TEST_F(NoticeRouterTest, TakesEachAttemptToTheTransportOfItsWay) {
  recipient_.mutable_delivery()->mutable_webhook();
  EXPECT_TRUE(DeliverBy({&webhook_, &push_, &letter_}).delivered);
  recipient_.mutable_delivery()->mutable_push();
  EXPECT_TRUE(DeliverBy({&webhook_, &push_, &letter_}).delivered);
  recipient_.mutable_delivery()->mutable_letter();
  EXPECT_TRUE(DeliverBy({&webhook_, &push_, &letter_}).delivered);

  EXPECT_THAT(webhook_.Begun("recipients/parcel"), SizeIs(1));
  EXPECT_THAT(push_.Begun("recipients/parcel"), SizeIs(1));
  EXPECT_THAT(letter_.Begun("recipients/parcel"), SizeIs(1));
}

TEST_F(NoticeRouterTest, GoesByTheWayOfTheAttemptAndNotByTheUsualOne) {
  recipient_.mutable_delivery()->mutable_webhook();
  recipient_.mutable_fallback()->mutable_letter();

  NoticeRouter({&webhook_, &push_, &letter_})
      .Deliver(
          NoticeAttempt{.recipient = recipient_, .way = recipient_.fallback(), .notice = notice_});

  EXPECT_THAT(webhook_.Begun("recipients/parcel"), IsEmpty());
  EXPECT_THAT(letter_.Begun("recipients/parcel"), SizeIs(1));
}

TEST_F(NoticeRouterTest, GivesUpOnAWayThatHasNoTransport) {
  for (const bool is_set : {false, true}) {
    if (is_set) recipient_.mutable_delivery()->mutable_letter();

    const DeliveryResult result = DeliverBy({.webhook = &webhook_});

    EXPECT_TRUE(result.give_up);
    EXPECT_EQ(result.code, "way-unsupported");
  }
}

TEST_F(NoticeRouterTest, LeavesNoticesToTheRecipientThatFetchesThem) {
  recipient_.mutable_delivery()->mutable_pull();

  const DeliveryResult result = DeliverBy({&webhook_, &push_, &letter_});

  EXPECT_FALSE(result.delivered);
  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "no-delivery");
}

}  // namespace
}  // namespace dsr
