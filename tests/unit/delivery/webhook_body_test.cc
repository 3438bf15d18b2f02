#include "delivery/webhook_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/protobuf/util/time_util.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::google::protobuf::util::TimeUtil;
using ::testing::HasSubstr;
using ::testing::Not;

v1::Notice DeleteNotice() {
  v1::Notice notice;
  notice.set_name("requests/r1/notices/n1");
  notice.set_recipient("recipients/parcel");
  notice.set_kind(v1::NOTICE_KIND_DELETE);
  notice.add_categories("orders");
  notice.add_categories("addresses");
  notice.add_subject_references("u-17");
  *notice.mutable_create_time() = TimeUtil::SecondsToTimestamp(1772323200);
  *notice.mutable_due_time() = TimeUtil::SecondsToTimestamp(1773676800);
  return notice;
}

TEST(WebhookBodyTest, TellsWhichDataToDeleteByWhen) {
  EXPECT_THAT(WebhookBody(DeleteNotice()),
              IsOkAndHolds(std::string(
                  R"({"type":"dsr.notice.delete","timestamp":"2026-03-01T00:00:00Z","data":{)"
                  R"("notice":"requests/r1/notices/n1","instruction":false,)"
                  R"("categories":["orders","addresses"],"subject_references":["u-17"],)"
                  R"("due_time":"2026-03-16T16:00:00Z"}})")));
}

TEST(WebhookBodyTest, TellsAProcessorThatItIsAnInstruction) {
  v1::Notice notice = DeleteNotice();
  notice.set_instruction(true);

  EXPECT_THAT(WebhookBody(notice), IsOkAndHolds(HasSubstr(R"("instruction":true)")));
}

TEST(WebhookBodyTest, TellsTheLawAndWhoElseIsToBeTold) {
  v1::Notice notice = DeleteNotice();
  notice.add_onward_recipients("recipients/carrier");
  notice.set_language("en");
  notice.set_legal_basis("A law, article 47");

  EXPECT_THAT(
      WebhookBody(notice),
      IsOkAndHolds(HasSubstr(R"(,"onward_recipients":["recipients/carrier"],"language":"en",)"
                             R"("legal_basis":"A law, article 47"}})")));
}

TEST(WebhookBodyTest, NeverCarriesACorrectedValue) {
  v1::Notice notice = DeleteNotice();
  notice.set_kind(v1::NOTICE_KIND_CORRECT);
  v1::CorrectedValue& correction = *notice.add_corrections();
  correction.set_field("street");
  correction.set_value("Secret Lane 5");

  EXPECT_THAT(WebhookBody(notice), IsOkAndHolds(HasSubstr(R"("type":"dsr.notice.correct")")));
  EXPECT_THAT(WebhookBody(notice), IsOkAndHolds(Not(HasSubstr("Secret Lane"))));
}

TEST(WebhookBodyTest, DoesNotChangeWithTheAttempts) {
  v1::Notice later = DeleteNotice();
  later.set_attempts(7);
  later.set_overdue(true);
  later.set_state(v1::Notice::STATE_FAILED);

  EXPECT_EQ(*WebhookBody(later), *WebhookBody(DeleteNotice()));
}

TEST(WebhookBodyTest, EscapesReferences) {
  v1::Notice notice = DeleteNotice();
  notice.set_subject_references(0, "a\"],\"x\":[\"\\\n张");

  EXPECT_THAT(WebhookBody(notice),
              IsOkAndHolds(HasSubstr(R"("subject_references":["a\"],\"x\":[\"\\\n张"])")));
}

TEST(WebhookBodyTest, KeepsEmptyLists) {
  v1::Notice notice = DeleteNotice();
  notice.clear_subject_references();
  notice.clear_due_time();

  EXPECT_THAT(WebhookBody(notice), IsOkAndHolds(HasSubstr(R"("subject_references":[]}})")));
}

TEST(WebhookBodyTest, IsInternalForANoticeWithoutKind) {
  v1::Notice notice = DeleteNotice();
  notice.clear_kind();

  EXPECT_THAT(WebhookBody(notice), StatusIs(absl::StatusCode::kInternal));
}

TEST(WebhookBodyTest, SaysOfATestNothingButThatItIsOne) {
  EXPECT_EQ(TestWebhookBody(absl::FromUnixSeconds(1772323200)),
            R"({"type":"dsr.notice.test","timestamp":"2026-03-01T00:00:00Z","data":{}})");
}

TEST(WebhookIdTest, IsRandomForATest) {
  const std::string id = WebhookId(v1::Notice());

  EXPECT_THAT(id, ::testing::MatchesRegex("test-[0-9a-f]{16}"));
  EXPECT_NE(WebhookId(v1::Notice()), id);
}

TEST(WebhookIdTest, IsTheNoticesOwnId) { EXPECT_EQ(WebhookId(DeleteNotice()), "n1"); }

}  // namespace
}  // namespace dsr
