// What every backend of the Store contract must do, told as behaviour. A backend is added at the end.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "contract/request_sample.h"
#include "dsr/base/crypto.h"
#include "dsr/base/merkle.h"
#include "dsr/store/store.h"
#include "google/protobuf/util/message_differencer.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'780'000'000);

MATCHER_P(EqualsProto, expected, "equals the message") {
  return google::protobuf::util::MessageDifferencer::Equals(arg, expected);
}

struct Backend {
  std::string name;
  std::function<absl::StatusOr<std::unique_ptr<Store>>(const TempDir&, const Clock&)> open;
};

class StoreContract : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    store_.reset();
    DSR_ASSERT_OK_AND_ASSIGN(store_, GetParam().open(dir_, clock_));
  }

  absl::Status Write(const std::function<absl::Status(Transaction&)>& body) {
    return TransactAndWait(*store_, body);
  }

  absl::Status Write(const DecisionWrite& write) {
    return Write([&](Transaction& transaction) { return transaction.WriteDecision(write); });
  }

  // Reads one value; a failure fails the test.
  template <class Function>
  auto Read(Function function) {
    decltype(function(std::declval<ReadView&>())) result = absl::UnknownError("not read");
    const absl::Status status = store_->Read([&](ReadView& view) {
      result = function(view);
      return absl::OkStatus();
    });
    EXPECT_THAT(status, IsOk());
    return result;
  }

  std::vector<std::string> ListNames(const RequestQuery& query) {
    std::vector<std::string> names;
    const auto states = Read([&](ReadView& view) { return view.ListRequests(query); });
    EXPECT_THAT(states, IsOk());
    if (states.ok()) {
      for (const auto& state : *states) names.push_back(state.request().name());
    }
    return names;
  }

  void PutSubjects(const std::vector<SubjectRecord>& subjects) {
    for (const SubjectRecord& subject : subjects) {
      ASSERT_THAT(Write([&](Transaction& t) { return t.PutSubject(subject); }), IsOk());
    }
  }

  TempDir dir_;
  SimulatedClock clock_{kNow};
  std::unique_ptr<Store> store_;
};

// Requests and events

TEST_P(StoreContract, ReturnsARequestAsWrittenWithEverythingThatBelongsToIt) {
  RequestSample sample(1, kNow);
  sample.AddTask("systems/shop", kNow);
  const NoticeId notice = sample.AddNotice("recipients/courier", kNow);
  sample.AddNotice("recipients/adverts", kNow + absl::Milliseconds(1));
  const MessageId message = sample.AddMessage(kNow);
  sample.AddMessage(kNow + absl::Milliseconds(1));

  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  EXPECT_THAT(Read([&](ReadView& v) { return v.FindRequest(sample.id()); }),
              IsOkAndHolds(EqualsProto(sample.record().state())));
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindRecord(sample.id()); }),
              IsOkAndHolds(EqualsProto(sample.record())));
  storage::v1::RequestRecord for_notice = sample.record();
  for_notice.mutable_notices()->RemoveLast();
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindRecordForNotice(sample.id(), notice); }),
              IsOkAndHolds(EqualsProto(for_notice)));
  storage::v1::RequestRecord for_message;
  *for_message.mutable_state() = sample.record().state();
  *for_message.add_messages() = sample.record().messages(0);
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindRecordForMessage(sample.id(), message); }),
              IsOkAndHolds(EqualsProto(for_message)));
}

TEST_P(StoreContract, SaysNotFoundForWhatIsNotThere) {
  RequestSample sample(1, kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  const auto other = SampleId<RequestId>(kNow, 2);
  const auto task = SampleId<TaskId>(kNow, 3);
  const auto notice = SampleId<NoticeId>(kNow, 4);
  const auto message = SampleId<MessageId>(kNow, 5);

  const std::vector<absl::Status> errors = {
      Read([&](ReadView& v) { return v.FindRequest(other); }).status(),
      Read([&](ReadView& v) { return v.FindRecord(other); }).status(),
      Read([&](ReadView& v) { return v.FindRecordForNotice(sample.id(), notice); }).status(),
      Read([&](ReadView& v) { return v.FindRecordForMessage(sample.id(), message); }).status(),
      Read([&](ReadView& v) { return v.FindTask(sample.id(), task); }).status(),
      Read([&](ReadView& v) { return v.FindLease(task); }).status(),
      Read([&](ReadView& v) { return v.FindNotice(sample.id(), notice); }).status(),
      Read([&](ReadView& v) { return v.FindDataSystem("systems/none"); }).status(),
      Read([&](ReadView& v) { return v.FindRecipient("recipients/none"); }).status(),
      Read([&](ReadView& v) { return v.FindSubjectById(sample.subject()); }).status(),
      Read([&](ReadView& v) { return v.FindDisclosureBox(SampleId<RecordId>(kNow, 6)); }).status(),
  };

  for (const absl::Status& error : errors) {
    EXPECT_THAT(error, StatusIs(absl::StatusCode::kNotFound));
    EXPECT_THAT(error, ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  }
}

TEST_P(StoreContract, DoesNotFindATaskOrNoticeUnderAnotherRequest) {
  RequestSample owner(1, kNow);
  const TaskId task = owner.AddTask("systems/shop", kNow);
  const NoticeId notice = owner.AddNotice("recipients/courier", kNow);
  RequestSample other(2, kNow);
  ASSERT_THAT(Write(owner.NextDecision(kNow)), IsOk());
  ASSERT_THAT(Write(other.NextDecision(kNow)), IsOk());

  EXPECT_THAT(Read([&](ReadView& v) { return v.FindTask(other.id(), task); }),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindNotice(other.id(), notice); }),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindRecordForNotice(other.id(), notice); }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(StoreContract, KeepsEventsByteForByteInTheirOrder) {
  RequestSample sample(1, kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow, 2)), IsOk());
  ASSERT_THAT(Write(sample.NextDecision(kNow + absl::Seconds(1), 3)), IsOk());

  const auto all = Read([&](ReadView& v) { return v.ListEvents(sample.id(), 0, 100); });
  const auto page = Read([&](ReadView& v) { return v.ListEvents(sample.id(), 2, 2); });

  ASSERT_THAT(all, IsOkAndHolds(SizeIs(5)));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ((*all)[i].sequence, i + 1);
    EXPECT_EQ((*all)[i].time, i < 2 ? kNow : kNow + absl::Seconds(1));
    EXPECT_EQ((*all)[i].clear, SampleClear(sample.id(), i + 1));
    EXPECT_EQ((*all)[i].sealed, std::string(120, 's'));
  }
  ASSERT_THAT(page, IsOkAndHolds(SizeIs(2)));
  EXPECT_EQ(page->front().sequence, 3);
}

TEST_P(StoreContract, RefusesADecisionOnAnOldVersion) {
  RequestSample sample(1, kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  RequestSample stale = sample;
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  const absl::Status status = Write(stale.NextDecision(kNow));

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_ETAG_MISMATCH));
  EXPECT_THAT(Read([&](ReadView& v) { return v.ListEvents(sample.id(), 0, 100); }),
              IsOkAndHolds(SizeIs(2)));
}

TEST_P(StoreContract, RefusesASecondRequestOfTheSameId) {
  RequestSample first(1, kNow);
  RequestSample second(1, kNow);
  ASSERT_THAT(Write(first.NextDecision(kNow)), IsOk());

  EXPECT_THAT(Write(second.NextDecision(kNow)), StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_P(StoreContract, RefusesADecisionWithAHoleInItsEvents) {
  RequestSample sample(1, kNow);
  DecisionWrite write = sample.NextDecision(kNow, 3);
  write.events.erase(write.events.begin() + 1);

  EXPECT_THAT(Write(write), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindRequest(sample.id()); }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(StoreContract, ListsRequestsNewestFirstInPages) {
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    RequestSample sample(i, kNow + absl::Seconds(i));
    ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
    names.insert(names.begin(), sample.request().name());
  }
  RequestQuery query;
  query.limit = 2;

  const std::vector<std::string> first = ListNames(query);
  query.after_id = SampleId<RequestId>(kNow + absl::Seconds(3), 3);
  query.limit = 10;
  const std::vector<std::string> rest = ListNames(query);

  EXPECT_THAT(first, ElementsAre(names[0], names[1]));
  EXPECT_THAT(rest, ElementsAre(names[2], names[3], names[4]));
}

// Six requests that differ in all that can be filtered for.
class StoreContractLists : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    for (int i = 0; i < 6; ++i) samples_.emplace_back(i, kNow + absl::Seconds(i));
    samples_[1].request().set_type("access");
    samples_[2].request().set_phase(v1::PHASE_WORK);
    samples_[2].request().set_assignee("agents/17");
    samples_[3].SetSubject(samples_[0].subject());
    samples_[3].request().set_phase(v1::PHASE_CLOSED);
    samples_[4].request().set_assignee("agents/17");
    // Due before all others.
    samples_[4].request().mutable_due_time()->set_seconds(absl::ToUnixSeconds(kNow));
    for (int i : {3, 5}) {
      samples_[i].request().set_breached(true);
      samples_[i].request().mutable_breach_time()->set_seconds(absl::ToUnixSeconds(kNow) + 9 - i);
    }
    for (RequestSample& sample : samples_) {
      ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
    }
  }

  // The numbers of the samples that a query finds.
  std::vector<int> Find(const RequestQuery& query) {
    std::vector<int> numbers;
    for (const std::string& name : ListNames(query)) {
      for (int i = 0; i < 6; ++i) {
        if (samples_[i].request().name() == name) numbers.push_back(i);
      }
    }
    return numbers;
  }

  std::vector<RequestSample> samples_;
};

TEST_P(StoreContractLists, FilterByEachColumn) {
  RequestQuery by_type{.type = "deletion"};
  RequestQuery by_phase{.phase = v1::PHASE_WORK};
  RequestQuery closed{.phase = v1::PHASE_CLOSED};
  RequestQuery by_subject{.subject = samples_[0].subject()};
  RequestQuery by_assignee{.assignee = "agents/17"};
  RequestQuery breached{.breached_only = true};

  EXPECT_THAT(Find(by_type), ElementsAre(5, 4, 3, 2, 0));
  EXPECT_THAT(Find(by_phase), ElementsAre(2));
  EXPECT_THAT(Find(closed), ElementsAre(3));
  EXPECT_THAT(Find(by_subject), ElementsAre(3, 0));
  EXPECT_THAT(Find(by_assignee), ElementsAre(4, 2));
  EXPECT_THAT(Find(breached), ElementsAre(3, 5));
}

TEST_P(StoreContractLists, FilterByEveryCombinationAsByEachColumnInTurn) {
  for (int mask = 0; mask < 64; ++mask) {
    RequestQuery query;
    if (mask & 1) query.type = "deletion";
    if (mask & 2) query.phase = v1::PHASE_VERIFICATION;
    if (mask & 4) query.subject = samples_[0].subject();
    if (mask & 8) query.assignee = "agents/17";
    query.open_by_due_time = (mask & 16) != 0;
    query.breached_only = (mask & 32) != 0;
    std::set<int> expected;
    for (int i = 0; i < 6; ++i) {
      const v1::Request& request = samples_[i].request();
      if ((mask & 1) && request.type() != query.type) continue;
      if ((mask & 2) && request.phase() != *query.phase) continue;
      if ((mask & 4) && samples_[i].subject() != *query.subject) continue;
      if ((mask & 8) && request.assignee() != query.assignee) continue;
      if ((mask & 16) && request.phase() == v1::PHASE_CLOSED) continue;
      if ((mask & 32) && !request.breached()) continue;
      expected.insert(i);
    }

    const std::vector<int> found = Find(query);

    EXPECT_EQ(std::set<int>(found.begin(), found.end()), expected) << "mask " << mask;
  }
}

TEST_P(StoreContractLists, OrderOpenRequestsByDueTimeInPages) {
  RequestQuery query{.open_by_due_time = true, .limit = 2};

  const std::vector<int> first = Find(query);
  query.after_id = samples_[first.back()].id();
  query.after_due =
      absl::FromUnixSeconds(samples_[first.back()].request().due_time().seconds());
  const std::vector<int> second = Find(query);

  EXPECT_THAT(first, ElementsAre(4, 0));
  EXPECT_THAT(second, ElementsAre(1, 2));
}

TEST_P(StoreContractLists, FollowARequestThatChanges) {
  samples_[2].request().set_phase(v1::PHASE_CLOSED);
  samples_[2].request().set_assignee("agents/18");
  ASSERT_THAT(Write(samples_[2].NextDecision(kNow)), IsOk());

  EXPECT_THAT(Find({.phase = v1::PHASE_WORK}), IsEmpty());
  EXPECT_THAT(Find({.assignee = "agents/17"}), ElementsAre(4));
  EXPECT_THAT(Find({.assignee = "agents/18"}), ElementsAre(2));
  EXPECT_THAT(Find({.open_by_due_time = true}), ElementsAre(4, 0, 1, 5));
}

TEST_P(StoreContract, ScansWhatReportsNeedOfRequestsReceivedInAPeriod) {
  RequestSample answered(1, kNow);
  answered.request().mutable_response()->set_outcome(v1::OUTCOME_FULFILLED);
  answered.request().mutable_response()->mutable_response_time()->set_seconds(
      absl::ToUnixSeconds(kNow) + 60);
  RequestSample breached(2, kNow + absl::Seconds(1));
  breached.request().set_breached(true);
  breached.request().mutable_breach_time()->set_seconds(absl::ToUnixSeconds(kNow) + 99);
  RequestSample later(3, kNow + absl::Seconds(2));
  for (RequestSample* sample : {&answered, &breached, &later}) {
    ASSERT_THAT(Write(sample->NextDecision(kNow)), IsOk());
  }

  std::vector<SlaRow> rows;
  ASSERT_THAT(store_->Read([&](ReadView& view) {
    return view.ScanSla(kNow, kNow + absl::Seconds(2), [&](const SlaRow& row) {
      rows.push_back(row);
      return absl::OkStatus();
    });
  }),
              IsOk());

  ASSERT_THAT(rows, SizeIs(2));
  if (rows[0].id != answered.id()) std::swap(rows[0], rows[1]);
  EXPECT_EQ(rows[0].id, answered.id());
  EXPECT_EQ(rows[0].type, "deletion");
  EXPECT_EQ(rows[0].phase, v1::PHASE_VERIFICATION);
  EXPECT_EQ(rows[0].received, kNow);
  EXPECT_EQ(rows[0].due, kNow + absl::Hours(24 * 15));
  EXPECT_EQ(rows[0].answered, kNow + absl::Seconds(60));
  EXPECT_EQ(rows[0].outcome, v1::OUTCOME_FULFILLED);
  EXPECT_EQ(rows[0].breached, absl::InfiniteFuture());
  EXPECT_EQ(rows[1].answered, absl::InfiniteFuture());
  EXPECT_EQ(rows[1].breached, kNow + absl::Seconds(99));
}

TEST_P(StoreContract, StopsAScanWithTheStatusOfTheVisitor) {
  for (int i = 0; i < 3; ++i) {
    RequestSample sample(i, kNow);
    ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  }
  int visits = 0;

  const absl::Status status = store_->Read([&](ReadView& view) {
    return view.ScanSla(absl::InfinitePast(), absl::InfiniteFuture(), [&](const SlaRow&) {
      ++visits;
      return absl::CancelledError("enough");
    });
  });

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(visits, 1);
}

// Tasks and leases

class StoreContractLeases : public StoreContract {
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

TEST_P(StoreContractLeases, GoToTheOldestTasksOfTheSystemAndHideThemUntilTheyEnd) {
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

TEST_P(StoreContractLeases, HoldForTheirTokenUntilTheirEnd) {
  ASSERT_THAT(Lease(kNow, 1), IsOkAndHolds(SizeIs(1)));

  EXPECT_THAT(Check(tasks_[0], 'a', kNow + absl::Seconds(59)), IsOk());
  EXPECT_THAT(Check(tasks_[0], 'b', kNow), ReasonIs(v1::ERROR_REASON_LEASE_LOST));
  EXPECT_THAT(Check(tasks_[0], 'a', kNow + absl::Minutes(1)),
              ReasonIs(v1::ERROR_REASON_LEASE_LOST));
  EXPECT_THAT(Check(tasks_[1], 'a', kNow), ReasonIs(v1::ERROR_REASON_LEASE_LOST));
  EXPECT_THAT(Check(SampleId<TaskId>(kNow, 99), 'a', kNow), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(StoreContractLeases, CanBeExtendedWhileTheyRun) {
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

TEST_P(StoreContractLeases, AreGoneOnceReleased) {
  ASSERT_THAT(Lease(kNow, 1), IsOkAndHolds(SizeIs(1)));
  const absl::Time available = kNow + absl::Hours(1);

  ASSERT_THAT(Write([&](Transaction& t) { return t.ReleaseTask(tasks_[0], available); }), IsOk());

  EXPECT_THAT(Check(tasks_[0], 'a', kNow), ReasonIs(v1::ERROR_REASON_LEASE_LOST));
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindLease(tasks_[0]); }),
              IsOkAndHolds(::testing::Eq(std::nullopt)));
  EXPECT_THAT(Lease(kNow + absl::Minutes(59), 3), IsOkAndHolds(SizeIs(2)));
  EXPECT_THAT(Lease(available, 3), IsOkAndHolds(SizeIs(3)));
}

TEST_P(StoreContractLeases, OutliveADecisionThatLeavesTheTaskOpen) {
  ASSERT_THAT(Lease(kNow, 1), IsOkAndHolds(SizeIs(1)));
  sample_.record().mutable_tasks(0)->set_failures(1);

  ASSERT_THAT(Write(sample_.NextDecision(kNow + absl::Seconds(1))), IsOk());

  EXPECT_THAT(Check(tasks_[0], 'a', kNow + absl::Seconds(2)), IsOk());
}

TEST_P(StoreContractLeases, EndWithTheTask) {
  ASSERT_THAT(Lease(kNow, 1), IsOkAndHolds(SizeIs(1)));
  sample_.record().mutable_tasks(0)->set_state(v1::Task::STATE_COMPLETED);

  ASSERT_THAT(Write(sample_.NextDecision(kNow)), IsOk());

  EXPECT_THAT(Check(tasks_[0], 'a', kNow), ReasonIs(v1::ERROR_REASON_LEASE_LOST));
  EXPECT_THAT(Lease(kNow + absl::Hours(1), 3), IsOkAndHolds(SizeIs(2)));
}

TEST_P(StoreContractLeases, DoNotGoToTasksThatFailedForGoodWhichAreListedInstead) {
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

TEST_P(StoreContract, ListsNoticesOfARecipientThatAreNotEnded) {
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

TEST_P(StoreContract, ListsNoticesThatFailedOrAreOverdueUntilTheyEnd) {
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

TEST_P(StoreContract, ReturnsTimersInOrderOfDueTime) {
  RequestSample first(1, kNow);
  first.AddTimer("deadline", kNow + absl::Hours(3));
  first.AddTimer("reminder", kNow + absl::Hours(1));
  RequestSample second(2, kNow);
  second.AddTimer("reminder", kNow + absl::Hours(2));
  ASSERT_THAT(Write(first.NextDecision(kNow)), IsOk());
  ASSERT_THAT(Write(second.NextDecision(kNow)), IsOk());

  const auto due =
      Read([&](ReadView& v) { return v.DueTimers(kNow + absl::Hours(2), 10); });

  ASSERT_THAT(due, IsOkAndHolds(SizeIs(2)));
  EXPECT_EQ((*due)[0].request, first.id());
  EXPECT_EQ((*due)[0].name, "reminder");
  EXPECT_EQ((*due)[0].due, kNow + absl::Hours(1));
  EXPECT_EQ((*due)[1].request, second.id());
  EXPECT_THAT(Read([&](ReadView& v) { return v.NextTimer(); }),
              IsOkAndHolds(kNow + absl::Hours(1)));
}

TEST_P(StoreContract, MovesAndRemovesTimersWithTheDecision) {
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

class StoreContractOutbox : public StoreContract {
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

TEST_P(StoreContractOutbox, HoldsWhatIsPendingFromTheDecisionOn) {
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
  EXPECT_EQ(notices[0].recipient, "recipients/courier");
  EXPECT_EQ(notices[0].attempts, 0);
  const std::vector<OutboxItem> messages = Claim(OutboxKind::kMessage, kNow);
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_EQ(messages[0].item, message.value());
}

TEST_P(StoreContractOutbox, HidesAClaimedItemUntilTheClaimEnds) {
  RequestSample sample(1, kNow);
  sample.AddNotice("recipients/courier", kNow);
  sample.AddNotice("recipients/adverts", kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  EXPECT_THAT(Claim(OutboxKind::kNotice, kNow, 1), SizeIs(1));
  EXPECT_THAT(Claim(OutboxKind::kNotice, kNow), SizeIs(1));
  EXPECT_THAT(Claim(OutboxKind::kNotice, kNow + absl::Seconds(59)), IsEmpty());
  EXPECT_THAT(Claim(OutboxKind::kNotice, kNow + absl::Minutes(1)), SizeIs(2));
}

TEST_P(StoreContractOutbox, CountsAFailedAttemptAndWaitsForTheNext) {
  RequestSample sample(1, kNow);
  const NoticeId notice = sample.AddNotice("recipients/courier", kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  ASSERT_THAT(Claim(OutboxKind::kNotice, kNow), SizeIs(1));
  const absl::Time next = kNow + absl::Hours(2);

  ASSERT_THAT(Write([&](Transaction& t) {
    return t.DeferOutbox(OutboxKind::kNotice, notice.value(), next);
  }),
              IsOk());

  EXPECT_EQ(Next(OutboxKind::kNotice), next);
  const std::vector<OutboxItem> items = Claim(OutboxKind::kNotice, next);
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(items[0].attempts, 1);
}

TEST_P(StoreContractOutbox, LosesWhatIsNoLongerPending) {
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
    return t.DeferOutbox(OutboxKind::kNotice, notice.value(), kNow);
  }),
              IsOk());
  EXPECT_THAT(Claim(OutboxKind::kNotice, kNow + absl::Hours(1)), IsEmpty());
}

// Subjects, registry, definitions

TEST_P(StoreContract, KnowsASubjectByItsAccountAndById) {
  const SubjectRecord subject = {SampleId<SubjectId>(kNow, 1), std::string(32, 'h'), 7};
  EXPECT_THAT(Read([](ReadView& v) { return v.LastKeyNumber(); }), IsOkAndHolds(0));

  PutSubjects({subject});

  const auto by_account = Read([&](ReadView& v) { return v.FindSubject(subject.account_hash); });
  ASSERT_THAT(by_account, IsOk());
  ASSERT_TRUE(by_account->has_value());
  EXPECT_EQ((*by_account)->id, subject.id);
  EXPECT_EQ((*by_account)->key_number, 7);
  const auto by_id = Read([&](ReadView& v) { return v.FindSubjectById(subject.id); });
  ASSERT_THAT(by_id, IsOk());
  EXPECT_EQ(by_id->account_hash, subject.account_hash);
  EXPECT_THAT(Read([](ReadView& v) { return v.LastKeyNumber(); }), IsOkAndHolds(7));
  const auto unknown = Read([](ReadView& v) { return v.FindSubject(std::string(32, 'x')); });
  ASSERT_THAT(unknown, IsOk());
  EXPECT_FALSE(unknown->has_value());
}

TEST_P(StoreContract, GivesNoAccountAndNoKeyToTwoSubjects) {
  PutSubjects({{SampleId<SubjectId>(kNow, 1), std::string(32, 'h'), 7}});
  const SubjectRecord same_account = {SampleId<SubjectId>(kNow, 2), std::string(32, 'h'), 8};
  const SubjectRecord same_key = {SampleId<SubjectId>(kNow, 3), std::string(32, 'i'), 7};

  for (const SubjectRecord& subject : {same_account, same_key}) {
    EXPECT_THAT(Write([&](Transaction& t) { return t.PutSubject(subject); }),
                StatusIs(absl::StatusCode::kAlreadyExists));
  }
}

TEST_P(StoreContract, KeepsTheRegistryAndCountsItsChanges) {
  v1::DataSystem shop;
  shop.set_name("systems/shop");
  shop.set_title("Shop");
  v1::DataSystem mail;
  mail.set_name("systems/mail");
  v1::Recipient courier;
  courier.set_name("recipients/courier");
  EXPECT_THAT(Read([](ReadView& v) { return v.RegistryVersion(); }), IsOkAndHolds(0));

  ASSERT_THAT(Write([&](Transaction& t) { return t.PutDataSystem(shop); }), IsOk());
  ASSERT_THAT(Write([&](Transaction& t) { return t.PutDataSystem(mail); }), IsOk());
  ASSERT_THAT(Write([&](Transaction& t) { return t.PutRecipient(courier); }), IsOk());
  shop.set_title("Web shop");
  ASSERT_THAT(Write([&](Transaction& t) { return t.PutDataSystem(shop); }), IsOk());

  EXPECT_THAT(Read([](ReadView& v) { return v.RegistryVersion(); }), IsOkAndHolds(4));
  EXPECT_THAT(Read([](ReadView& v) { return v.FindDataSystem("systems/shop"); }),
              IsOkAndHolds(EqualsProto(shop)));
  EXPECT_THAT(Read([](ReadView& v) { return v.ListDataSystems(); }),
              IsOkAndHolds(ElementsAre(EqualsProto(mail), EqualsProto(shop))));
  EXPECT_THAT(Read([](ReadView& v) { return v.FindRecipient("recipients/courier"); }),
              IsOkAndHolds(EqualsProto(courier)));
  EXPECT_THAT(Read([](ReadView& v) { return v.ListRecipients(); }),
              IsOkAndHolds(ElementsAre(EqualsProto(courier))));
}

TEST_P(StoreContract, KeepsDisclosuresWithTheirBoxesApart) {
  const auto subject = SampleId<SubjectId>(kNow, 1);
  PutSubjects({{subject, std::string(32, 'h'), 1}, {SampleId<SubjectId>(kNow, 2),
                                                    std::string(32, 'i'), 2}});
  std::vector<RecordId> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(SampleId<RecordId>(kNow + absl::Milliseconds(i), i));
    v1::Disclosure disclosure;
    disclosure.set_name(absl::StrCat("disclosures/", ids.back().ToString()));
    ASSERT_THAT(Write([&](Transaction& t) {
      return t.PutDisclosure(ids.back(), subject, disclosure, absl::StrCat("box", i));
    }),
                IsOk());
  }

  const auto page = Read([&](ReadView& v) { return v.ListDisclosures(subject, ids[0], 1); });

  ASSERT_THAT(page, IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ(page->front().name(), absl::StrCat("disclosures/", ids[1].ToString()));
  EXPECT_THAT(Read([&](ReadView& v) { return v.ListDisclosures(subject, std::nullopt, 9); }),
              IsOkAndHolds(SizeIs(3)));
  EXPECT_THAT(Read([&](ReadView& v) {
                return v.ListDisclosures(SampleId<SubjectId>(kNow, 2), std::nullopt, 9);
              }),
              IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindDisclosureBox(ids[2]); }),
              IsOkAndHolds("box2"));
}

TEST_P(StoreContract, KeepsEveryVersionOfADefinitionAndRefusesOtherContentUnderOne) {
  Definition definition = {DefinitionKind::kWorkflow, {}, "states { name: \"a\" }"};
  definition.ref.set_name("deletion");
  definition.ref.set_version(1);
  definition.ref.set_sha256(HexEncode(Sha256(definition.text)));
  const auto put = [&] {
    return Write([&](Transaction& t) { return t.PutDefinition(definition); });
  };
  ASSERT_THAT(put(), IsOk());
  EXPECT_THAT(put(), IsOk());
  definition.text += " ";

  const absl::Status changed = put();

  EXPECT_THAT(changed, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(changed, ReasonIs(v1::ERROR_REASON_DEFINITION_INVALID));
  definition.ref.set_version(2);
  EXPECT_THAT(put(), IsOk());
  const auto first = Read(
      [](ReadView& v) { return v.FindDefinition(DefinitionKind::kWorkflow, "deletion", 1); });
  ASSERT_THAT(first, IsOk());
  ASSERT_TRUE(first->has_value());
  EXPECT_EQ((*first)->text, "states { name: \"a\" }");
  EXPECT_EQ((*first)->ref.sha256(), HexEncode(Sha256((*first)->text)));
  const auto none =
      Read([](ReadView& v) { return v.FindDefinition(DefinitionKind::kPolicy, "deletion", 1); });
  ASSERT_THAT(none, IsOk());
  EXPECT_FALSE(none->has_value());
}

// Parts

class StoreContractParts : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    task_ = sample_.AddTask("systems/shop", kNow);
    ASSERT_THAT(Write(sample_.NextDecision(kNow)), IsOk());
  }

  absl::Status Append(absl::string_view category, int64_t offset, int64_t size) {
    return Write([&](Transaction& t) {
      return t.AppendChunk(sample_.id(), task_, category,
                           {offset, size, absl::StrCat("sealed", offset)});
    });
  }

  RequestSample sample_{1, kNow};
  TaskId task_;
};

TEST_P(StoreContractParts, GrowAtTheirEndOnly) {
  EXPECT_THAT(Append("orders", 0, 100), IsOk());
  EXPECT_THAT(Append("orders", 100, 50), IsOk());

  const absl::Status status = Append("orders", 100, 50);

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_OFFSET_WRONG));
  EXPECT_EQ(ErrorInfoOf(status)->metadata().at("expected_offset"), "150");
  EXPECT_THAT(Append("addresses", 1, 50), ReasonIs(v1::ERROR_REASON_OFFSET_WRONG));
}

TEST_P(StoreContractParts, AreReadFromTheChunkThatHoldsTheOffset) {
  for (int i = 0; i < 4; ++i) ASSERT_THAT(Append("orders", i * 100, 100), IsOk());

  const auto chunks = Read([&](ReadView& v) { return v.ReadChunks(task_, "orders", 199, 2); });
  const auto end = Read([&](ReadView& v) { return v.ReadChunks(task_, "orders", 400, 2); });

  ASSERT_THAT(chunks, IsOkAndHolds(SizeIs(2)));
  EXPECT_EQ((*chunks)[0].offset, 100);
  EXPECT_EQ((*chunks)[0].size_bytes, 100);
  EXPECT_EQ((*chunks)[0].sealed, "sealed100");
  EXPECT_EQ((*chunks)[1].offset, 200);
  EXPECT_THAT(end, IsOkAndHolds(IsEmpty()));
}

TEST_P(StoreContractParts, AreListedByCategoryAndRemovedOneByOneOrAll) {
  for (const char* category : {"orders", "addresses", "", "empty"}) {
    ASSERT_THAT(Append(category, 0, category == std::string("empty") ? 0 : 10), IsOk());
  }
  const auto categories = [&] {
    std::vector<std::string> names;
    const auto parts = Read([&](ReadView& v) { return v.ListParts(task_); });
    EXPECT_THAT(parts, IsOk());
    if (!parts.ok()) return names;
    for (const PartRecord& part : *parts) {
      names.push_back(absl::StrCat(part.category, ":", part.size_bytes));
    }
    return names;
  };

  EXPECT_THAT(categories(), ElementsAre(":10", "addresses:10", "empty:0", "orders:10"));
  ASSERT_THAT(Write([&](Transaction& t) { return t.DeleteParts(task_, "addresses"); }), IsOk());
  EXPECT_THAT(categories(), ElementsAre(":10", "empty:0", "orders:10"));
  ASSERT_THAT(Write([&](Transaction& t) { return t.DeleteParts(task_, std::nullopt); }), IsOk());
  EXPECT_THAT(categories(), IsEmpty());
  EXPECT_THAT(Read([&](ReadView& v) { return v.ReadChunks(task_, "orders", 0, 9); }),
              IsOkAndHolds(IsEmpty()));
}

// Answers and the audit log

TEST_P(StoreContract, KeepsOneAnswerForEachKeyOfACaller) {
  const StoredAnswer answer = {"agents/17", std::string(16, 'k'), std::string(16, 'f'), 9,
                               "answer",    SampleId<RequestId>(kNow, 1)};
  StoredAnswer of_other_caller = answer;
  of_other_caller.caller = "agents/18";
  of_other_caller.request.reset();
  const auto put = [&](const StoredAnswer& value) {
    return Write([&](Transaction& t) { return t.PutAnswer(value); });
  };

  ASSERT_THAT(put(answer), IsOk());
  EXPECT_THAT(put(answer), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(put(of_other_caller), IsOk());

  const auto found = Read([&](ReadView& v) { return v.FindAnswer("agents/17", answer.key); });
  ASSERT_THAT(found, IsOk());
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->fingerprint, answer.fingerprint);
  EXPECT_EQ((*found)->status_code, 9);
  EXPECT_EQ((*found)->answer, "answer");
  EXPECT_EQ((*found)->request, answer.request);
  const auto none = Read([&](ReadView& v) { return v.FindAnswer("agents/19", answer.key); });
  ASSERT_THAT(none, IsOk());
  EXPECT_FALSE(none->has_value());
}

TEST_P(StoreContract, MakesEachEventAndEachAuditRecordALeafOfTheTree) {
  RequestSample sample(1, kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow, 4)), IsOk());
  ASSERT_THAT(Write([](Transaction& t) { return t.AppendAuditRecord("refused", "box"); }), IsOk());
  ASSERT_THAT(Write(sample.NextDecision(kNow, 2)), IsOk());

  const auto leaves = Read([](ReadView& v) { return v.ListLeaves(0, 100, true); });
  const auto head = Read([](ReadView& v) { return v.FindLogHead(); });
  const auto page = Read([](ReadView& v) { return v.ListLeaves(3, 2, false); });

  ASSERT_THAT(leaves, IsOkAndHolds(SizeIs(7)));
  MerkleFrontier expected;
  for (int i = 0; i < 7; ++i) {
    const AuditLeaf& leaf = (*leaves)[i];
    EXPECT_EQ(leaf.index, i);
    EXPECT_EQ(leaf.hash, MerkleLeafHash({leaf.clear, leaf.sealed}));
    EXPECT_EQ(leaf.request.has_value(), i != 4);
    expected.Append(leaf.hash);
  }
  EXPECT_EQ((*leaves)[4].clear, "refused");
  EXPECT_EQ((*leaves)[5].sequence, 5);
  EXPECT_EQ((*leaves)[5].clear, SampleClear(sample.id(), 5));
  ASSERT_THAT(head, IsOk());
  const auto stored = MerkleFrontier::Restore(head->size, head->subtrees);
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(stored->Root(), expected.Root());
  EXPECT_EQ(store_->DurableLeaves(), 7);
  ASSERT_THAT(page, IsOkAndHolds(SizeIs(2)));
  EXPECT_EQ((*page)[0].clear, "");
  EXPECT_EQ((*page)[0].hash, (*leaves)[3].hash);
  EXPECT_EQ((*page)[1].clear, "refused");
}

TEST_P(StoreContract, LeavesNoLeafOfABodyThatFailed) {
  RequestSample sample(1, kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow, 3)), IsOk());

  ASSERT_THAT(Write([](Transaction& t) {
    EXPECT_THAT(t.AppendAuditRecord("undone", ""), IsOk());
    return absl::CancelledError("no");
  }),
              StatusIs(absl::StatusCode::kCancelled));
  ASSERT_THAT(Write([](Transaction& t) { return t.AppendAuditRecord("kept", ""); }), IsOk());

  const auto leaves = Read([](ReadView& v) { return v.ListLeaves(0, 100, true); });
  ASSERT_THAT(leaves, IsOkAndHolds(SizeIs(4)));
  EXPECT_EQ((*leaves)[3].clear, "kept");
  EXPECT_EQ(store_->DurableLeaves(), 4);
  MerkleFrontier expected;
  for (const AuditLeaf& leaf : *leaves) expected.Append(leaf.hash);
  const auto head = Read([](ReadView& v) { return v.FindLogHead(); });
  EXPECT_EQ(MerkleFrontier::Restore(head->size, head->subtrees)->Root(), expected.Root());
}

TEST_P(StoreContract, CountsWhatThereIsToDo) {
  RequestSample sample(1, kNow);
  sample.AddTask("systems/shop", kNow);
  sample.AddNotice("recipients/courier", kNow);
  sample.AddMessage(kNow);
  sample.AddMessage(kNow + absl::Milliseconds(1));
  sample.AddTimer("reminder", kNow);
  sample.AddTimer("deadline", kNow + absl::Hours(1));
  RequestSample closed(2, kNow);
  closed.request().set_phase(v1::PHASE_CLOSED);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  ASSERT_THAT(Write(closed.NextDecision(kNow)), IsOk());

  const auto counts = Read([](ReadView& v) { return v.Count(kNow); });

  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(counts->open_requests, 1);
  EXPECT_EQ(counts->overdue_timers, 1);
  EXPECT_EQ(counts->open_tasks, 1);
  EXPECT_EQ(counts->pending_notices, 1);
  EXPECT_EQ(counts->pending_messages, 2);
  EXPECT_GT(counts->file_bytes, 0);
}

// Transactions

TEST_P(StoreContract, UndoesAllOfABodyThatFails) {
  RequestSample sample(1, kNow);
  sample.AddTask("systems/shop", kNow);
  sample.AddTimer("reminder", kNow);
  const DecisionWrite write = sample.NextDecision(kNow);

  const absl::Status status = Write([&](Transaction& t) {
    EXPECT_THAT(t.WriteDecision(write), IsOk());
    // It sees what it wrote itself.
    EXPECT_THAT(t.FindRequest(sample.id()), IsOk());
    return absl::PermissionDeniedError("no");
  });

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindRequest(sample.id()); }),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Read([&](ReadView& v) { return v.ListTasks(sample.id()); }),
              IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Read([](ReadView& v) { return v.NextTimer(); }),
              IsOkAndHolds(absl::InfiniteFuture()));
}

TEST_P(StoreContract, FailsABodyThatPassesOverAHalfDoneWrite) {
  RequestSample sample(1, kNow);
  sample.AddTimer("reminder", kNow);
  DecisionWrite write = sample.NextDecision(kNow);
  // A timer that is not stored cannot be ended; it is found out after the request was written.
  storage::v1::PendingTimer unknown;
  unknown.set_name("unknown");
  write.timers_before.push_back(unknown);

  const absl::Status status = Write([&](Transaction& t) {
    t.WriteDecision(write).IgnoreError();
    return absl::OkStatus();
  });

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindRequest(sample.id()); }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(StoreContract, ReadsFromOneSnapshot) {
  RequestSample sample(1, kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  ASSERT_THAT(store_->Read([&](ReadView& view) {
    const auto before = view.FindRequest(sample.id());
    // The writer goes on while the reader reads.
    EXPECT_THAT(Write(sample.NextDecision(kNow)), IsOk());
    const auto after = view.FindRequest(sample.id());
    EXPECT_EQ(before->version(), 1);
    EXPECT_EQ(after->version(), 1);
    return absl::OkStatus();
  }),
              IsOk());

  EXPECT_EQ(Read([&](ReadView& v) { return v.FindRequest(sample.id()); })->version(), 2);
}

TEST_P(StoreContract, TellsTheReaderTheStatusOfItsBody) {
  EXPECT_THAT(store_->Read([](ReadView&) { return absl::CancelledError("enough"); }),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST_P(StoreContract, KeepsEverythingOverAReopening) {
  RequestSample sample(1, kNow);
  sample.AddTask("systems/shop", kNow);
  sample.AddTimer("reminder", kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow, 3)), IsOk());
  const auto head = Read([](ReadView& v) { return v.FindLogHead(); });

  Reopen();

  EXPECT_THAT(Read([&](ReadView& v) { return v.FindRecord(sample.id()); }),
              IsOkAndHolds(EqualsProto(sample.record())));
  EXPECT_THAT(Read([](ReadView& v) { return v.NextTimer(); }), IsOkAndHolds(kNow));
  const auto reopened = Read([](ReadView& v) { return v.FindLogHead(); });
  EXPECT_EQ(reopened->subtrees, head->subtrees);
  EXPECT_EQ(store_->DurableLeaves(), 3);
  EXPECT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  EXPECT_EQ(store_->DurableLeaves(), 4);
}

TEST_P(StoreContract, RefusesEverythingOnceClosedWithoutRunningIt) {
  store_->Close();
  store_->Close();
  bool has_run = false;

  const absl::Status written = Write([&](Transaction&) {
    has_run = true;
    return absl::OkStatus();
  });
  const absl::Status read = store_->Read([&](ReadView&) {
    has_run = true;
    return absl::OkStatus();
  });

  for (const absl::Status& status : {written, read}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_RETRY_LATER));
  }
  EXPECT_FALSE(has_run);
}

TEST_P(StoreContract, FinishesWhatWasQueuedBeforeItCloses) {
  int done = 0;
  for (int i = 0; i < 100; ++i) {
    store_->Transact(
        [i](Transaction& t) { return t.AppendAuditRecord(std::to_string(i), ""); },
        [&](const absl::Status& status) {
          EXPECT_THAT(status, IsOk());
          ++done;
        });
  }

  store_->Close();

  EXPECT_EQ(done, 100);
  EXPECT_EQ(store_->DurableLeaves(), 100);
}

const Backend kSqlite = {
    "Sqlite",
    [](const TempDir& dir, const Clock& clock) -> absl::StatusOr<std::unique_ptr<Store>> {
      return sqlite::SqliteStore::Open({.path = dir.File("dsr.db"), .clock = &clock});
    }};

std::string NameOf(const ::testing::TestParamInfo<Backend>& backend) { return backend.param.name; }

INSTANTIATE_TEST_SUITE_P(Backends, StoreContract, ::testing::Values(kSqlite), NameOf);
INSTANTIATE_TEST_SUITE_P(Backends, StoreContractLists, ::testing::Values(kSqlite), NameOf);
INSTANTIATE_TEST_SUITE_P(Backends, StoreContractLeases, ::testing::Values(kSqlite), NameOf);
INSTANTIATE_TEST_SUITE_P(Backends, StoreContractOutbox, ::testing::Values(kSqlite), NameOf);
INSTANTIATE_TEST_SUITE_P(Backends, StoreContractParts, ::testing::Values(kSqlite), NameOf);

}  // namespace
}  // namespace dsr
