#include "delivery/notice_dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "delivery/backoff.h"
#include "dsr/workflow/names.h"
#include "testing/running_core.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/delivery/fake_transports.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kWorkflows[] = DSR_SOURCE_DIR "/workflows";
constexpr char kAds[] = "recipients/ads";
constexpr char kLogistics[] = "recipients/logistics";

class NoticeDispatcherTest : public ::testing::Test {
 protected:
  NoticeDispatcherTest() : core_(folder_.path(), kWorkflows, clock_) { core_.AddShop(); }
  ~NoticeDispatcherTest() override { Stop(); }

  void Start() {
    dispatcher_ =
        std::make_unique<NoticeDispatcher>(NoticeDispatcher::Parts{.store = core_.store(),
                                                                   .clock = clock_,
                                                                   .executor = core_.executor(),
                                                                   .reader = core_.reader(),
                                                                   .transport = transport_});
    core_.commits().Add(dispatcher_.get());
  }
  void Stop() {
    if (dispatcher_ == nullptr) return;
    core_.commits().Remove(dispatcher_.get());
    dispatcher_.reset();
  }

  // A confirmed deletion of what went to `recipients`: each of them has a notice to get.
  RequestId ConfirmDeletion(const std::vector<std::string>& recipients,
                            const std::string& account = "account-1") {
    storage::v1::RequestFiled filed;
    filed.add_categories("recommendation");
    filed.mutable_deletion();
    const RequestId request = core_.File("deletion", account, std::move(filed));
    for (const std::string& recipient : recipients) {
      core_.AddDisclosure(account, recipient, absl::StrCat("reference of ", account));
    }
    core_.ResolveContact(request);
    core_.Verify(request);
    EXPECT_THAT(core_.Execute(request, AssessRequest{}), IsOk());
    EXPECT_THAT(core_.Execute(request, ConfirmPlan{}), IsOk());
    return request;
  }

  void Advance(absl::Duration duration) {
    clock_.Advance(duration);
    dispatcher_->AwaitIdle();
  }

  // A deletion whose only recipient answered 500 to every attempt, and still does.
  RequestId ExhaustTheSchedule() {
    core_.AddRecipient(kAds);
    transport_.Answer(kAds, {.code = "http-500"});
    Start();
    const RequestId request = ConfirmDeletion({kAds});
    dispatcher_->AwaitIdle();
    for (int hour = 0; hour < 100; ++hour) Advance(absl::Hours(1));
    EXPECT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_FAILED);
    return request;
  }

  v1::Notice OnlyNotice(const RequestId& request) {
    const storage::v1::RequestRecord record = core_.Record(request);
    EXPECT_EQ(record.notices_size(), 1);
    return record.notices(0);
  }

  TempDir folder_;
  SimulatedClock clock_{
      absl::FromCivil(absl::CivilSecond(2026, 3, 2, 2, 0, 0), absl::UTCTimeZone())};
  RunningCore core_;
  FakeNoticeTransport transport_;
  std::unique_ptr<NoticeDispatcher> dispatcher_;
};

TEST_F(NoticeDispatcherTest, DeliversANoticeOnceWithTheRecipientsOwnReferences) {
  core_.AddRecipient(kAds);
  Start();

  const RequestId request = ConfirmDeletion({kAds});
  dispatcher_->AwaitIdle();
  Advance(absl::Hours(72));

  const std::vector<v1::Notice> begun = transport_.Begun(kAds);
  ASSERT_THAT(begun, SizeIs(1));
  EXPECT_EQ(begun[0].name(), OnlyNotice(request).name());
  EXPECT_THAT(begun[0].categories(), ElementsAre("recommendation"));
  EXPECT_THAT(begun[0].subject_references(), ElementsAre("reference of account-1"));
  EXPECT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_SENT);
  EXPECT_EQ(OnlyNotice(request).attempts(), 1);
}

TEST_F(NoticeDispatcherTest, RepeatsAFailedDeliveryByTheSchedule) {
  core_.AddRecipient(kAds);
  transport_.Answer(kAds, {.code = "http-500"});
  Start();
  const RequestId request = ConfirmDeletion({kAds});
  dispatcher_->AwaitIdle();
  ASSERT_THAT(transport_.Begun(kAds), SizeIs(1));
  const std::string id(LastSegment(OnlyNotice(request).name()));

  size_t attempts = 1;
  for (const int made : {1, 2, 3}) {
    const absl::Duration pause = BackoffSchedule::ForNotices().Delay(made, id);
    Advance(pause - absl::Milliseconds(1));
    EXPECT_THAT(transport_.Begun(kAds), SizeIs(attempts));
    Advance(absl::Milliseconds(1));
    EXPECT_THAT(transport_.Begun(kAds), SizeIs(++attempts));
  }

  EXPECT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_PENDING);
}

TEST_F(NoticeDispatcherTest, DeliversAtTheAttemptThatSucceedsAndCountsAllOfThem) {
  core_.AddRecipient(kAds);
  transport_.Answer(kAds, {.code = "timeout"});
  Start();
  const RequestId request = ConfirmDeletion({kAds});
  dispatcher_->AwaitIdle();

  transport_.Answer(kAds, {.delivered = true});
  Advance(absl::Minutes(1));

  EXPECT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_SENT);
  EXPECT_EQ(OnlyNotice(request).attempts(), 2);
}

TEST_F(NoticeDispatcherTest, WaitsAsLongAsTheRecipientAsksTo) {
  core_.AddRecipient(kAds);
  transport_.Answer(kAds, {.code = "http-429", .retry_after = absl::Hours(1)});
  Start();
  ConfirmDeletion({kAds});
  dispatcher_->AwaitIdle();

  Advance(absl::Minutes(59));
  EXPECT_THAT(transport_.Begun(kAds), SizeIs(1));
  Advance(absl::Minutes(1));
  EXPECT_THAT(transport_.Begun(kAds), SizeIs(2));
}

TEST_F(NoticeDispatcherTest, RecordsTheFailureOnceWhenTheScheduleIsOver) {
  core_.AddRecipient(kAds);
  transport_.Answer(kAds, {.code = "http-500"});
  Start();
  const RequestId request = ConfirmDeletion({kAds});
  dispatcher_->AwaitIdle();

  for (int day = 0; day < 20; ++day) Advance(absl::Hours(30));

  EXPECT_THAT(transport_.Begun(kAds), SizeIs(NoticeDispatcher::kMostAttempts));
  EXPECT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_FAILED);
  EXPECT_EQ(OnlyNotice(request).attempts(), NoticeDispatcher::kMostAttempts);
  const auto events = core_.Events(request);
  EXPECT_EQ(std::count_if(events.begin(), events.end(),
                          [](const auto& event) { return event.has_notice_failed(); }),
            1);
}

TEST_F(NoticeDispatcherTest, GivesUpAtOnceOnARecipientThatRefusesForGood) {
  core_.AddRecipient(kAds);
  transport_.Answer(kAds, {.give_up = true, .code = "http-410"});
  Start();
  const RequestId request = ConfirmDeletion({kAds});
  dispatcher_->AwaitIdle();
  Advance(absl::Hours(48));

  EXPECT_THAT(transport_.Begun(kAds), SizeIs(1));
  EXPECT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_FAILED);
  for (const auto& event : core_.Events(request)) {
    if (event.has_notice_failed()) {
      EXPECT_EQ(event.notice_failed().code(), "http-410");
    }
  }
}

TEST_F(NoticeDispatcherTest, BeginsAnewWhenAPersonRetriesAFailedNotice) {
  core_.AddRecipient(kAds);
  transport_.Answer(kAds, {.give_up = true, .code = "http-410"});
  Start();
  const RequestId request = ConfirmDeletion({kAds});
  dispatcher_->AwaitIdle();
  ASSERT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_FAILED);

  transport_.Answer(kAds, {.delivered = true});
  DSR_ASSERT_OK_AND_ASSIGN(const auto name, ParseNoticeName(OnlyNotice(request).name()));
  ASSERT_THAT(core_.Execute(request, RetryNotice{name.second}), IsOk());
  dispatcher_->AwaitIdle();

  EXPECT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_SENT);
}

TEST_F(NoticeDispatcherTest, TheScheduleBeginsAnewWithARetryAndIsNotOverAtTheFirstFailure) {
  const RequestId request = ExhaustTheSchedule();
  const NoticeId id = ParseNoticeName(OnlyNotice(request).name())->second;
  const size_t before = transport_.Begun(kAds).size();

  ASSERT_THAT(core_.Execute(request, RetryNotice{id}), IsOk());
  dispatcher_->AwaitIdle();
  Advance(absl::Minutes(1));

  EXPECT_THAT(transport_.Begun(kAds), SizeIs(before + 2));
  EXPECT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_PENDING);
}

TEST_F(NoticeDispatcherTest, AFailedNoticeIsSentAtOnceWhenAPersonResendsIt) {
  const RequestId request = ExhaustTheSchedule();
  ASSERT_TRUE(OnlyNotice(request).has_next_attempt_time());
  const NoticeId id = ParseNoticeName(OnlyNotice(request).name())->second;
  transport_.Answer(kAds, {.delivered = true});

  ASSERT_THAT(core_.Execute(request, ResendNotice{id}), IsOk());
  dispatcher_->AwaitIdle();

  EXPECT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_SENT);
}

TEST_F(NoticeDispatcherTest, DoesNotCountWhatWasNotTriedAmongTheAttempts) {
  core_.AddRecipient(kAds);
  transport_.Answer(kAds, {.code = "circuit-open", .was_tried = false});
  Start();
  const RequestId request = ConfirmDeletion({kAds});
  dispatcher_->AwaitIdle();
  for (int hour = 0; hour < 30; ++hour) Advance(absl::Hours(1));
  ASSERT_GT(transport_.Begun(kAds).size(), size_t{NoticeDispatcher::kMostAttempts});

  transport_.Answer(kAds, {.delivered = true});
  Advance(absl::Hours(1));

  EXPECT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_SENT);
  EXPECT_EQ(OnlyNotice(request).attempts(), 1);
}

TEST_F(NoticeDispatcherTest, LeavesNoticesToTheRecipientThatFetchesThem) {
  core_.AddRecipient(kAds, /*fetches=*/true);
  Start();
  const RequestId request = ConfirmDeletion({kAds});
  dispatcher_->AwaitIdle();

  for (int day = 0; day < 15; ++day) Advance(absl::Hours(24));

  EXPECT_THAT(transport_.Begun(kAds), IsEmpty());
  EXPECT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_PENDING);
}

TEST_F(NoticeDispatcherTest, DelaysNoOtherRecipientByOneThatHangs) {
  core_.AddRecipient(kAds);
  core_.AddRecipient(kLogistics);
  constexpr size_t kRequests = 12;
  for (size_t i = 0; i < kRequests; ++i) {
    ConfirmDeletion({kAds, kLogistics}, absl::StrCat("account-", i));
  }
  transport_.Hang(kAds);

  Start();
  transport_.AwaitBegun(kLogistics, kRequests);
  EXPECT_LE(transport_.Begun(kAds).size(), 2u);

  transport_.Release();
  dispatcher_->AwaitIdle();
  EXPECT_THAT(transport_.Begun(kAds), SizeIs(kRequests));
}

TEST_F(NoticeDispatcherTest, DeliversAnItemAgainOnlyWhenItsAttemptEnded) {
  core_.AddRecipient(kAds);
  const RequestId request = ConfirmDeletion({kAds});
  transport_.Hang(kAds);
  Start();
  transport_.AwaitBegun(kAds, 1);

  // The claim runs out, again and again, while the attempt is under way.
  for (int minute = 0; minute < 5; ++minute) {
    clock_.AwaitWaiters(1);
    clock_.Advance(absl::Minutes(2));
  }
  clock_.AwaitWaiters(1);
  transport_.Release();
  dispatcher_->AwaitIdle();

  EXPECT_THAT(transport_.Begun(kAds), SizeIs(1));
  EXPECT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_SENT);
}

TEST_F(NoticeDispatcherTest, FindsWhatWasLeftWhenItEnded) {
  core_.AddRecipient(kAds);
  Start();
  dispatcher_->AwaitIdle();
  Stop();
  const RequestId request = ConfirmDeletion({kAds});

  Start();
  dispatcher_->AwaitIdle();

  EXPECT_EQ(OnlyNotice(request).state(), v1::Notice::STATE_SENT);
}

}  // namespace
}  // namespace dsr
