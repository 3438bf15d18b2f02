#include "dsr/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>

#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class FileTest : public ::testing::Test {
 protected:
  int CountFiles() const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      count += entry.exists() ? 1 : 0;
    }
    return count;
  }

  TempDir dir_;
};

TEST_F(FileTest, HoldsExactlyWhatWasWritten) {
  const std::string contents = std::string("line\n\0\xff", 7) + std::string(100000, 'x');

  ASSERT_THAT(WriteFileAtomically(dir_.File("key"), contents), IsOk());

  EXPECT_THAT(ReadFile(dir_.File("key")), IsOkAndHolds(contents));
}

TEST_F(FileTest, ReplacesWhatWasThereAndLeavesNothingElse) {
  ASSERT_THAT(WriteFileAtomically(dir_.File("key"), "a longer old text"), IsOk());
  ASSERT_THAT(WriteFileAtomically(dir_.File("key"), ""), IsOk());

  EXPECT_THAT(ReadFile(dir_.File("key")), IsOkAndHolds(""));
  EXPECT_EQ(CountFiles(), 1);
}

TEST_F(FileTest, HasTheAskedModeAndIsPrivateByDefault) {
  ASSERT_THAT(WriteFileAtomically(dir_.File("key"), "x"), IsOk());
  ASSERT_THAT(WriteFileAtomically(dir_.File("report"), "x", 0644), IsOk());

  struct stat info;
  ASSERT_EQ(stat(dir_.File("key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(stat(dir_.File("report").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
}

TEST_F(FileTest, ErrorNamesTheFileWithoutItsFolder) {
  const absl::Status status = ReadFile(dir_.File("policy.textproto")).status();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition,
                               AllOf(HasSubstr("policy.textproto"), Not(HasSubstr("/")))));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  EXPECT_EQ(ErrorInfoOf(status)->metadata().at("file"), "policy.textproto");
}

TEST_F(FileTest, CannotReadAFolder) {
  EXPECT_THAT(ReadFile(dir_.path()), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

TEST_F(FileTest, FailedWriteLeavesNothingBehind) {
  ASSERT_TRUE(std::filesystem::create_directory(dir_.File("taken")));

  EXPECT_THAT(WriteFileAtomically(dir_.File("taken"), "x"),
              ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  EXPECT_THAT(WriteFileAtomically(dir_.File("missing/key"), "x"),
              ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));

  EXPECT_EQ(CountFiles(), 1);
}

TEST_F(FileTest, WriteThatFindsNoRoomIsResourceExhausted) {
  ASSERT_THAT(WriteFileAtomically(dir_.File("key"), "old"), IsOk());
  // A limit on the size of files fails a write as a full disk does; its signal would end the
  // process.
  rlimit former;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &former), 0);
  const auto former_handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {.rlim_cur = 1000, .rlim_max = former.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);

  const absl::Status status = WriteFileAtomically(dir_.File("key"), std::string(2000, 'x'));

  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &former), 0);
  signal(SIGXFSZ, former_handler);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_DISK_FULL));
  EXPECT_THAT(ReadFile(dir_.File("key")), IsOkAndHolds("old"));
  EXPECT_EQ(CountFiles(), 1);
}

TEST_F(FileTest, ExistsOnceItIsWritten) {
  EXPECT_FALSE(FileExists(dir_.File("key")));
  ASSERT_THAT(WriteFileAtomically(dir_.File("key"), "x"), IsOk());
  EXPECT_TRUE(FileExists(dir_.File("key")));
}

TEST_F(FileTest, LockKeepsASecondHolderOut) {
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<LockFile> first,
                           LockFile::Acquire(dir_.File("lock")));

  const auto second = LockFile::Acquire(dir_.File("lock"));

  EXPECT_THAT(second,
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("another process")));
  EXPECT_THAT(second, ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

TEST_F(FileTest, LockIsFreeOnceItsHolderIsGone) {
  ASSERT_THAT(LockFile::Acquire(dir_.File("lock")), IsOk());

  EXPECT_THAT(LockFile::Acquire(dir_.File("lock")), IsOk());
}

TEST_F(FileTest, LockNeedsAFolder) {
  EXPECT_THAT(LockFile::Acquire(dir_.File("missing/lock")),
              ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

}  // namespace
}  // namespace dsr
