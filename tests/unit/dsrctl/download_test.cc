#include "dsrctl/download.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "dsr/base/file.h"
#include "testing/temp_dir.h"
#include "unit/dsrctl/fake_server.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kPackage[] = "0123456789abcdefghijklmnopqrstuvwxyz-and-so-on-to-the-end";

class DownloadTest : public ::testing::Test {
 protected:
  DownloadTest() { server_.state().package = kPackage; }

  RunResult Download() {
    return RunDsrctlForTest({"--server", server_.address(), "request", "download", "a",
                             "--grant-file", "-", "--to", to_},
                            "grant\n");
  }

  FakeServer server_;
  TempDir directory_;
  const std::string to_ = directory_.File("package.zip");
  const std::string part_ = to_ + ".part";
};

TEST_F(DownloadTest, WritesThePackageReadableByItsOwnerOnly) {
  const RunResult run = Download();

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_EQ(ReadText(to_), kPackage);
  EXPECT_FALSE(FileExists(part_));
  struct stat status;
  ASSERT_EQ(stat(to_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(DownloadTest, GoesOnWhereABrokenStreamEnded) {
  server_.state().cut_after = {20, 15};

  const RunResult run = Download();

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_EQ(ReadText(to_), kPackage);
  EXPECT_THAT(server_.state().download_offsets, ElementsAre(0, 20, 35));
}

TEST_F(DownloadTest, GoesOnWhereAnEarlierRunEnded) {
  WriteText(part_, std::string(kPackage).substr(0, 30));

  EXPECT_EQ(Download().code, ExitCode::kOk);
  EXPECT_EQ(ReadText(to_), kPackage);
  EXPECT_THAT(server_.state().download_offsets, ElementsAre(30));
}

TEST_F(DownloadTest, FinishesAFileThatAnEarlierRunFetchedWhole) {
  WriteText(part_, kPackage);

  EXPECT_EQ(Download().code, ExitCode::kOk);
  EXPECT_EQ(ReadText(to_), kPackage);
}

TEST_F(DownloadTest, DoesNotAskAgainWhenOnlyTheEndOfTheStreamWasLost) {
  server_.state().cut_after = {1000};

  const RunResult run = Download();

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_EQ(ReadText(to_), kPackage);
  EXPECT_THAT(server_.state().download_offsets, ElementsAre(0));
}

TEST_F(DownloadTest, KeepsThePartWhenItGivesUp) {
  server_.state().cut_after = {20, 0, 0, 0, 0, 0};

  EXPECT_EQ(Download().code, ExitCode::kUnavailable);
  EXPECT_EQ(ReadText(part_), std::string(kPackage).substr(0, 20));
  EXPECT_FALSE(FileExists(to_));
}

TEST_F(DownloadTest, DropsAFileWithAnotherChecksum) {
  server_.state().package_sha256 = std::string(64, '0');

  const RunResult run = Download();

  EXPECT_EQ(run.code, ExitCode::kOther);
  EXPECT_THAT(run.err, HasSubstr("SHA-256"));
  EXPECT_FALSE(FileExists(to_));
  EXPECT_FALSE(FileExists(part_));
}

TEST_F(DownloadTest, NeverOverwritesAFile) {
  WriteText(to_, "mine");

  EXPECT_EQ(Download().code, ExitCode::kUsage);
  EXPECT_EQ(ReadText(to_), "mine");
  EXPECT_THAT(server_.state().download_offsets, IsEmpty());
}

TEST_F(DownloadTest, LeavesNothingBehindWhenTheGrantIsRefused) {
  server_.state().errors = {absl::PermissionDeniedError("the grant is used up")};

  EXPECT_EQ(Download().code, ExitCode::kNotAllowed);
  EXPECT_FALSE(FileExists(to_));
  EXPECT_FALSE(FileExists(part_));
}

}  // namespace
}  // namespace dsr::dsrctl
