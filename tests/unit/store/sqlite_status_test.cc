#include "store/sqlite/sqlite_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cerrno>
#include <ostream>

#include "testing/status_matchers.h"

namespace dsr::sqlite {
namespace {

struct Case {
  int code;
  int system_error;
  absl::StatusCode status;
  v1::ErrorReason reason;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.code << " with error " << c.system_error;
}

class StatusOfCodeTest : public ::testing::TestWithParam<Case> {};

TEST_P(StatusOfCodeTest, TellsClientsWhatToDo) {
  const absl::Status status = StatusOfCode(GetParam().code, GetParam().system_error);

  EXPECT_THAT(status, StatusIs(GetParam().status));
  EXPECT_THAT(status, ReasonIs(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    Codes, StatusOfCodeTest,
    ::testing::Values(
        Case{SQLITE_FULL, 0, absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_DISK_FULL},
        Case{SQLITE_IOERR_SHMSIZE, ENOSPC, absl::StatusCode::kResourceExhausted,
             v1::ERROR_REASON_DISK_FULL},
        Case{SQLITE_IOERR_WRITE, EIO, absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL},
        Case{SQLITE_BUSY, 0, absl::StatusCode::kUnavailable, v1::ERROR_REASON_RETRY_LATER},
        Case{SQLITE_BUSY_SNAPSHOT, 0, absl::StatusCode::kUnavailable, v1::ERROR_REASON_RETRY_LATER},
        Case{SQLITE_NOMEM, 0, absl::StatusCode::kUnavailable, v1::ERROR_REASON_RETRY_LATER},
        Case{SQLITE_CONSTRAINT_PRIMARYKEY, 0, absl::StatusCode::kAlreadyExists,
             v1::ERROR_REASON_RESOURCE_EXISTS},
        Case{SQLITE_CONSTRAINT_CHECK, 0, absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL},
        Case{SQLITE_TOOBIG, 0, absl::StatusCode::kResourceExhausted,
             v1::ERROR_REASON_MESSAGE_TOO_LARGE},
        Case{SQLITE_NOTADB, 0, absl::StatusCode::kFailedPrecondition,
             v1::ERROR_REASON_INSTALLATION_INVALID},
        Case{SQLITE_CORRUPT_INDEX, 0, absl::StatusCode::kDataLoss, v1::ERROR_REASON_INTERNAL}));

TEST(IsSyncFailureTest, TellsFailedSyncsFromOtherFailures) {
  EXPECT_TRUE(IsSyncFailure(SQLITE_IOERR_FSYNC));
  EXPECT_TRUE(IsSyncFailure(SQLITE_IOERR_DIR_FSYNC));
  EXPECT_FALSE(IsSyncFailure(SQLITE_IOERR_WRITE));
  EXPECT_FALSE(IsSyncFailure(SQLITE_FULL));
}

}  // namespace
}  // namespace dsr::sqlite
