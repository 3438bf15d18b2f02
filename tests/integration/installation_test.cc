// What dsrd says when its installation is not as it should be: a clear message and exit code 78.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "dsr/base/file.h"
#include "dsr/base/text_file.h"
#include "integration/dsrd_process.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "server/config.h"
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

TEST_F(InstallationTest, TheConfigurationThatShipsIsComplete) {
  config::v1::ServerConfig config;
  ASSERT_THAT(ReadTextFile(DSR_SOURCE_DIR "/tools/packaging/dsrd.textproto", config), IsOk());

  EXPECT_THAT(CompleteConfig(config), IsOk());
}

// Root may give up reading everything, except in a box that took this right from it.
bool CanBeDeniedFiles() { return geteuid() != 0 || prctl(PR_CAPBSET_READ, CAP_SETPCAP) == 1; }

TEST_F(InstallationTest, AnUnreadableDataDirectoryIsNamed) {
  if (!CanBeDeniedFiles()) GTEST_SKIP() << "root cannot give up its rights here";
  std::filesystem::create_directory(dir_.File("data"));
  std::filesystem::permissions(dir_.File("data"), std::filesystem::perms::none);

  const ProcessEnd end = RunDsrd(Arguments());

  std::filesystem::permissions(dir_.File("data"), std::filesystem::perms::owner_all);
  EXPECT_EQ(end.exit_code, kConfiguration) << end.output;
  EXPECT_THAT(end.output, HasSubstr("data directory"));
  EXPECT_TRUE(std::filesystem::is_empty(dir_.File("data")));
}

TEST_F(InstallationTest, AnUnreadableDataFileIsNamedAndLeftAlone) {
  if (!CanBeDeniedFiles()) GTEST_SKIP() << "root cannot give up its rights here";
  {
    DsrdProcess first(Arguments());
    ASSERT_TRUE(first.AwaitOutput("serving"));
    first.Signal(SIGTERM);
    ASSERT_EQ(first.Wait().exit_code, 0);
  }
  const std::string file = dir_.File("data/dsrd.db");
  const auto size = std::filesystem::file_size(file);
  std::filesystem::permissions(file, std::filesystem::perms::none);

  const ProcessEnd end = RunDsrd(Arguments());

  EXPECT_EQ(end.exit_code, kConfiguration) << end.output;
  EXPECT_THAT(end.output, HasSubstr("database file"));
  EXPECT_EQ(std::filesystem::file_size(file), size);
}

TEST_F(InstallationTest, MissingTimeZoneDataIsNamed) {
  const std::string empty = dir_.File("zones");
  std::filesystem::create_directory(empty);

  const ProcessEnd end = RunDsrd(Arguments(), {absl::StrCat("TZDIR=", empty)});

  EXPECT_EQ(end.exit_code, kConfiguration) << end.output;
  EXPECT_THAT(end.output, HasSubstr("Asia/Shanghai"));
  EXPECT_FALSE(FileExists(dir_.File("data/dsrd.db")));
}

TEST_F(InstallationTest, ADataFileThatIsNoDatabaseIsNamed) {
  std::filesystem::create_directory(dir_.File("data"));
  std::ofstream(dir_.File("data/dsrd.db")) << std::string(8192, 'x');

  const ProcessEnd end = RunDsrd(Arguments());

  EXPECT_EQ(end.exit_code, kConfiguration) << end.output;
  EXPECT_THAT(end.output, HasSubstr(dir_.File("data/dsrd.db")));
}

TEST_F(InstallationTest, ABrokenWorkflowIsNamedWithFileAndLine) {
  const std::string copy = dir_.File("definitions");
  std::filesystem::copy(kWorkflows, copy, std::filesystem::copy_options::recursive);
  const std::string file = copy + "/deletion.textproto";
  const auto text = ReadFile(file);
  ASSERT_THAT(text, IsOk());
  const std::string broken = absl::StrReplaceAll(*text, {{"to: \"erasing\"", "to: \"erazing\""}});
  std::ofstream(file) << broken;
  const std::string above = broken.substr(0, broken.find("erazing"));
  const auto line = std::count(above.begin(), above.end(), '\n') + 1;

  const ProcessEnd end = RunDsrd(Arguments(copy));

  EXPECT_EQ(end.exit_code, kConfiguration) << end.output;
  EXPECT_THAT(end.output, HasSubstr(absl::StrCat("deletion.textproto:", line, ":")));
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

TEST_F(InstallationTest, ACertificateForLettersWithoutKeyIsNamed) {
  const std::string file = dir_.File("dsrd.textproto");
  std::ofstream(file) << "letter_signing { certificate_file: \"letters.pem\" }\n";
  std::vector<std::string> arguments = Arguments();
  arguments.insert(arguments.end(), {"--config", file});

  const ProcessEnd end = RunDsrd(arguments);

  EXPECT_EQ(end.exit_code, kConfiguration) << end.output;
  EXPECT_THAT(end.output, HasSubstr("letter_signing needs both certificate_file and key_file"));
}

TEST_F(InstallationTest, ABackupDirectoryThatCannotBeUsedIsNamed) {
  const std::string file = dir_.File("dsrd.textproto");
  std::ofstream(dir_.File("occupied")) << "a file, no directory";
  std::vector<std::string> arguments = Arguments();
  arguments.insert(arguments.end(), {"--config", file});

  std::ofstream(file) << "backup { keep: 3 }\n";
  const ProcessEnd missing = RunDsrd(arguments);
  std::ofstream(file) << "backup { directory: \"" << dir_.File("occupied") << "\" }\n";
  const ProcessEnd occupied = RunDsrd(arguments);

  EXPECT_EQ(missing.exit_code, kConfiguration) << missing.output;
  EXPECT_THAT(missing.output, HasSubstr("backup needs a directory"));
  EXPECT_EQ(occupied.exit_code, kConfiguration) << occupied.output;
  EXPECT_THAT(occupied.output, HasSubstr("backup.directory"));
}

TEST_F(InstallationTest, AKeyForLettersThatOthersMayReadIsNamed) {
  {
    DsrdProcess first(Arguments());
    ASSERT_TRUE(first.AwaitOutput("serving"));
    first.Signal(SIGTERM);
    ASSERT_EQ(first.Wait().exit_code, 0);
  }
  std::filesystem::permissions(dir_.File("data/dev/letters.key"),
                               std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);

  const ProcessEnd end = RunDsrd(Arguments());

  EXPECT_EQ(end.exit_code, kConfiguration) << end.output;
  EXPECT_THAT(end.output, HasSubstr("letter_signing.key_file"));
}

TEST_F(InstallationTest, AfterACrashThePagesAreCheckedAndAfterACleanEndNot) {
  {
    DsrdProcess killed(Arguments());
    ASSERT_NE(killed.AwaitPort(), 0);
    killed.Signal(SIGKILL);
    EXPECT_EQ(killed.Wait().exit_code, -1);
  }
  {
    DsrdProcess again(Arguments());
    EXPECT_TRUE(again.AwaitOutput("pages_checked"));
    again.Signal(SIGTERM);
    EXPECT_EQ(again.Wait().exit_code, 0);
  }
  DsrdProcess after_a_clean_end(Arguments());
  ASSERT_NE(after_a_clean_end.AwaitPort(), 0);
  after_a_clean_end.Signal(SIGTERM);

  EXPECT_THAT(after_a_clean_end.Wait().output, ::testing::Not(HasSubstr("pages_")));
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
  int64_t filed = 0;
  v1::CreateRequestRequest call;
  // The files have some room of their own left.
  for (; filed < 2000 && refused.ok(); ++filed) {
    call = DeletionCall(absl::StrCat("account-", filed));
    refused = server.Call<Requests>("intake-tool", &Requests::Stub::CreateRequest, call).status();
  }

  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(refused, ReasonIs(v1::ERROR_REASON_DISK_FULL));
  EXPECT_EQ(shop.Get(before).name(), before);
  disk.Free();
  // The refused call left nothing behind, not even its key.
  EXPECT_NE(shop.File(call).name(), "");
  const auto status = server.Call<v1::AdminService>(
      "operator-1", &v1::AdminService::Stub::GetStatus, v1::GetStatusRequest());
  ASSERT_THAT(status, IsOk());
  EXPECT_EQ(status->open_requests(), 1 + filed);
}

// Files requests until the disk is full; returns how many were acknowledged.
int FillWithRequests(const ApiClient& client) {
  using Requests = v1::RequestService;
  for (int filed = 0; filed < 2000; ++filed) {
    const v1::CreateRequestRequest call = DeletionCall(absl::StrCat("filler-", filed));
    const absl::Status status =
        client.Call<Requests>("intake-tool", &Requests::Stub::CreateRequest, call).status();
    if (status.ok()) continue;
    EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_DISK_FULL));
    return filed;
  }
  ADD_FAILURE() << "the disk was never full";
  return 0;
}

v1::ServerStatus StatusOf(const ApiClient& client) {
  const auto status = client.Call<v1::AdminService>(
      "operator-1", &v1::AdminService::Stub::GetStatus, v1::GetStatusRequest());
  EXPECT_THAT(status, IsOk());
  return status.ok() ? *status : v1::ServerStatus();
}

TEST_F(InstallationTest, AFullDiskStillRecordsWhatTheClockMakesHappen) {
  SmallDisk disk(dir_.File("disk"));
  if (!disk.is_mounted()) GTEST_SKIP() << "mounting a file system needs root";
  TestServer server(dir_.File("disk"));
  Shop shop(server);
  const std::string first = shop.File().name();
  EXPECT_FALSE(StatusOf(server).disk_full());
  disk.Fill();
  FillWithRequests(server);
  EXPECT_TRUE(StatusOf(server).disk_full());

  // The reserve is there for this.
  server.clock().Advance(absl::Hours(24 * 16));

  bool is_breached = false;
  for (int i = 0; i < 1000 && !is_breached; ++i) {
    const v1::Request request = shop.Get(first);
    is_breached = request.breached() || request.phase() != v1::PHASE_VERIFICATION;
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_TRUE(is_breached);
  const auto refused = server.Call<v1::RequestService>(
      "intake-tool", &v1::RequestService::Stub::CreateRequest, DeletionCall("refused"));
  EXPECT_THAT(refused, ReasonIs(v1::ERROR_REASON_DISK_FULL));
  disk.Free();
  EXPECT_FALSE(StatusOf(server).disk_full());
  EXPECT_NE(shop.File(DeletionCall("after")).name(), "");
}

TEST_F(InstallationTest, AServerWithAFullDiskEndsCleanlyAndLosesNothing) {
  SmallDisk disk(dir_.File("data"));
  if (!disk.is_mounted()) GTEST_SKIP() << "mounting a file system needs root";
  ApiClient client;
  Shop shop(client);
  int acknowledged = 0;
  std::string first;
  {
    DsrdProcess dsrd(Arguments());
    client.Connect(dir_.File("data"), dsrd.AwaitPort());
    first = shop.File().name();
    disk.Fill();
    acknowledged = 1 + FillWithRequests(client);
    EXPECT_EQ(shop.Get(first).name(), first);

    dsrd.Signal(SIGTERM);
    const ProcessEnd end = dsrd.Wait();

    EXPECT_EQ(end.exit_code, 0) << end.output;
    EXPECT_THAT(end.output, HasSubstr("disk_full"));
  }
  disk.Free();

  DsrdProcess again(Arguments());
  client.Connect(dir_.File("data"), again.AwaitPort());

  EXPECT_EQ(StatusOf(client).open_requests(), acknowledged);
  EXPECT_FALSE(StatusOf(client).disk_full());
  EXPECT_NE(shop.File(DeletionCall("after")).name(), "");
}

}  // namespace
}  // namespace dsr
