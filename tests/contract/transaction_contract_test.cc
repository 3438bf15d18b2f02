// The Store contract: what holds of every transaction and every read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "contract/store_contract.h"

namespace dsr {
namespace {

using ::testing::IsEmpty;

class TransactionContract : public StoreContract {};

// Transactions

TEST_P(TransactionContract, UndoesAllOfABodyThatFails) {
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
  EXPECT_THAT(Read([&](ReadView& v) { return v.ListTasks(sample.id()); }), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Read([](ReadView& v) { return v.NextTimer(); }),
              IsOkAndHolds(absl::InfiniteFuture()));
}

TEST_P(TransactionContract, FailsABodyThatPassesOverAHalfDoneWrite) {
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

TEST_P(TransactionContract, ReadsFromOneSnapshot) {
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

TEST_P(TransactionContract, TellsTheReaderTheStatusOfItsBody) {
  EXPECT_THAT(store_->Read([](ReadView&) { return absl::CancelledError("enough"); }),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST_P(TransactionContract, KeepsEverythingOverAReopening) {
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

TEST_P(TransactionContract, RefusesEverythingOnceClosedWithoutRunningIt) {
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

TEST_P(TransactionContract, FinishesWhatWasQueuedBeforeItCloses) {
  int done = 0;
  for (int i = 0; i < 100; ++i) {
    store_->Transact([i](Transaction& t) { return t.AppendAuditRecord(std::to_string(i), ""); },
                     [&](const absl::Status& status) {
                       EXPECT_THAT(status, IsOk());
                       ++done;
                     });
  }

  store_->Close();

  EXPECT_EQ(done, 100);
  EXPECT_EQ(store_->DurableLeaves(), 100);
}

INSTANTIATE_TEST_SUITE_P(Backends, TransactionContract, ::testing::ValuesIn(AllBackends()),
                         NameOfBackend);

}  // namespace
}  // namespace dsr
