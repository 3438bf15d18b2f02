// The Store contract: what ends when a closed request has been kept long enough.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "contract/store_contract.h"
#include "dsr/base/proto_time.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RetentionContract : public StoreContract {
 protected:
  // One that was closed at kNow; its content is kept for so many days, unless that was not said.
  RequestSample Closed(int number, int days) {
    RequestSample sample(number, kNow);
    sample.AddTask("systems/shop", kNow);
    sample.AddNotice("recipients/courier", kNow);
    sample.AddMessage(kNow);
    EXPECT_THAT(Write(sample.NextDecision(kNow, 2)), IsOk());
    sample.request().set_phase(v1::PHASE_CLOSED);
    if (days > 0) {
      *sample.request().mutable_content_end_time() = ToTimestamp(kNow + absl::Hours(24 * days));
    }
    EXPECT_THAT(Write(sample.NextDecision(kNow)), IsOk());
    return sample;
  }
  auto DueAt(absl::Time now) {
    return Read([&](ReadView& v) { return v.ListRetentionDue(now, 10); });
  }
  auto Next() {
    return Read([](ReadView& v) { return v.NextRetention(); });
  }
};

TEST_P(RetentionContract, NamesClosedRequestsWhenTheirContentEnds) {
  RequestSample open(1, kNow);
  ASSERT_THAT(Write(open.NextDecision(kNow)), IsOk());
  EXPECT_THAT(Next(), IsOkAndHolds(absl::InfiniteFuture()));
  const RequestSample later = Closed(2, 20);
  const RequestSample sooner = Closed(3, 10);

  EXPECT_THAT(Next(), IsOkAndHolds(kNow + absl::Hours(240)));
  EXPECT_THAT(DueAt(kNow + absl::Hours(240) - absl::Microseconds(1)), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(DueAt(kNow + absl::Hours(240)), IsOkAndHolds(ElementsAre(sooner.id())));
  EXPECT_THAT(DueAt(kNow + absl::Hours(480)), IsOkAndHolds(ElementsAre(sooner.id(), later.id())));
}

TEST_P(RetentionContract, OneThatDoesNotSayWhenIsLookedAtAtOnce) {
  const RequestSample sample = Closed(1, 0);

  EXPECT_THAT(DueAt(kNow), IsOkAndHolds(ElementsAre(sample.id())));
}

TEST_P(RetentionContract, LooksAgainWhenItWasPutOffUntil) {
  const RequestSample sample = Closed(1, 10);
  const absl::Time due = kNow + absl::Hours(1000);
  ASSERT_THAT(Write([&](Transaction& t) { return t.DeferRetention(sample.id(), due); }), IsOk());

  Reopen();

  EXPECT_THAT(DueAt(due - absl::Microseconds(1)), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(DueAt(due), IsOkAndHolds(SizeIs(1)));
  ASSERT_THAT(
      Write([&](Transaction& t) { return t.DeferRetention(sample.id(), absl::InfiniteFuture()); }),
      IsOk());
  EXPECT_THAT(Next(), IsOkAndHolds(absl::InfiniteFuture()));
}

TEST_P(RetentionContract, APurgeLeavesTheOutlineTheNoticesAndTheHashes) {
  const RequestSample sample = Closed(1, 10);
  const RequestSample other = Closed(2, 10);
  const TaskId task = *TaskId::Parse(
      sample.record().tasks(0).name().substr(sample.record().tasks(0).name().rfind('/') + 1));
  ASSERT_THAT(Write([&](Transaction& t) -> absl::Status {
                DSR_RETURN_IF_ERROR(t.AppendChunk(sample.id(), task, "orders", {0, 1, "x"}));
                DSR_RETURN_IF_ERROR(t.PutDocument(sample.id(), SampleId<EvidenceId>(kNow, 9), "d"));
                return t.PutAnswer({"agents/17", std::string(16, 'k'), std::string(16, 'f'), 0,
                                    "answer", sample.id()});
              }),
              IsOk());
  const auto hashes = [&] {
    std::vector<std::string> all;
    const auto leaves = Read([](ReadView& v) { return v.ListLeaves(0, 100, false); });
    for (const AuditLeaf& leaf : *leaves) all.push_back(leaf.hash);
    return all;
  };
  const std::vector<std::string> before = hashes();
  storage::v1::RequestState outline;
  outline.mutable_request()->set_name(sample.record().state().request().name());
  outline.set_version(sample.version());

  ASSERT_THAT(Write([&](Transaction& t) { return t.PurgeRequest(sample.id(), outline); }), IsOk());
  Reopen();

  const auto record = Read([&](ReadView& v) { return v.FindRecord(sample.id()); });
  ASSERT_THAT(record, IsOk());
  EXPECT_THAT(record->state(), EqualsProto(outline));
  EXPECT_THAT(record->tasks(), IsEmpty());
  EXPECT_THAT(record->messages(), IsEmpty());
  EXPECT_THAT(record->notices(), SizeIs(1));
  // Nothing of it is to be sent any more.
  for (const OutboxKind kind : {OutboxKind::kNotice, OutboxKind::kMessage}) {
    std::vector<OutboxItem> due;
    ASSERT_THAT(Write([&](Transaction& t) -> absl::Status {
                  DSR_ASSIGN_OR_RETURN(due, t.ClaimOutbox(kind, kNow, kNow + absl::Hours(1), 10));
                  return absl::OkStatus();
                }),
                IsOk());
    ASSERT_THAT(due, SizeIs(1));
    EXPECT_EQ(due.front().request, other.id());
  }
  const auto events = Read([&](ReadView& v) { return v.ListEvents(sample.id(), 0, 10); });
  ASSERT_THAT(events, IsOk());
  ASSERT_THAT(*events, SizeIs(3));
  for (const StoredEvent& event : *events) EXPECT_EQ(event.clear + event.sealed, "");
  EXPECT_EQ(hashes(), before);
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindDocument(SampleId<EvidenceId>(kNow, 9)); }),
              StatusIs(absl::StatusCode::kNotFound));
  const auto answer =
      Read([&](ReadView& v) { return v.FindAnswer("agents/17", std::string(16, 'k')); });
  ASSERT_THAT(answer, IsOk());
  EXPECT_FALSE(answer->has_value());
  EXPECT_THAT(DueAt(absl::InfiniteFuture()), IsOkAndHolds(ElementsAre(other.id())));
  // The other one is as it was.
  EXPECT_THAT(Read([&](ReadView& v) { return v.FindRecord(other.id()); }),
              IsOkAndHolds(EqualsProto(other.record())));
}

TEST_P(RetentionContract, APurgeKeepsWhatReportsCount) {
  const RequestSample sample = Closed(1, 10);
  const auto scan = [&] {
    int rows = 0;
    EXPECT_THAT(store_->Read([&](ReadView& view) {
      return view.ScanSla(absl::InfinitePast(), absl::InfiniteFuture(), [&](const SlaRow& row) {
        rows += row.id == sample.id() && row.type == "deletion" ? 1 : 0;
        return absl::OkStatus();
      });
    }),
                IsOk());
    return rows;
  };
  ASSERT_EQ(scan(), 1);

  ASSERT_THAT(Write([&](Transaction& t) {
                return t.PurgeRequest(sample.id(), storage::v1::RequestState());
              }),
              IsOk());

  EXPECT_EQ(scan(), 1);
}

TEST_P(RetentionContract, AnOpenRequestIsNotPurged) {
  RequestSample sample(1, kNow);
  ASSERT_THAT(Write(sample.NextDecision(kNow)), IsOk());

  EXPECT_THAT(Write([&](Transaction& t) {
                return t.PurgeRequest(sample.id(), storage::v1::RequestState());
              }),
              StatusIs(absl::StatusCode::kInternal));

  EXPECT_THAT(Read([&](ReadView& v) { return v.FindRequest(sample.id()); }),
              IsOkAndHolds(EqualsProto(sample.record().state())));
}

INSTANTIATE_TEST_SUITE_P(Backends, RetentionContract, ::testing::ValuesIn(AllBackends()),
                         NameOfBackend);

}  // namespace
}  // namespace dsr
