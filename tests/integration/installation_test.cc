// What dsrd says when its installation is not as it should be: a clear message and exit code 78.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "dsr/base/file.h"
#include "integration/dsrd_process.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;

constexpr int kUsage = 2;
constexpr int kConfiguration = 78;
constexpr char kWorkflows[] = DSR_SOURCE_DIR "/workflows";

class InstallationTest : public ::testing::Test {
 protected:
  std::vector<std::string> Arguments(const std::string& definitions = kWorkflows) const {
    return {"--dev",     "--data-dir", dir_.File("data"), "--definitions",
            definitions, "--listen",   "127.0.0.1:0"};
  }

  TempDir dir_;
};

TEST_F(InstallationTest, ADataDirectoryThatCannotBeUsedIsNamed) {
  std::ofstream(dir_.File("data")) << "a file, no directory";

  const ProcessEnd end = RunDsrd(Arguments());

  EXPECT_EQ(end.exit_code, kConfiguration) << end.output;
  EXPECT_THAT(end.output, HasSubstr("data directory"));
}

TEST_F(InstallationTest, MissingTimeZoneDataIsNamed) {
  const std::string empty = dir_.File("zones");
  std::filesystem::create_directory(empty);

  const ProcessEnd end = RunDsrd(Arguments(), {absl::StrCat("TZDIR=", empty)});

  EXPECT_EQ(end.exit_code, kConfiguration) << end.output;
  EXPECT_THAT(end.output, HasSubstr("Asia/Shanghai"));
}

TEST_F(InstallationTest, ABrokenWorkflowIsNamedWithFileAndLine) {
  const std::string copy = dir_.File("definitions");
  std::filesystem::copy(kWorkflows, copy, std::filesystem::copy_options::recursive);
  const std::string file = copy + "/deletion.textproto";
  const auto text = ReadFile(file);
  ASSERT_THAT(text, IsOk());
  std::ofstream(file) << absl::StrReplaceAll(*text, {{"to: \"erasing\"", "to: \"erazing\""}});

  const ProcessEnd end = RunDsrd(Arguments(copy));

  EXPECT_EQ(end.exit_code, kConfiguration) << end.output;
  EXPECT_THAT(end.output, HasSubstr("deletion.textproto"));
  EXPECT_THAT(end.output, HasSubstr("erazing"));
  EXPECT_FALSE(FileExists(dir_.File("data/dsrd.db")));
}

TEST_F(InstallationTest, OtherContentUnderAVersionThatIsInUseIsRefused) {
  {
    DsrdProcess first(Arguments());
    ASSERT_TRUE(first.AwaitOutput("serving"));
    first.Signal(SIGTERM);
    ASSERT_EQ(first.Wait().exit_code, 0);
  }
  const std::string copy = dir_.File("definitions");
  std::filesystem::copy(kWorkflows, copy, std::filesystem::copy_options::recursive);
  const std::string file = copy + "/deletion.textproto";
  const auto text = ReadFile(file);
  ASSERT_THAT(text, IsOk());
  std::ofstream(file) << absl::StrReplaceAll(
      *text, {{"deletion of personal data", "removal of personal data"}});

  const ProcessEnd end = RunDsrd(Arguments(copy));

  EXPECT_EQ(end.exit_code, kConfiguration) << end.output;
  EXPECT_THAT(end.output, HasSubstr("version"));
}

TEST_F(InstallationTest, ASecondServerOnTheSameFilesIsRefused) {
  DsrdProcess first(Arguments());
  ASSERT_TRUE(first.AwaitOutput("serving"));

  const ProcessEnd second = RunDsrd(Arguments());

  EXPECT_EQ(second.exit_code, kConfiguration) << second.output;
  EXPECT_THAT(second.output, HasSubstr("another process"));
}

TEST_F(InstallationTest, SigtermEndsItInOrder) {
  DsrdProcess dsrd(Arguments());
  ASSERT_TRUE(dsrd.AwaitOutput("serving"));

  dsrd.Signal(SIGTERM);

  EXPECT_EQ(dsrd.Wait().exit_code, 0);
}

TEST_F(InstallationTest, AClockThatIsMovedNeedsTheDevelopmentMode) {
  const ProcessEnd end = RunDsrd({"--data-dir", dir_.File("data"), "--time-offset=15d"});

  EXPECT_EQ(end.exit_code, kUsage) << end.output;
  EXPECT_THAT(end.output, HasSubstr("--dev"));
}

TEST_F(InstallationTest, AnAddressBeyondLoopbackIsRefused) {
  std::vector<std::string> arguments = Arguments();
  arguments.back() = "0.0.0.0:0";

  const ProcessEnd end = RunDsrd(arguments);

  EXPECT_EQ(end.exit_code, kConfiguration) << end.output;
  EXPECT_THAT(end.output, HasSubstr("loopback"));
}

TEST_F(InstallationTest, AnUnknownConfigurationKeyIsNamedWithItsLine) {
  const std::string file = dir_.File("dsrd.textproto");
  std::ofstream(file) << "data_dir: \"somewhere\"\nlisten_on: \"127.0.0.1:0\"\n";

  const ProcessEnd end = RunDsrd({"--config", file});

  EXPECT_EQ(end.exit_code, kConfiguration) << end.output;
  EXPECT_THAT(end.output, HasSubstr("dsrd.textproto:2"));
}

// A small file system of its own, so that filling it disturbs nobody.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    std::filesystem::create_directory(path_);
    is_mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=8m,mode=700") == 0;
  }
  ~SmallDisk() {
    if (is_mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  bool is_mounted() const { return is_mounted_; }

  void Fill() {
    std::FILE* file = std::fopen((path_ + "/ballast").c_str(), "w");
    const std::string block(4096, 'x');
    while (std::fwrite(block.data(), 1, block.size(), file) == block.size() &&
           std::fflush(file) == 0) {
    }
    std::fclose(file);
  }
  void Free() { std::filesystem::remove(path_ + "/ballast"); }

 private:
  const std::string path_;
  bool is_mounted_ = false;
};

TEST_F(InstallationTest, AFullDiskRefusesWritesServesReadsAndRecovers) {
  SmallDisk disk(dir_.File("disk"));
  if (!disk.is_mounted()) GTEST_SKIP() << "mounting a file system needs root";
  TestServer server(dir_.File("disk"));
  Shop shop(server);
  const std::string before = shop.File().name();
  disk.Fill();

  using Requests = v1::RequestService;
  absl::Status refused;
  // The files have some room of their own left.
  for (int i = 0; i < 2000 && refused.ok(); ++i) {
    refused = server
                  .Call<Requests>("intake-tool", &Requests::Stub::CreateRequest,
                                  DeletionCall(absl::StrCat("account-", i)))
                  .status();
  }

  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(refused, ReasonIs(v1::ERROR_REASON_DISK_FULL));
  EXPECT_EQ(shop.Get(before).name(), before);
  disk.Free();
  EXPECT_NE(shop.File().name(), "");
}

}  // namespace
}  // namespace dsr
