// Group commit, as seen through the store.

#include "store/sqlite/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "contract/request_sample.h"
#include "dsr/base/thread.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/store/concurrent_writers.h"
#include "unit/store/fault_vfs.h"

namespace dsr::sqlite {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

const absl::Time kWritten = absl::FromUnixSeconds(1'780'000'000);

// Something that threads wait for. Thread-safe.
class Gate {
 public:
  void Open() {
    MutexLock lock(mutex_);
    is_open_ = true;
    changed_.NotifyAll();
  }
  void Wait() {
    MutexLock lock(mutex_);
    while (!is_open_) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool is_open_ ABSL_GUARDED_BY(mutex_) = false;
};

class WriterTest : public ::testing::Test {
 protected:
  WriterTest() {
    options_.path = dir_.File("dsr.db");
    options_.clock = &clock_;
    options_.vfs = vfs_.name();
  }

  void Open() { DSR_ASSERT_OK_AND_ASSIGN(store_, SqliteStore::Open(options_)); }

  // Queues bodies behind one that holds the writer, so that they come together, and waits for all
  // of them. Returns their results in the order in which they were told.
  std::vector<std::pair<int, absl::Status>> RunTogether(const std::vector<Store::Body>& bodies) {
    Gate gate;
    std::vector<std::pair<int, absl::Status>> results;
    store_->Transact(
        [&](Transaction&) {
          gate.Wait();
          return absl::OkStatus();
        },
        [](const absl::Status&) {});
    for (size_t i = 0; i < bodies.size(); ++i) {
      // `results` is used by the completion thread only, until the last result is told.
      store_->Transact(bodies[i], [&results, i](absl::Status status) {
        results.emplace_back(static_cast<int>(i), std::move(status));
      });
    }
    gate.Open();
    EXPECT_THAT(TransactAndWait(*store_, [](Transaction&) { return absl::OkStatus(); }), IsOk());
    return results;
  }

  static Store::Body Append(const std::string& record) {
    return [record](Transaction& t) { return t.AppendAuditRecord(record, ""); };
  }

  std::vector<std::string> Records() {
    std::vector<std::string> records;
    EXPECT_THAT(store_->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(const std::vector<AuditLeaf> leaves, view.ListLeaves(0, 10'000, true));
      for (const AuditLeaf& leaf : leaves) records.push_back(leaf.clear);
      return absl::OkStatus();
    }),
                IsOk());
    return records;
  }

  TempDir dir_;
  SimulatedClock clock_{kWritten};
  FaultVfs vfs_;
  SqliteStoreOptions options_;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(WriterTest, CommitsWhatCameTogetherOnceAndTellsResultsInOrder) {
  Open();
  const int64_t syncs = vfs_.syncs();

  const auto results = RunTogether({Append("a"), Append("b"), Append("c")});

  ASSERT_THAT(results, SizeIs(3));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(results[i].first, i);
    EXPECT_THAT(results[i].second, IsOk());
  }
  EXPECT_THAT(Records(), ElementsAre("a", "b", "c"));
  // The three shared the commit of the body that held the writer; that of the last body, which
  // writes nothing, may be another.
  EXPECT_GE(store_->Stats().largest_group, 4);
  EXPECT_LE(store_->Stats().groups, 2);
  // The first write to a new log also forces its header and the directory.
  EXPECT_LE(vfs_.syncs() - syncs, 3);
}

TEST_F(WriterTest, UndoesOnlyTheBodyThatFails) {
  Open();
  const auto fail = [](Transaction& t) -> absl::Status {
    DSR_RETURN_IF_ERROR(t.AppendAuditRecord("undone", ""));
    return absl::PermissionDeniedError("no");
  };

  const auto results = RunTogether({Append("a"), fail, Append("c")});

  ASSERT_THAT(results, SizeIs(3));
  EXPECT_THAT(results[0].second, IsOk());
  EXPECT_THAT(results[1].second, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(results[2].second, IsOk());
  EXPECT_THAT(Records(), ElementsAre("a", "c"));
  EXPECT_GE(store_->Stats().largest_group, 4);
}

TEST_F(WriterTest, TellsNoResultNotEvenAnErrorBeforeTheCommitIsOnTheDisk) {
  std::atomic<int> told = 0;
  std::atomic<int> told_before_sync = 0;
  Gate ready;
  std::atomic<bool> is_watching = false;
  vfs_.OnSync([&] {
    if (is_watching) told_before_sync += told;
  });
  Open();
  is_watching = true;
  // One commit: nothing else is written meanwhile, so that all its syncs come before its results.
  store_->Transact(
      [&](Transaction& t) {
        ready.Wait();
        return t.AppendAuditRecord("kept", "");
      },
      [&](const absl::Status&) { ++told; });
  store_->Transact([](Transaction&) { return absl::PermissionDeniedError("no"); },
                   [&](const absl::Status&) { ++told; });
  const int64_t syncs = vfs_.syncs();
  ready.Open();

  EXPECT_THAT(TransactAndWait(*store_, [](Transaction&) { return absl::OkStatus(); }), IsOk());

  EXPECT_EQ(told, 2);
  EXPECT_GT(vfs_.syncs(), syncs);
  EXPECT_EQ(told_before_sync, 0);
}

TEST_F(WriterTest, BoundsAGroupByTheNumberOfItsBodies) {
  options_.group.bodies = 10;
  Open();

  RunTogether(std::vector<Store::Body>(35, Append("x")));

  EXPECT_THAT(Records(), SizeIs(35));
  EXPECT_EQ(store_->Stats().largest_group, 10);
  EXPECT_GE(store_->Stats().groups, 4);
}

TEST_F(WriterTest, BoundsAGroupByItsBytes) {
  options_.group.bytes = 100'000;
  Open();

  RunTogether(std::vector<Store::Body>(12, Append(std::string(60'000, 'x'))));

  EXPECT_THAT(Records(), SizeIs(12));
  // Two records make it full; the one that held the writer wrote nothing.
  EXPECT_LE(store_->Stats().largest_group, 3);
}

TEST_F(WriterTest, BoundsAGroupByItsTime) {
  options_.group.time = absl::Milliseconds(5);
  Open();
  const auto slow = [&](Transaction& t) {
    clock_.Advance(absl::Milliseconds(3));
    return t.AppendAuditRecord("x", "");
  };

  RunTogether(std::vector<Store::Body>(12, slow));

  EXPECT_THAT(Records(), SizeIs(12));
  EXPECT_LE(store_->Stats().largest_group, 3);
}

TEST_F(WriterTest, ForcesTheDiskLessThanOnceForFiveTransitionsOf64Writers) {
  constexpr int kWriters = 64;
  constexpr int kCalls = 30;
  Open();
  std::vector<RequestSample> samples;
  for (int i = 0; i < kWriters; ++i) samples.emplace_back(i, kWritten);
  std::vector<std::vector<DecisionWrite>> writes(kWriters);
  // The state is that after the last decision: only its version is looked at here.
  std::vector<std::vector<storage::v1::RequestRecord>> records(kWriters);
  for (int i = 0; i < kWriters; ++i) {
    records[i].reserve(kCalls);
    for (int call = 0; call < kCalls; ++call) {
      DecisionWrite write = samples[i].NextDecision(kWritten);
      records[i].push_back(samples[i].record());
      write.record = &records[i].back();
      writes[i].push_back(write);
    }
  }
  const int64_t syncs = vfs_.syncs();

  ConcurrentWriters clients(*store_, kWriters, kCalls, [&](int writer, int call) {
    return [&write = writes[writer][call]](Transaction& t) { return t.WriteDecision(write); };
  });
  ASSERT_THAT(clients.Run(), IsOk());

  const WriterStats stats = store_->Stats();
  EXPECT_EQ(stats.bodies, kWriters * kCalls);
  EXPECT_LT(static_cast<double>(vfs_.syncs() - syncs) / (kWriters * kCalls), 0.2);
  EXPECT_EQ(store_->DurableLeaves(), kWriters * kCalls);
}

TEST_F(WriterTest, RunsTheBodiesOfALostGroupAgainEachAlone) {
  Open();
  ASSERT_THAT(TransactAndWait(*store_, Append("before")), IsOk());
  int runs = 0;
  const auto count = [&](Transaction& t) -> absl::Status {
    // The disk is full when the group is committed, and has room again when its bodies run anew.
    vfs_.SetDiskFull(++runs <= 2);
    return t.AppendAuditRecord(std::string(10'000, 'x'), "");
  };

  const auto results = RunTogether({count, count});

  ASSERT_THAT(results, SizeIs(2));
  EXPECT_THAT(results[0].second, IsOk());
  EXPECT_THAT(results[1].second, IsOk());
  EXPECT_EQ(runs, 4);
  EXPECT_THAT(Records(), SizeIs(3));
  EXPECT_EQ(store_->DurableLeaves(), 3);
}

TEST_F(WriterTest, AnswersDiskFullLeavesNothingHalfDoneAndRecovers) {
  Open();
  RequestSample sample(1, kWritten);
  sample.AddTask("systems/shop", kWritten);
  sample.AddTimer("deadline", kWritten);
  const DecisionWrite write = sample.NextDecision(kWritten, 20);
  const auto write_it = [&](Transaction& t) { return t.WriteDecision(write); };
  ASSERT_THAT(TransactAndWait(*store_, Append("before")), IsOk());

  vfs_.SetDiskFull(true);
  const absl::Status full = TransactAndWait(*store_, write_it);
  const absl::Status again = TransactAndWait(*store_, write_it);

  EXPECT_THAT(full, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(full, ReasonIs(v1::ERROR_REASON_DISK_FULL));
  EXPECT_THAT(again, ReasonIs(v1::ERROR_REASON_DISK_FULL));
  EXPECT_THAT(Records(), ElementsAre("before"));
  EXPECT_EQ(store_->DurableLeaves(), 1);
  EXPECT_THAT(store_->Read([&](ReadView& v) { return v.FindRequest(sample.id()).status(); }),
              StatusIs(absl::StatusCode::kNotFound));
  vfs_.SetDiskFull(false);
  EXPECT_THAT(TransactAndWait(*store_, write_it), IsOk());
  EXPECT_EQ(store_->DurableLeaves(), 21);
  store_->Close();
  Open();
  EXPECT_EQ(store_->DurableLeaves(), 21);
}

TEST_F(WriterTest, TellsThatTheDiskIsFull) {
  int told = 0;
  options_.on_disk_full = [&] {
    ++told;
    vfs_.SetDiskFull(false);
  };
  Open();
  ASSERT_THAT(TransactAndWait(*store_, Append("before")), IsOk());
  EXPECT_EQ(told, 0);

  vfs_.SetDiskFull(true);
  const absl::Status full = TransactAndWait(*store_, Append("refused"));

  EXPECT_THAT(full, ReasonIs(v1::ERROR_REASON_DISK_FULL));
  EXPECT_EQ(told, 1);
  // Whoever was told made room.
  EXPECT_THAT(TransactAndWait(*store_, Append("after")), IsOk());
  EXPECT_THAT(Records(), ElementsAre("before", "after"));
}

TEST_F(WriterTest, EndsTheProcessWhenTheDiskDoesNotTakeACommit) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";

  EXPECT_EXIT(
      {
        Open();
        vfs_.FailSyncs();
        TransactAndWait(*store_, Append("lost")).IgnoreError();
      },
      ::testing::ExitedWithCode(1), "database_sync_failed");
}

TEST_F(WriterTest, EndsTheProcessWhenTheDiskDoesNotTakeACheckpoint) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  options_.checkpoint = {.step_pages = 1, .truncate_pages = 1'000'000};

  EXPECT_EXIT(
      {
        std::atomic<int> syncs_to_come = 1'000'000;
        vfs_.OnSync([&] {
          if (--syncs_to_come < 0) vfs_.FailSyncs();
        });
        Open();
        // The header of the log, the directory and the commit pass; the checkpoint does not. The
        // answer to the commit may come or not.
        syncs_to_come = 3;
        for (int i = 0; i < 10; ++i) TransactAndWait(*store_, Append("x")).IgnoreError();
      },
      ::testing::ExitedWithCode(1), "database_sync_failed");
}

TEST_F(WriterTest, ShowsReadersWholeBodiesOnly) {
  Open();
  RequestSample sample(1, kWritten);
  const DecisionWrite first = sample.NextDecision(kWritten, 3);
  ASSERT_THAT(TransactAndWait(*store_, [&](Transaction& t) { return t.WriteDecision(first); }),
              IsOk());
  std::atomic<bool> is_done = false;
  std::atomic<int> reads = 0;
  const auto read = [&] {
    while (!is_done || reads < 10) {
      EXPECT_THAT(store_->Read([&](ReadView& view) -> absl::Status {
        DSR_ASSIGN_OR_RETURN(const auto state, view.FindRequest(sample.id()));
        DSR_ASSIGN_OR_RETURN(const auto events, view.ListEvents(sample.id(), 0, 10'000));
        DSR_ASSIGN_OR_RETURN(const auto head, view.FindLogHead());
        EXPECT_EQ(static_cast<int64_t>(events.size()), state.version());
        EXPECT_EQ(head.size, state.version());
        EXPECT_EQ(state.version() % 3, 0);
        return absl::OkStatus();
      }),
                  IsOk());
      ++reads;
    }
  };

  {
    Thread one("reader-1", read);
    Thread two("reader-2", read);
    for (int i = 0; i < 100; ++i) {
      const DecisionWrite write = sample.NextDecision(kWritten, 3);
      EXPECT_THAT(TransactAndWait(*store_, [&](Transaction& t) { return t.WriteDecision(write); }),
                  IsOk());
    }
    is_done = true;
  }

  EXPECT_GE(reads, 10);
}

TEST_F(WriterTest, KeepsTheLogShortByFrequentCheckpoints) {
  options_.checkpoint = {.step_pages = 20, .truncate_pages = 1'000'000};
  Open();

  for (int i = 0; i < 200; ++i) {
    ASSERT_THAT(TransactAndWait(*store_, Append(std::string(2000, 'x'))), IsOk());
  }

  EXPECT_GE(store_->Stats().checkpoints, 10);
  EXPECT_LT(std::filesystem::file_size(options_.path + "-wal"), 80u * 4200);
}

TEST_F(WriterTest, CutsALogOffThatALongReaderMadeGrow) {
  options_.checkpoint = {.step_pages = 20, .truncate_pages = 100};
  Open();
  const auto log_size = [&] { return std::filesystem::file_size(options_.path + "-wal"); };
  const auto write = [&](int times) {
    for (int i = 0; i < times; ++i) {
      EXPECT_THAT(TransactAndWait(*store_, Append(std::string(2000, 'x'))), IsOk());
    }
  };
  ASSERT_THAT(store_->Read([&](ReadView& view) {
    // The snapshot begins with the first thing read.
    EXPECT_THAT(view.FindLogHead(), IsOk());
    write(200);
    EXPECT_GT(log_size(), 200u * 4096);
    return absl::OkStatus();
  }),
              IsOk());

  write(100);

  EXPECT_LT(log_size(), 100u * 4200);
  EXPECT_THAT(Records(), SizeIs(300));
}

}  // namespace
}  // namespace dsr::sqlite
