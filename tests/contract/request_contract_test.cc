// The Store contract: requests, their events, lists and reports.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "contract/store_contract.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RequestContract : public StoreContract {
 protected:
  std::vector<std::string> ListNames(const RequestQuery& query) {
    std::vector<std::string> names;
    const auto states = Read([&](ReadView& view) { return view.ListRequests(query); });
    EXPECT_THAT(states, IsOk());
    if (states.ok()) {
      for (const auto& state : *states) names.push_back(state.request().name());
    }
    return names;
  }
};

// Requests and events

TEST_P(RequestContract, ReturnsARequestAsWrittenWithEverythingThatBelongsToIt) {
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

TEST_P(RequestContract, SaysNotFoundForWhatIsNotThere) {
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

TEST_P(RequestContract, DoesNotFindATaskOrNoticeUnderAnotherRequest) {
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

TEST_P(RequestContract, KeepsEventsByteForByteInTheirOrder) {
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

TEST_P(RequestContract, RefusesADecisionOnAnOldVersion) {
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

TEST_P(RequestContract, RefusesASecondRequestOfTheSameId) {
  RequestSample first(1, kNow);
  RequestSample second(1, kNow);
  ASSERT_THAT(Write(first.NextDecision(kNow)), IsOk());

  EXPECT_THAT(Write(second.NextDecision(kNow)), StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_P(RequestContract, RefusesADecisionWithAHoleInItsEvents) {
  RequestSample sample(1, kNow);
  DecisionWrite write = sample.NextDecision(kNow, 3);
  write.events.erase(write.events.begin() + 1);

  EXPECT_THAT(Write(write), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindRequest(sample.id()); }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(RequestContract, ListsRequestsNewestFirstInPages) {
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
class RequestListContract : public RequestContract {
 protected:
  void SetUp() override {
    RequestContract::SetUp();
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

TEST_P(RequestListContract, FilterByEachColumn) {
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

TEST_P(RequestListContract, FilterByEveryCombinationAsByEachColumnInTurn) {
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

TEST_P(RequestListContract, OrderOpenRequestsByDueTimeInPages) {
  RequestQuery query{.open_by_due_time = true, .limit = 2};

  const std::vector<int> first = Find(query);
  query.after_id = samples_[first.back()].id();
  query.after_due = absl::FromUnixSeconds(samples_[first.back()].request().due_time().seconds());
  const std::vector<int> second = Find(query);

  EXPECT_THAT(first, ElementsAre(4, 0));
  EXPECT_THAT(second, ElementsAre(1, 2));
}

TEST_P(RequestListContract, WhatIsDueToNobodyComesAfterAllThatIsDue) {
  samples_[4].request().clear_due_time();
  // As it was stored once.
  samples_[0].request().mutable_due_time()->Clear();
  ASSERT_THAT(Write(samples_[4].NextDecision(kNow)), IsOk());
  ASSERT_THAT(Write(samples_[0].NextDecision(kNow)), IsOk());

  EXPECT_THAT(Find({.open_by_due_time = true}), ElementsAre(1, 2, 5, 0, 4));
  EXPECT_THAT(Find({.assignee = "agents/17", .open_by_due_time = true}), ElementsAre(2, 4));
  RequestQuery rest{.open_by_due_time = true};
  rest.after_id = samples_[0].id();
  rest.after_due = absl::FromUnixMicros(absl::ToUnixMicros(absl::InfiniteFuture()));
  EXPECT_THAT(Find(rest), ElementsAre(4));
}

TEST_P(RequestListContract, WhatWasAnsweredComesAfterWhatIsStillDue) {
  samples_[4].request().set_phase(v1::PHASE_FOLLOW_UP);
  samples_[4].request().mutable_response()->set_outcome(v1::OUTCOME_FULFILLED);
  ASSERT_THAT(Write(samples_[4].NextDecision(kNow)), IsOk());

  EXPECT_THAT(Find({.open_by_due_time = true}), ElementsAre(0, 1, 2, 5, 4));
}

TEST_P(RequestListContract, FollowARequestThatChanges) {
  samples_[2].request().set_phase(v1::PHASE_CLOSED);
  samples_[2].request().set_assignee("agents/18");
  ASSERT_THAT(Write(samples_[2].NextDecision(kNow)), IsOk());

  EXPECT_THAT(Find({.phase = v1::PHASE_WORK}), IsEmpty());
  EXPECT_THAT(Find({.assignee = "agents/17"}), ElementsAre(4));
  EXPECT_THAT(Find({.assignee = "agents/18"}), ElementsAre(2));
  EXPECT_THAT(Find({.open_by_due_time = true}), ElementsAre(4, 0, 1, 5));
}

TEST_P(RequestContract, ScansWhatReportsNeedOfRequestsReceivedInAPeriod) {
  RequestSample answered(1, kNow);
  answered.request().mutable_response()->set_outcome(v1::OUTCOME_FULFILLED);
  answered.request().mutable_response()->mutable_response_time()->set_seconds(
      absl::ToUnixSeconds(kNow) + 60);
  storage::v1::RequestCourse& course = *answered.record().mutable_state()->mutable_course();
  course.set_channel("hotline");
  course.add_dues()->set_due_micros(7);
  RequestSample open(2, kNow + absl::Seconds(1));
  RequestSample later(3, kNow + absl::Seconds(2));
  for (RequestSample* sample : {&answered, &open, &later}) {
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
  EXPECT_EQ(rows[0].received, kNow);
  EXPECT_EQ(rows[0].answered, kNow + absl::Seconds(60));
  EXPECT_EQ(rows[0].outcome, v1::OUTCOME_FULFILLED);
  EXPECT_THAT(rows[0].course, EqualsProto(course));
  EXPECT_EQ(rows[1].answered, absl::InfiniteFuture());
}

TEST_P(RequestContract, ScansNoticesMadeInAPeriodByRecipient) {
  RequestSample sample(1, kNow);
  sample.AddNotice("recipients/courier", kNow);
  sample.AddNotice("recipients/ads", kNow + absl::Seconds(1));
  v1::Notice& done = *sample.record().mutable_notices(1);
  done.set_state(v1::Notice::STATE_COMPLETED);
  *done.mutable_due_time() = ToTimestamp(kNow + absl::Hours(24));
  *done.mutable_acknowledge_time() = ToTimestamp(kNow + absl::Hours(1));
  *done.mutable_end_time() = ToTimestamp(kNow + absl::Hours(2));
  sample.AddNotice("recipients/courier", kNow + absl::Seconds(2));
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  std::vector<NoticeRow> rows;
  ASSERT_THAT(store_->Read([&](ReadView& view) {
    return view.ScanNotices(kNow, kNow + absl::Seconds(2), [&](const NoticeRow& row) {
      rows.push_back(row);
      return absl::OkStatus();
    });
  }),
              IsOk());

  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].recipient, "recipients/ads");
  EXPECT_EQ(rows[0].state, v1::Notice::STATE_COMPLETED);
  EXPECT_EQ(rows[0].due, kNow + absl::Hours(24));
  EXPECT_EQ(rows[0].acknowledged, kNow + absl::Hours(1));
  EXPECT_EQ(rows[0].ended, kNow + absl::Hours(2));
  EXPECT_EQ(rows[1].recipient, "recipients/courier");
  EXPECT_EQ(rows[1].ended, absl::InfiniteFuture());
}

TEST_P(RequestContract, ScansANoticeOnceForEachRecipientThatItWasFor) {
  RequestSample sample(1, kNow);
  sample.AddNotice("recipients/chain", kNow);
  v1::Notice& notice = *sample.record().mutable_notices(0);
  const absl::Time taken_over = kNow + absl::Hours(5);
  v1::FormerRecipient& former = *notice.add_former_recipients();
  former.set_recipient("recipients/courier");
  // An id tells when a notice was made to the millisecond, and that is what counts.
  *former.mutable_begin_time() = ToTimestamp(kNow + absl::Microseconds(720));
  *former.mutable_end_time() = ToTimestamp(taken_over);
  *former.mutable_due_time() = ToTimestamp(kNow + absl::Hours(3));
  *former.mutable_acknowledge_time() = ToTimestamp(kNow + absl::Hours(1));
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());
  // Written again, it is no other notice.
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  std::map<std::string, NoticeRow> rows;
  ASSERT_THAT(store_->Read([&](ReadView& view) {
    return view.ScanNotices(kNow, kNow + absl::Seconds(1), [&](const NoticeRow& row) {
      EXPECT_TRUE(rows.emplace(row.recipient, row).second);
      return absl::OkStatus();
    });
  }),
              IsOk());

  ASSERT_THAT(rows, SizeIs(2));
  const NoticeRow& before = rows["recipients/courier"];
  EXPECT_EQ(before.since, kNow);
  EXPECT_EQ(before.until, taken_over);
  EXPECT_EQ(before.due, kNow + absl::Hours(3));
  EXPECT_EQ(before.acknowledged, kNow + absl::Hours(1));
  EXPECT_EQ(before.ended, absl::InfiniteFuture());
  const NoticeRow& after = rows["recipients/chain"];
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(after.since, taken_over);
  EXPECT_EQ(after.until, absl::InfiniteFuture());
}

TEST_P(RequestContract, KeepsOneAbsenceAPrincipalUntilItEnds) {
  const auto list = [&](absl::Time now) {
    std::vector<std::string> names;
    EXPECT_THAT(store_->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(const std::vector<AbsenceRecord> absences, view.ListAbsences(now));
      for (const AbsenceRecord& absence : absences)
        names.push_back(absence.principal + ">" + absence.deputy);
      return absl::OkStatus();
    }),
                IsOk());
    return names;
  };
  ASSERT_THAT(TransactAndWait(*store_,
                              [](Transaction& t) -> absl::Status {
                                const absl::Time end = kNow + absl::Hours(1);
                                DSR_RETURN_IF_ERROR(t.PutAbsence({"lee", kNow, end, "bao"}));
                                DSR_RETURN_IF_ERROR(t.PutAbsence({"kim", kNow, end, ""}));
                                return t.PutAbsence({"lee", kNow, end, "chen"});
                              }),
              IsOk());

  EXPECT_THAT(list(kNow), ElementsAre("kim>", "lee>chen"));
  EXPECT_THAT(list(kNow + absl::Hours(1)), IsEmpty());
  EXPECT_THAT(TransactAndWait(*store_, [](Transaction& t) { return t.DeleteAbsence("kim"); }),
              IsOk());
  EXPECT_THAT(list(kNow), ElementsAre("lee>chen"));
  EXPECT_THAT(TransactAndWait(*store_, [](Transaction& t) { return t.DeleteAbsence("kim"); }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(RequestContract, StopsAScanWithTheStatusOfTheVisitor) {
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

INSTANTIATE_TEST_SUITE_P(Backends, RequestContract, ::testing::ValuesIn(AllBackends()),
                         NameOfBackend);
INSTANTIATE_TEST_SUITE_P(Backends, RequestListContract, ::testing::ValuesIn(AllBackends()),
                         NameOfBackend);

}  // namespace
}  // namespace dsr
