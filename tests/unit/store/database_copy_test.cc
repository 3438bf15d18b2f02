#include "store/sqlite/database_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "contract/request_sample.h"
#include "dsr/base/thread.h"
#include "store/sqlite/database_reader.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr::sqlite {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const absl::Time kCopied = absl::FromUnixSeconds(1'780'000'000);

class DatabaseCopyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = SqliteStore::Open({.path = dir_.File("dsr.db"), .clock = &clock_});
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    for (int i = 1; i <= 50; ++i) ASSERT_THAT(Write(i), IsOk());
  }

  // A request with some events.
  absl::Status Write(int number) {
    RequestSample sample(number, kCopied);
    const DecisionWrite write = sample.NextDecision(kCopied, 5);
    return TransactAndWait(*store_, [&](Transaction& t) { return t.WriteDecision(write); });
  }

  std::string CopyPath() const { return dir_.File("copy.db"); }

  // The leaves that the copy holds.
  int64_t LeavesOfCopy() {
    const auto reader = DatabaseReader::Open(CopyPath());
    EXPECT_THAT(reader, IsOk());
    int64_t size = -1;
    EXPECT_THAT((*reader)->Read([&](ReadView& view) -> absl::Status {
      const absl::StatusOr<LogHead> head = view.FindLogHead();
      if (head.ok()) size = head->size;
      return head.status();
    }),
                IsOk());
    return size;
  }

  TempDir dir_;
  SimulatedClock clock_{kCopied};
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(DatabaseCopyTest, IsTheDatabaseAtOneInstantWhileWritesGoOn) {
  int written = 50;
  CopyLimits limits;
  limits.step_pages = 1;
  // Between the steps another request is written.
  limits.is_cancelled = [&] {
    if (written < 60) {
      EXPECT_THAT(Write(++written), IsOk());
    }
    return false;
  };

  ASSERT_THAT(store_->CopyTo(CopyPath(), limits), IsOk());

  EXPECT_EQ(written, 60);
  EXPECT_EQ(LeavesOfCopy(), 50 * 5);
  EXPECT_EQ(store_->DurableLeaves(), 60 * 5);
}

TEST_F(DatabaseCopyTest, HasPagesThatFitTogetherAndIsReadableByItsOwnerOnly) {
  ASSERT_THAT(store_->CopyTo(CopyPath(), {}), IsOk());

  const auto reader = DatabaseReader::Open(CopyPath());
  ASSERT_THAT(reader, IsOk());
  EXPECT_THAT((*reader)->CheckPages(), IsOkAndHolds(IsEmpty()));
  struct stat status;
  ASSERT_EQ(stat(CopyPath().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(DatabaseCopyTest, BreaksOffWhenTooMuchIsWrittenMeanwhile) {
  int written = 50;
  CopyLimits limits;
  limits.step_pages = 1;
  limits.log_growth_bytes = 100'000;
  limits.is_cancelled = [&] {
    EXPECT_THAT(Write(++written), IsOk());
    return false;
  };

  const absl::Status copied = store_->CopyTo(CopyPath(), limits);

  EXPECT_THAT(copied, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("written")));
  EXPECT_FALSE(std::filesystem::exists(CopyPath()));
  // What was in the way is gone: the next one finds less written.
  EXPECT_THAT(store_->CopyTo(CopyPath(), {}), IsOk());
}

TEST_F(DatabaseCopyTest, LeavesNothingBehindWhenItIsCancelled) {
  CopyLimits limits;
  limits.step_pages = 1;
  limits.is_cancelled = [] { return true; };

  EXPECT_THAT(store_->CopyTo(CopyPath(), limits), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(std::filesystem::exists(CopyPath()));
}

TEST_F(DatabaseCopyTest, OverwritesNothing) {
  std::ofstream(CopyPath()) << "something";

  EXPECT_THAT(store_->CopyTo(CopyPath(), {}), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(std::filesystem::file_size(CopyPath()), 9u);
}

TEST_F(DatabaseCopyTest, APageThatWasDamagedIsFound) {
  ASSERT_THAT(store_->CopyTo(CopyPath(), {}), IsOk());
  const auto pages = std::filesystem::file_size(CopyPath()) / 4096;
  int found = 0;
  // Page 1 has the schema, without which there is nothing to check.
  for (uintmax_t page = 2; page <= pages; ++page) {
    const std::string damaged = dir_.File("damaged.db");
    std::filesystem::copy_file(CopyPath(), damaged,
                               std::filesystem::copy_options::overwrite_existing);
    std::fstream file(damaged, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>((page - 1) * 4096));
    file << std::string(4096, '\x5a');
    file.close();
    const auto reader = DatabaseReader::Open(damaged);
    const bool is_refused = !reader.ok();
    if (is_refused || !(*reader)->CheckPages()->empty()) ++found;
  }
  EXPECT_EQ(found, static_cast<int>(pages) - 1);
}

}  // namespace
}  // namespace dsr::sqlite
