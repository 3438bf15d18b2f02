// Backups of a running server, by dsrctl as an operator has it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/file.h"
#include "dsr/base/thread.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Admin = v1::AdminService;
using dsrctl::ExitCode;
using dsrctl::RunDsrctlForTest;
using dsrctl::RunResult;

class BackupTest : public ::testing::Test {
 protected:
  BackupTest() : server_(std::make_unique<TestServer>(dir_.File("data"))), shop_(*server_) {
    shop_.Register();
  }

  // Makes one by dsrctl, and returns its path.
  std::string Create() {
    const RunResult run = RunDsrctlForTest({"--server", server_->address(), "--token-file",
                                            dir_.File("data/dev/tokens/operator-1.token"), "backup",
                                            "create", "-o", "csv"});
    EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
    const auto backups = List();
    EXPECT_FALSE(backups.empty());
    return dir_.File(absl::StrCat("data/dev/backups/", backups.front().file()));
  }

  std::vector<v1::Backup> List() {
    const auto listed =
        server_->Call<Admin>("operator-1", &Admin::Stub::ListBackups, v1::ListBackupsRequest());
    EXPECT_THAT(listed, IsOk());
    return {listed->backups().begin(), listed->backups().end()};
  }

  RunResult Verify(const std::string& backup, const std::string& keys_of = "data") {
    return RunDsrctlForTest({"backup", "verify", backup, "--key-file",
                             dir_.File(keys_of + "/dsrd.keys"), "--key-encryption-key-file",
                             dir_.File(keys_of + "/dev/kek"), "--work-dir", dir_.path()});
  }

  // Restores into the folder with the keys of the folder `keys_of`.
  RunResult Restore(const std::string& backup, const std::string& into,
                    std::vector<std::string> flags = {}, const std::string& keys_of = "data") {
    flags.insert(flags.begin(), {"backup", "restore", backup, "--data-dir", dir_.File(into),
                                 "--key-encryption-key-file", dir_.File(keys_of + "/dev/kek")});
    return RunDsrctlForTest(flags);
  }

  void Stop() { server_.reset(); }

  // The names in the folder that begin so.
  std::vector<std::string> Named(const std::string& folder, const std::string& beginning) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.File(folder))) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(beginning)) names.push_back(name);
    }
    return names;
  }

  TempDir dir_;
  std::unique_ptr<TestServer> server_;
  Shop shop_;
};

TEST_F(BackupTest, IsMadeWhileRequestsAreFiledAndHoldsWhatWasAcknowledgedBefore) {
  std::vector<std::string> before;
  for (int i = 0; i < 20; ++i) {
    before.push_back(shop_.File(DeletionCall(absl::StrCat("account-", i))).name());
  }
  std::atomic<bool> is_done = false;
  std::atomic<int> filed = 0;
  Thread filing("filing", [&] {
    for (int i = 0; i < 2000 && !is_done; ++i) {
      shop_.File(DeletionCall(absl::StrCat("later-", i)));
      ++filed;
    }
  });
  const std::string backup = Create();
  is_done = true;
  filing.Join();
  EXPECT_GT(filed, 0);
  Stop();

  const RunResult restored = Restore(backup, "data", {"--force"});

  ASSERT_EQ(restored.code, ExitCode::kOk) << restored.err;
  TestServer again(dir_.File("data"));
  Shop shop(again);
  for (const std::string& name : before) EXPECT_EQ(shop.Get(name).name(), name);
}

TEST_F(BackupTest, IsVerifiedWithAndWithoutKeys) {
  shop_.File();
  const std::string backup = Create();

  const RunResult with_keys = Verify(backup);
  const RunResult without = RunDsrctlForTest({"backup", "verify", backup});

  EXPECT_EQ(with_keys.code, ExitCode::kOk) << with_keys.err;
  EXPECT_THAT(with_keys.out, AllOf(HasSubstr("sound"), HasSubstr("opened; pages and audit log")));
  EXPECT_EQ(without.code, ExitCode::kOk) << without.err;
  EXPECT_THAT(without.out, AllOf(HasSubstr("as its checksum says"), HasSubstr("not opened")));
}

TEST_F(BackupTest, ADamagedOneIsAFindingAndIsNotRestored) {
  const std::string backup = Create();
  const auto bytes = ReadFile(backup);
  ASSERT_THAT(bytes, IsOk());
  std::string altered = *bytes;
  altered[altered.size() / 2] = static_cast<char>(altered[altered.size() / 2] ^ 4);
  std::ofstream(backup, std::ios::binary) << altered;

  EXPECT_EQ(Verify(backup).code, ExitCode::kFindings);
  EXPECT_EQ(RunDsrctlForTest({"backup", "verify", backup}).code, ExitCode::kFindings);
  const RunResult restored = Restore(backup, "other", {"--key-file", dir_.File("data/dsrd.keys")});
  EXPECT_EQ(restored.code, ExitCode::kConflict);
  EXPECT_THAT(restored.err, HasSubstr("damaged"));
  EXPECT_FALSE(FileExists(dir_.File("other/dsrd.db")));

  std::ofstream(backup, std::ios::binary) << bytes->substr(0, bytes->size() - 100);
  const RunResult cut = Verify(backup);
  EXPECT_EQ(cut.code, ExitCode::kFindings);
  EXPECT_TRUE(Named("other", "dsrd.db.").size() == 1) << "only the lock is left";
}

TEST_F(BackupTest, OfAnotherInstallationIsNotLetIn) {
  const std::string backup = Create();
  { TestServer other(dir_.File("other")); }
  const auto data_before = ReadFile(dir_.File("other/dsrd.db"));
  const auto keys_before = ReadFile(dir_.File("other/dsrd.keys"));

  const RunResult restored = Restore(backup, "other", {"--force"}, "other");
  const RunResult mixed =
      Restore(backup, "other", {"--force", "--key-file", dir_.File("data/dsrd.keys")});
  const RunResult verified = Verify(backup, "other");

  EXPECT_EQ(restored.code, ExitCode::kConflict);
  EXPECT_THAT(restored.err, HasSubstr("other_installation"));
  EXPECT_EQ(mixed.code, ExitCode::kConflict);
  EXPECT_EQ(verified.code, ExitCode::kConflict);
  EXPECT_TRUE(data_before.value() == ReadFile(dir_.File("other/dsrd.db")).value());
  EXPECT_TRUE(keys_before.value() == ReadFile(dir_.File("other/dsrd.keys")).value());
}

TEST_F(BackupTest, ARunningServerIsNotRestoredOver) {
  const std::string backup = Create();

  const RunResult restored = Restore(backup, "data", {"--force"});

  EXPECT_EQ(restored.code, ExitCode::kConflict);
  EXPECT_THAT(restored.err, HasSubstr("server"));
  EXPECT_NE(shop_.File().name(), "");
}

TEST_F(BackupTest, ADataFileThatIsThereIsKeptUnderAnotherName) {
  const std::string backup = Create();
  const std::string later = shop_.File().name();
  Stop();
  const auto before = ReadFile(dir_.File("data/dsrd.db"));
  const auto keys = ReadFile(dir_.File("data/dsrd.keys"));

  const RunResult refused = Restore(backup, "data");
  const RunResult restored = Restore(backup, "data", {"--force"});

  EXPECT_EQ(refused.code, ExitCode::kConflict);
  EXPECT_THAT(refused.err, HasSubstr("--force"));
  ASSERT_EQ(restored.code, ExitCode::kOk) << restored.err;
  const auto aside = Named("data", "dsrd.db.before-restore-");
  ASSERT_EQ(aside.size(), 1u);
  EXPECT_TRUE(before.value() == ReadFile(dir_.File("data/" + aside[0])).value());
  EXPECT_TRUE(keys.value() == ReadFile(dir_.File("data/dsrd.keys")).value());
  struct stat status;
  ASSERT_EQ(stat(dir_.File("data/dsrd.db").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  TestServer again(dir_.File("data"));
  v1::GetRequestRequest get;
  get.set_name(later);
  EXPECT_THAT(
      again.Call<v1::RequestService>("caseworker-1", &v1::RequestService::Stub::GetRequest, get),
      StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(BackupTest, RestoredWithoutItsKeyFileTellsWhatToDo) {
  const std::string backup = Create();

  const RunResult missing = Restore(backup, "empty");
  const RunResult elsewhere = Restore(backup, "empty", {"--key-file", dir_.File("data/dsrd.keys")});

  EXPECT_EQ(missing.code, ExitCode::kConflict);
  EXPECT_THAT(missing.err, AllOf(HasSubstr("no key file"), HasSubstr("same installation")));
  EXPECT_EQ(elsewhere.code, ExitCode::kOk) << elsewhere.err;
  EXPECT_THAT(elsewhere.err, AllOf(HasSubstr("as dsrd.keys"), HasSubstr("notice replay --since")));
  EXPECT_FALSE(FileExists(dir_.File("empty/dsrd.keys")));
}

TEST_F(BackupTest, RestoredToAFolderOfItsOwnItIsReadByReports) {
  shop_.File();
  const std::string backup = Create();
  ASSERT_EQ(Restore(backup, "copy", {"--key-file", dir_.File("data/dsrd.keys")}).code,
            ExitCode::kOk);

  const RunResult report = RunDsrctlForTest(
      {"report", "sla", "--db", dir_.File("copy/dsrd.db"), "--as-of", "2026-03-03", "-o", "csv"});

  EXPECT_EQ(report.code, ExitCode::kOk) << report.err;
  EXPECT_THAT(report.out, HasSubstr("deletion,1"));
}

TEST_F(BackupTest, TheFileOfARunningServerAndARestoredOneAreSound) {
  shop_.ConfirmDeletion();
  const std::string backup = Create();
  ASSERT_EQ(Restore(backup, "copy", {"--key-file", dir_.File("data/dsrd.keys")}).code,
            ExitCode::kOk);

  const RunResult live = RunDsrctlForTest({"fsck", "--data-dir", dir_.File("data"), "-o", "csv"});
  const RunResult restored =
      RunDsrctlForTest({"fsck", "--db", dir_.File("copy/dsrd.db"), "-o", "csv"});

  EXPECT_EQ(live.code, ExitCode::kOk) << live.out;
  EXPECT_EQ(restored.code, ExitCode::kOk) << restored.out;
  EXPECT_THAT(restored.out, AllOf(HasSubstr("I6,holds,"), HasSubstr("I20,not visible in a file")));
}

TEST_F(BackupTest, AFileThatIsNotSoundIsAFinding) {
  shop_.File();
  const std::string backup = Create();
  ASSERT_EQ(Restore(backup, "copy", {"--key-file", dir_.File("data/dsrd.keys")}).code,
            ExitCode::kOk);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(dir_.File("copy/dsrd.db").c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "DELETE FROM timers", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);

  const RunResult run = RunDsrctlForTest({"fsck", "--db", dir_.File("copy/dsrd.db"), "-o", "csv"});

  EXPECT_EQ(run.code, ExitCode::kFindings);
  EXPECT_THAT(run.out, HasSubstr("I3,finding,,requests/"));
  EXPECT_EQ(RunDsrctlForTest({"fsck"}).code, ExitCode::kUsage);
}

TEST_F(BackupTest, TheSameCallMakesOneBackup) {
  v1::CreateBackupRequest call;
  call.set_idempotency_key(FreshKey());

  const auto first = server_->Call<Admin>("operator-1", &Admin::Stub::CreateBackup, call);
  const auto second = server_->Call<Admin>("operator-1", &Admin::Stub::CreateBackup, call);

  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  EXPECT_EQ(List().size(), 1u);
}

TEST_F(BackupTest, HoldsNoPersonalDataAndNoKeyInTheClear) {
  shop_.File();
  const std::string backup = Create();

  const auto bytes = ReadFile(backup);
  const auto keys = ReadFile(dir_.File("data/dsrd.keys"));

  ASSERT_THAT(bytes, IsOk());
  EXPECT_EQ(bytes->find(kAccount), std::string::npos);
  EXPECT_EQ(bytes->find("deletion"), std::string::npos);
  EXPECT_EQ(bytes->find(keys->substr(64, 72)), std::string::npos);
}

}  // namespace
}  // namespace dsr
