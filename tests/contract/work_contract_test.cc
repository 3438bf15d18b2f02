// The Store contract: tasks, notices, messages, timers and the outbox.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "contract/store_contract.h"
#include "dsr/base/proto_time.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class WorkContract : public StoreContract {};

// Tasks and leases

class LeaseContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    for (int i = 0; i < 3; ++i) {
      tasks_.push_back(sample_.AddTask("systems/shop", kNow + absl::Milliseconds(i)));
    }
    sample_.AddTask("systems/mail", kNow);
    ASSERT_THAT(Write(sample_.NextDecision(kNow)), IsOk());
  }

  absl::StatusOr<std::vector<LeasedTask>> Lease(absl::Time now, int limit) {
    const std::vector<std::string> tokens = {std::string(16, 'a'), std::string(16, 'b'),
                                             std::string(16, 'c')};
    absl::StatusOr<std::vector<LeasedTask>> leases;
    const absl::Status status = Write([&](Transaction& t) {
      leases = t.LeaseTasks("systems/shop", now, now + absl::Minutes(1), limit, tokens);
      return leases.status();
    });
    EXPECT_THAT(status, IsOk());
    return leases;
  }

  absl::Status Check(const TaskId& task, char token, absl::Time now) {
    return Write([&](Transaction& t) { return t.CheckLease(task, std::string(16, token), now); });
  }

  RequestSample sample_{1, kNow};
  std::vector<TaskId> tasks_;
};

TEST_P(LeaseContract, GoToTheOldestTasksOfTheSystemAndHideThemUntilTheyEnd) {
  const auto first = Lease(kNow, 2);
  const auto second = Lease(kNow, 3);
  const auto none = Lease(kNow + absl::Seconds(59), 3);
  const auto again = Lease(kNow + absl::Minutes(1), 3);

  ASSERT_THAT(first, IsOkAndHolds(SizeIs(2)));
  EXPECT_EQ((*first)[0].task, tasks_[0]);
  EXPECT_EQ((*first)[0].request, sample_.id());
  EXPECT_EQ((*first)[0].lease_token, std::string(16, 'a'));
  EXPECT_EQ((*first)[0].lease_until, kNow + absl::Minutes(1));
  EXPECT_EQ((*first)[1].task, tasks_[1]);
  EXPECT_EQ((*first)[1].lease_token, std::string(16, 'b'));
  ASSERT_THAT(second, IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ((*second)[0].task, tasks_[2]);
  EXPECT_THAT(none, IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(again, IsOkAndHolds(SizeIs(3)));
}

TEST_P(LeaseContract, HoldForTheirTokenUntilTheirEnd) {
  ASSERT_THAT(Lease(kNow, 1), IsOkAndHolds(SizeIs(1)));

  EXPECT_THAT(Check(tasks_[0], 'a', kNow + absl::Seconds(59)), IsOk());
  EXPECT_THAT(Check(tasks_[0], 'b', kNow), ReasonIs(v1::ERROR_REASON_LEASE_LOST));
  EXPECT_THAT(Check(tasks_[0], 'a', kNow + absl::Minutes(1)),
              ReasonIs(v1::ERROR_REASON_LEASE_LOST));
  EXPECT_THAT(Check(tasks_[1], 'a', kNow), ReasonIs(v1::ERROR_REASON_LEASE_LOST));
  EXPECT_THAT(Check(SampleId<TaskId>(kNow, 99), 'a', kNow), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(LeaseContract, CanBeExtendedWhileTheyRun) {
  ASSERT_THAT(Lease(kNow, 1), IsOkAndHolds(SizeIs(1)));
  const auto extend = [&](absl::Time now) {
    return Write([&](Transaction& t) {
      return t.ExtendLease(tasks_[0], std::string(16, 'a'), now, now + absl::Hours(1));
    });
  };

  EXPECT_THAT(extend(kNow + absl::Seconds(30)), IsOk());
  EXPECT_THAT(Check(tasks_[0], 'a', kNow + absl::Minutes(30)), IsOk());
  EXPECT_THAT(Lease(kNow + absl::Minutes(30), 3), IsOkAndHolds(SizeIs(2)));
  EXPECT_THAT(extend(kNow + absl::Hours(2)), ReasonIs(v1::ERROR_REASON_LEASE_LOST));
}

TEST_P(LeaseContract, AreGoneOnceReleased) {
  ASSERT_THAT(Lease(kNow, 1), IsOkAndHolds(SizeIs(1)));
  const absl::Time available = kNow + absl::Hours(1);

  ASSERT_THAT(Write([&](Transaction& t) { return t.ReleaseTask(tasks_[0], available); }), IsOk());

  EXPECT_THAT(Check(tasks_[0], 'a', kNow), ReasonIs(v1::ERROR_REASON_LEASE_LOST));
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindLease(tasks_[0]); }),
              IsOkAndHolds(::testing::Eq(std::nullopt)));
  EXPECT_THAT(Lease(kNow + absl::Minutes(59), 3), IsOkAndHolds(SizeIs(2)));
  EXPECT_THAT(Lease(available, 3), IsOkAndHolds(SizeIs(3)));
}

TEST_P(LeaseContract, OutliveADecisionThatLeavesTheTaskOpen) {
  ASSERT_THAT(Lease(kNow, 1), IsOkAndHolds(SizeIs(1)));
  sample_.record().mutable_tasks(0)->set_failures(1);

  ASSERT_THAT(Write(sample_.NextDecision(kNow + absl::Seconds(1))), IsOk());

  EXPECT_THAT(Check(tasks_[0], 'a', kNow + absl::Seconds(2)), IsOk());
}

TEST_P(LeaseContract, EndWithTheTask) {
  ASSERT_THAT(Lease(kNow, 1), IsOkAndHolds(SizeIs(1)));
  sample_.record().mutable_tasks(0)->set_state(v1::Task::STATE_COMPLETED);

  ASSERT_THAT(Write(sample_.NextDecision(kNow)), IsOk());

  EXPECT_THAT(Check(tasks_[0], 'a', kNow), ReasonIs(v1::ERROR_REASON_LEASE_LOST));
  EXPECT_THAT(Lease(kNow + absl::Hours(1), 3), IsOkAndHolds(SizeIs(2)));
}

TEST_P(LeaseContract, DoNotGoToTasksThatFailedForGoodWhichAreListedInstead) {
  for (int i : {0, 2}) {
    sample_.record().mutable_tasks(i)->set_state(v1::Task::STATE_FAILED);
  }
  ASSERT_THAT(Write(sample_.NextDecision(kNow)), IsOk());

  const auto all = Read([&](ReadView& v) { return v.ListFailedTasks(std::nullopt, 10); });
  const auto rest = Read([&](ReadView& v) { return v.ListFailedTasks(tasks_[0], 10); });

  ASSERT_THAT(all, IsOkAndHolds(SizeIs(2)));
  EXPECT_THAT((*all)[0], EqualsProto(sample_.record().tasks(0)));
  EXPECT_THAT((*all)[1], EqualsProto(sample_.record().tasks(2)));
  EXPECT_THAT(rest, IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT(Lease(kNow, 3), IsOkAndHolds(SizeIs(1)));
}

// Notices, messages, timers, outbox

TEST_P(WorkContract, ListsNoticesOfARecipientThatAreNotEnded) {
  RequestSample sample(1, kNow);
  std::vector<NoticeId> ids;
  for (int state = v1::Notice::STATE_PENDING; state <= v1::Notice::STATE_EXEMPT; ++state) {
    ids.push_back(sample.AddNotice("recipients/courier", kNow + absl::Milliseconds(state)));
    sample.record().mutable_notices(state - 1)->set_state(static_cast<v1::Notice::State>(state));
  }
  sample.AddNotice("recipients/adverts", kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  const auto open =
      Read([&](ReadView& v) { return v.ListOpenNotices("recipients/courier", std::nullopt, 10); });
  const auto page =
      Read([&](ReadView& v) { return v.ListOpenNotices("recipients/courier", ids[1], 1); });

  ASSERT_THAT(open, IsOkAndHolds(SizeIs(4)));
  EXPECT_EQ((*open)[0].state(), v1::Notice::STATE_PENDING);
  EXPECT_EQ((*open)[1].state(), v1::Notice::STATE_SENT);
  EXPECT_EQ((*open)[2].state(), v1::Notice::STATE_ACKNOWLEDGED);
  EXPECT_EQ((*open)[3].state(), v1::Notice::STATE_FAILED);
  ASSERT_THAT(page, IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ(page->front().state(), v1::Notice::STATE_ACKNOWLEDGED);
}

TEST_P(WorkContract, ListsAllNoticesOfARecipientThroughAllRequests) {
  RequestSample first(1, kNow);
  RequestSample second(2, kNow);
  std::vector<NoticeId> ids;
  for (int i = 0; i < 2; ++i) {
    ids.push_back(first.AddNotice("recipients/courier", kNow + absl::Milliseconds(2 * i)));
    first.AddNotice("recipients/adverts", kNow + absl::Milliseconds(2 * i));
    ids.push_back(second.AddNotice("recipients/courier", kNow + absl::Milliseconds(2 * i + 1)));
  }
  first.record().mutable_notices(0)->set_state(v1::Notice::STATE_COMPLETED);
  ASSERT_THAT(Write(first.NextDecision(kNow)), IsOk());
  ASSERT_THAT(Write(second.NextDecision(kNow)), IsOk());
  const auto list = [&](const std::optional<NoticeId>& after, int limit) {
    return Read([&](ReadView& v) { return v.ListNoticesOf("recipients/courier", after, limit); });
  };

  const auto all = list(std::nullopt, 10);

  ASSERT_THAT(all, IsOkAndHolds(SizeIs(4)));
  EXPECT_THAT((*all)[0], EqualsProto(first.record().notices(0)));
  EXPECT_THAT((*all)[1], EqualsProto(second.record().notices(0)));
  EXPECT_THAT((*all)[2], EqualsProto(first.record().notices(2)));
  EXPECT_THAT((*all)[3], EqualsProto(second.record().notices(1)));
  EXPECT_THAT(list(std::nullopt, 3), IsOkAndHolds(SizeIs(3)));
  EXPECT_THAT(list(ids[2], 3), IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT(list(ids[3], 3), IsOkAndHolds(IsEmpty()));
}

TEST_P(WorkContract, ListsAllTasksOfASystemThroughAllRequests) {
  RequestSample first(1, kNow);
  RequestSample second(2, kNow);
  std::vector<TaskId> ids;
  for (int i = 0; i < 2; ++i) {
    ids.push_back(first.AddTask("systems/shop", kNow + absl::Milliseconds(2 * i)));
    first.AddTask("systems/mail", kNow + absl::Milliseconds(2 * i));
    ids.push_back(second.AddTask("systems/shop", kNow + absl::Milliseconds(2 * i + 1)));
  }
  first.record().mutable_tasks(0)->set_state(v1::Task::STATE_COMPLETED);
  ASSERT_THAT(Write(first.NextDecision(kNow)), IsOk());
  ASSERT_THAT(Write(second.NextDecision(kNow)), IsOk());
  const auto list = [&](const std::optional<TaskId>& after, int limit) {
    return Read([&](ReadView& v) { return v.ListTasksOf("systems/shop", after, limit); });
  };

  const auto all = list(std::nullopt, 10);

  ASSERT_THAT(all, IsOkAndHolds(SizeIs(4)));
  EXPECT_THAT((*all)[0], EqualsProto(first.record().tasks(0)));
  EXPECT_THAT((*all)[1], EqualsProto(second.record().tasks(0)));
  EXPECT_THAT((*all)[2], EqualsProto(first.record().tasks(2)));
  EXPECT_THAT((*all)[3], EqualsProto(second.record().tasks(1)));
  EXPECT_THAT(list(std::nullopt, 3), IsOkAndHolds(SizeIs(3)));
  EXPECT_THAT(list(ids[2], 3), IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT(list(ids[3], 3), IsOkAndHolds(IsEmpty()));
}

TEST_P(WorkContract, ListsNoticesThatFailedOrAreOverdueUntilTheyEnd) {
  RequestSample sample(1, kNow);
  for (int i = 0; i < 4; ++i) sample.AddNotice("recipients/courier", kNow + absl::Milliseconds(i));
  auto& notices = *sample.record().mutable_notices();
  notices[1].set_state(v1::Notice::STATE_FAILED);
  notices[2].set_overdue(true);
  notices[3].set_overdue(true);
  notices[3].set_state(v1::Notice::STATE_COMPLETED);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  const auto troubled = Read([&](ReadView& v) { return v.ListTroubledNotices(std::nullopt, 10); });

  ASSERT_THAT(troubled, IsOkAndHolds(SizeIs(2)));
  EXPECT_THAT((*troubled)[0], EqualsProto(notices[1]));
  EXPECT_THAT((*troubled)[1], EqualsProto(notices[2]));
}

TEST_P(WorkContract, AnObjectionThatWaitsIsOpenAndNeedsAPerson) {
  RequestSample sample(1, kNow);
  for (int i = 0; i < 2; ++i) sample.AddNotice("recipients/courier", kNow + absl::Milliseconds(i));
  auto& notices = *sample.record().mutable_notices();
  for (v1::Notice& notice : notices) notice.set_state(v1::Notice::STATE_OBJECTED);
  notices[0].mutable_objection()->set_state(v1::Objection::STATE_WAITING);
  notices[1].mutable_objection()->set_state(v1::Objection::STATE_ACCEPTED);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  EXPECT_THAT(
      Read([&](ReadView& v) { return v.ListOpenNotices("recipients/courier", std::nullopt, 9); }),
      IsOkAndHolds(ElementsAre(EqualsProto(notices[0]))));
  EXPECT_THAT(Read([&](ReadView& v) { return v.ListTroubledNotices(std::nullopt, 9); }),
              IsOkAndHolds(ElementsAre(EqualsProto(notices[0]))));
}

TEST_P(WorkContract, ListsAllNoticesOfARecipientBothWays) {
  RequestSample sample(1, kNow);
  std::vector<NoticeId> ids;
  for (int i = 0; i < 3; ++i)
    ids.push_back(sample.AddNotice("recipients/courier", kNow + absl::Milliseconds(i)));
  sample.AddNotice("recipients/adverts", kNow);
  auto& notices = *sample.record().mutable_notices();
  notices[1].set_state(v1::Notice::STATE_COMPLETED);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  EXPECT_THAT(Read([&](ReadView& v) { return v.ListNoticesOf("recipients/courier", ids[0], 9); }),
              IsOkAndHolds(ElementsAre(EqualsProto(notices[1]), EqualsProto(notices[2]))));
  EXPECT_THAT(Read([&](ReadView& v) { return v.ListLatestNoticesOf("recipients/courier", 2); }),
              IsOkAndHolds(ElementsAre(EqualsProto(notices[2]), EqualsProto(notices[1]))));
}

TEST_P(WorkContract, CountsARecipientsOpenNotices) {
  RequestSample sample(1, kNow);
  for (int i = 0; i < 7; ++i) sample.AddNotice("recipients/courier", kNow + absl::Milliseconds(i));
  auto& notices = *sample.record().mutable_notices();
  notices[0].set_state(v1::Notice::STATE_COMPLETED);
  notices[2].set_state(v1::Notice::STATE_SENT);
  notices[2].set_overdue(true);
  notices[3].set_state(v1::Notice::STATE_ACKNOWLEDGED);
  notices[4].set_state(v1::Notice::STATE_FAILED);
  notices[4].set_overdue(true);
  notices[5].set_state(v1::Notice::STATE_OBJECTED);
  notices[5].mutable_objection()->set_state(v1::Objection::STATE_WAITING);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  const absl::StatusOr<NoticeCounts> counts =
      Read([&](ReadView& v) { return v.CountOpenNotices("recipients/courier"); });

  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(counts->pending, 2);
  EXPECT_EQ(counts->sent, 1);
  EXPECT_EQ(counts->acknowledged, 1);
  EXPECT_EQ(counts->objected, 1);
  EXPECT_EQ(counts->failed, 1);
  EXPECT_EQ(counts->overdue, 2);
  EXPECT_EQ(counts->oldest, kNow + absl::Milliseconds(1));
}

TEST_P(WorkContract, ReturnsTimersInOrderOfDueTime) {
  RequestSample first(1, kNow);
  first.AddTimer("deadline", kNow + absl::Hours(3));
  first.AddTimer("reminder", kNow + absl::Hours(1));
  RequestSample second(2, kNow);
  second.AddTimer("reminder", kNow + absl::Hours(2));
  ASSERT_THAT(Write(first.NextDecision(kNow)), IsOk());
  ASSERT_THAT(Write(second.NextDecision(kNow)), IsOk());

  const auto due = Read([&](ReadView& v) { return v.DueTimers(kNow + absl::Hours(2), 10); });

  ASSERT_THAT(due, IsOkAndHolds(SizeIs(2)));
  EXPECT_EQ((*due)[0].request, first.id());
  EXPECT_EQ((*due)[0].name, "reminder");
  EXPECT_EQ((*due)[0].due, kNow + absl::Hours(1));
  EXPECT_EQ((*due)[1].request, second.id());
  EXPECT_THAT(Read([&](ReadView& v) { return v.NextTimer(); }),
              IsOkAndHolds(kNow + absl::Hours(1)));
}

TEST_P(WorkContract, MovesAndRemovesTimersWithTheDecision) {
  RequestSample sample(1, kNow);
  sample.AddTimer("deadline", kNow + absl::Hours(3));
  sample.AddTimer("reminder", kNow + absl::Hours(1));
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  sample.RemoveTimer("reminder");
  sample.RemoveTimer("deadline");
  sample.AddTimer("deadline", kNow + absl::Hours(5));

  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  const auto due = Read([&](ReadView& v) { return v.DueTimers(absl::InfiniteFuture(), 10); });
  ASSERT_THAT(due, IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ((*due)[0].due, kNow + absl::Hours(5));
  sample.RemoveTimer("deadline");
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  EXPECT_THAT(Read([&](ReadView& v) { return v.NextTimer(); }),
              IsOkAndHolds(absl::InfiniteFuture()));
}

class OutboxContract : public StoreContract {
 protected:
  std::vector<OutboxItem> Claim(OutboxKind kind, absl::Time now, int limit = 10) {
    absl::StatusOr<std::vector<OutboxItem>> items;
    EXPECT_THAT(Write([&](Transaction& t) {
                  items = t.ClaimOutbox(kind, now, now + absl::Minutes(1), limit);
                  return items.status();
                }),
                IsOk());
    return *std::move(items);
  }

  absl::Time Next(OutboxKind kind) {
    return *Read([&](ReadView& v) { return v.NextOutboxItem(kind); });
  }
};

TEST_P(OutboxContract, HoldsWhatIsPendingFromTheDecisionOn) {
  RequestSample sample(1, kNow);
  const NoticeId notice = sample.AddNotice("recipients/courier", kNow);
  const MessageId message = sample.AddMessage(kNow);
  EXPECT_EQ(Next(OutboxKind::kNotice), absl::InfiniteFuture());

  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  EXPECT_EQ(Next(OutboxKind::kNotice), kNow);
  EXPECT_THAT(Claim(OutboxKind::kNotice, kNow - absl::Seconds(1)), IsEmpty());
  const std::vector<OutboxItem> notices = Claim(OutboxKind::kNotice, kNow);
  ASSERT_THAT(notices, SizeIs(1));
  EXPECT_EQ(notices[0].item, notice.value());
  EXPECT_EQ(notices[0].request, sample.id());
  EXPECT_EQ(notices[0].lane, "recipients/courier");
  EXPECT_EQ(notices[0].attempts, 0);
  const std::vector<OutboxItem> messages = Claim(OutboxKind::kMessage, kNow);
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_EQ(messages[0].item, message.value());
}

TEST_P(OutboxContract, HidesAClaimedItemUntilTheClaimEnds) {
  RequestSample sample(1, kNow);
  sample.AddNotice("recipients/courier", kNow);
  sample.AddNotice("recipients/adverts", kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  EXPECT_THAT(Claim(OutboxKind::kNotice, kNow, 1), SizeIs(1));
  EXPECT_THAT(Claim(OutboxKind::kNotice, kNow), SizeIs(1));
  EXPECT_THAT(Claim(OutboxKind::kNotice, kNow + absl::Seconds(59)), IsEmpty());
  EXPECT_THAT(Claim(OutboxKind::kNotice, kNow + absl::Minutes(1)), SizeIs(2));
}

TEST_P(OutboxContract, CountsAFailedAttemptAndWaitsForTheNext) {
  RequestSample sample(1, kNow);
  const NoticeId notice = sample.AddNotice("recipients/courier", kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  ASSERT_THAT(Claim(OutboxKind::kNotice, kNow), SizeIs(1));
  const absl::Time next = kNow + absl::Hours(2);

  ASSERT_THAT(Write([&](Transaction& t) {
                return t.DeferOutbox(OutboxKind::kNotice, notice.value(), {.next = next});
              }),
              IsOk());

  EXPECT_EQ(Next(OutboxKind::kNotice), next);
  const std::vector<OutboxItem> items = Claim(OutboxKind::kNotice, next);
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(items[0].attempts, 1);
}

TEST_P(OutboxContract, DoesNotCountADeferralWithoutAnAttempt) {
  RequestSample sample(1, kNow);
  const NoticeId notice = sample.AddNotice("recipients/courier", kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  ASSERT_THAT(Write([&](Transaction& t) {
                return t.DeferOutbox(OutboxKind::kNotice, notice.value(),
                                     {.next = kNow + absl::Hours(1), .counts = false});
              }),
              IsOk());

  const std::vector<OutboxItem> items = Claim(OutboxKind::kNotice, kNow + absl::Hours(1));
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(items[0].attempts, 0);
}

TEST_P(OutboxContract, CountsTheAttemptsOfWhatIsDeliveredAnewFromNothing) {
  RequestSample sample(1, kNow);
  const NoticeId notice = sample.AddNotice("recipients/courier", kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  const auto defer = [&](Transaction& t) {
    return t.DeferOutbox(OutboxKind::kNotice, notice.value(), {.next = kNow});
  };
  ASSERT_THAT(Write(defer), IsOk());
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  EXPECT_EQ(Claim(OutboxKind::kNotice, kNow).at(0).attempts, 1);

  DecisionWrite anew = sample.NextDecision(kNow);
  anew.delivered_anew = {notice};
  ASSERT_THAT(Write(anew), IsOk());

  EXPECT_EQ(Claim(OutboxKind::kNotice, kNow).at(0).attempts, 0);
}

TEST_P(OutboxContract, KeepsTheLastFailuresOldestFirst) {
  RequestSample sample(1, kNow);
  const NoticeId notice = sample.AddNotice("recipients/courier", kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const absl::Time time = kNow + absl::Seconds(attempt);
    ASSERT_THAT(
        Write([&](Transaction& t) {
          return t.DeferOutbox(
              OutboxKind::kNotice, notice.value(),
              {.next = time, .failure = DeliveryFailure{time, absl::StrCat("http-50", attempt)}});
        }),
        IsOk());
  }

  const auto failures = Read([&](ReadView& v) { return v.ListDeliveryFailures(notice, 2); });
  const auto entry =
      Read([&](ReadView& v) { return v.FindOutboxEntry(OutboxKind::kNotice, notice.value()); });

  ASSERT_THAT(failures, IsOkAndHolds(SizeIs(2)));
  EXPECT_EQ((*failures)[0].code, "http-502");
  EXPECT_EQ((*failures)[1].code, "http-503");
  EXPECT_EQ((*failures)[1].time, kNow + absl::Seconds(3));
  ASSERT_THAT(entry, IsOk());
  ASSERT_TRUE(entry->has_value());
  EXPECT_EQ((*entry)->attempts, 3);
  EXPECT_EQ((*entry)->next_attempt, kNow + absl::Seconds(3));
}

TEST_P(OutboxContract, ARedeliveryWaitsLikeAnyOther) {
  RequestSample sample(1, kNow);
  const NoticeId notice = sample.AddNotice("recipients/courier", kNow);
  sample.record().mutable_notices(0)->set_state(v1::Notice::STATE_ACKNOWLEDGED);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  ASSERT_EQ(Next(OutboxKind::kNotice), absl::InfiniteFuture());
  sample.record().mutable_notices(0)->set_redelivery(true);

  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  const std::vector<OutboxItem> items = Claim(OutboxKind::kNotice, kNow);
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(items[0].item, notice.value());
  EXPECT_EQ(items[0].lane, "recipients/courier");
}

TEST_P(OutboxContract, AFailedNoticeWaitsForItsNextAttempt) {
  RequestSample sample(1, kNow);
  sample.AddNotice("recipients/courier", kNow);
  v1::Notice& notice = *sample.record().mutable_notices(0);
  notice.set_state(v1::Notice::STATE_FAILED);
  *notice.mutable_next_attempt_time() = ToTimestamp(kNow + absl::Hours(24));

  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  EXPECT_EQ(Next(OutboxKind::kNotice), kNow + absl::Hours(24));
}

TEST_P(OutboxContract, AnotherWayBeginsWithoutAttempts) {
  RequestSample sample(1, kNow);
  const NoticeId notice = sample.AddNotice("recipients/courier", kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  ASSERT_THAT(Write([&](Transaction& t) {
                return t.DeferOutbox(OutboxKind::kNotice, notice.value(), {.next = kNow});
              }),
              IsOk());
  sample.record().mutable_notices(0)->set_by_fallback(true);

  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  const std::vector<OutboxItem> items = Claim(OutboxKind::kNotice, kNow);
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(items[0].lane, "recipients/courier/fallback");
  EXPECT_EQ(items[0].attempts, 0);
}

TEST_P(OutboxContract, LosesWhatIsNoLongerPending) {
  RequestSample sample(1, kNow);
  const NoticeId notice = sample.AddNotice("recipients/courier", kNow);
  sample.AddMessage(kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  sample.record().mutable_notices(0)->set_state(v1::Notice::STATE_SENT);
  sample.record().mutable_messages(0)->set_state(v1::Message::STATE_SENT);

  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  EXPECT_EQ(Next(OutboxKind::kNotice), absl::InfiniteFuture());
  EXPECT_EQ(Next(OutboxKind::kMessage), absl::InfiniteFuture());
  EXPECT_THAT(Write([&](Transaction& t) {
                return t.DeferOutbox(OutboxKind::kNotice, notice.value(), {.next = kNow});
              }),
              IsOk());
  EXPECT_THAT(Claim(OutboxKind::kNotice, kNow + absl::Hours(1)), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Backends, LeaseContract, ::testing::ValuesIn(AllBackends()),
                         NameOfBackend);
INSTANTIATE_TEST_SUITE_P(Backends, WorkContract, ::testing::ValuesIn(AllBackends()), NameOfBackend);
INSTANTIATE_TEST_SUITE_P(Backends, OutboxContract, ::testing::ValuesIn(AllBackends()),
                         NameOfBackend);

}  // namespace
}  // namespace dsr
