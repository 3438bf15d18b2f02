#include "app/backups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "app/backup_file.h"
#include "app/deletion_certificate.h"
#include "dsr/base/file.h"
#include "dsr/base/proto_time.h"
#include "store/sqlite/database_reader.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/status_matchers.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BackupsTest : public ::testing::Test {
 protected:
  BackupsTest() { world_.FileOne("access", "account-1"); }

  Backups::Parts PartsOf() {
    return {.clock = world_.clock,
            .secrets = world_.secrets,
            .directory = Directory(),
            .copy_path = CopyPath(),
            .copy =
                [this](const std::string& to, const std::function<bool()>& is_cancelled) {
                  ++copies_;
                  if (before_copy_) {
                    if (absl::Status status = before_copy_(); !status.ok()) return status;
                  }
                  return dynamic_cast<sqlite::SqliteStore&>(*world_.store)
                      .CopyTo(to, {.is_cancelled = is_cancelled});
                },
            .open = sqlite::DatabaseReader::Open};
  }
  std::unique_ptr<Backups> Open(const Backups::Parts& parts) {
    auto backups = Backups::Open(parts);
    EXPECT_THAT(backups, IsOk());
    return *std::move(backups);
  }

  std::string Directory() const { return world_.dir.File("backups"); }
  std::string CopyPath() const { return world_.dir.File("copy"); }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(Directory())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  World world_;
  int copies_ = 0;
  std::function<absl::Status()> before_copy_;
};

TEST_F(BackupsTest, MakesOneThatSaysWhatItIs) {
  const auto backups = Open(PartsOf());

  const auto backup = backups->Create();

  ASSERT_THAT(backup, IsOk());
  EXPECT_THAT(backup->file(), ::testing::MatchesRegex("dsrd-20260302T010000Z-[0-9]+\\.backup"));
  EXPECT_EQ(backup->log_size(), world_.store->DurableLeaves());
  EXPECT_EQ(backup->installation(), InstallationSigner(world_.secrets).name());
  EXPECT_EQ(FromTimestamp(backup->create_time()), world_.clock.Now());
  EXPECT_THAT(Files(), ElementsAre(backup->file(), backup->file() + ".sha256"));
  const auto listed = backups->List();
  ASSERT_THAT(listed, IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ(listed->front().SerializeAsString(), backup->SerializeAsString());
}

TEST_F(BackupsTest, LeavesNoCopyInTheClear) {
  const auto backups = Open(PartsOf());
  EXPECT_THAT(backups->Create(), IsOk());
  EXPECT_FALSE(FileExists(CopyPath()));

  before_copy_ = [] { return absl::InternalError("fault"); };
  EXPECT_THAT(backups->Create(), StatusIs(absl::StatusCode::kInternal));
  EXPECT_FALSE(FileExists(CopyPath()));
}

TEST_F(BackupsTest, RemovesWhatACrashLeftBehind) {
  std::filesystem::create_directory(Directory());
  std::ofstream(CopyPath()) << "half";
  std::ofstream(Directory() + "/dsrd-20260301T000000Z-7.backup.aB3xyz") << "half";
  std::ofstream(Directory() + "/notes.txt") << "somebody's";

  Open(PartsOf());

  EXPECT_FALSE(FileExists(CopyPath()));
  EXPECT_THAT(Files(), ElementsAre("notes.txt"));
}

TEST_F(BackupsTest, ACopyThatBreaksOffIsBegunAnewTwice) {
  const auto backups = Open(PartsOf());
  before_copy_ = [this] {
    return copies_ < 3 ? absl::UnavailableError("too much written") : absl::OkStatus();
  };
  EXPECT_THAT(backups->Create(), IsOk());
  EXPECT_EQ(copies_, 3);

  before_copy_ = [] { return absl::UnavailableError("too much written"); };
  EXPECT_THAT(backups->Create(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(copies_, 6);
}

TEST_F(BackupsTest, MakesOneAtATime) {
  const auto backups = Open(PartsOf());
  absl::StatusOr<v1::Backup> second;
  before_copy_ = [&] {
    second = backups->Create();
    return absl::OkStatus();
  };

  EXPECT_THAT(backups->Create(), IsOk());

  EXPECT_THAT(second, ReasonIs(v1::ERROR_REASON_RETRY_LATER));
}

TEST_F(BackupsTest, MakesNoneOfADatabaseWhoseLogIsAltered) {
  const auto backups = Open(PartsOf());
  ASSERT_THAT(TransactAndWait(*world_.store,
                              [](Transaction& t) { return t.AppendAuditRecord("one-leaf", ""); }),
              IsOk());
  Backups::Parts parts = PartsOf();
  parts.copy = [this](const std::string& to, const std::function<bool()>&) {
    const absl::Status copied = dynamic_cast<sqlite::SqliteStore&>(*world_.store).CopyTo(to, {});
    // The record of the last leaf, in the page as it lies.
    auto bytes = ReadFile(to);
    const size_t at = bytes->find("one-leaf");
    EXPECT_NE(at, std::string::npos);
    (*bytes)[at] = 'O';
    std::ofstream(to, std::ios::binary) << *bytes;
    return copied;
  };
  const auto altering = Open(parts);

  const auto backup = altering->Create();

  EXPECT_THAT(backup, ReasonIs(v1::ERROR_REASON_BACKUP_INVALID));
  EXPECT_THAT(backup, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("leaf")));
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(BackupsTest, KeepsTheNewestAndWhatIsNotItsOwn) {
  Backups::Parts parts = PartsOf();
  parts.keep = 2;
  const auto backups = Open(parts);
  const ServerSecrets other(SecretKey::Generate());
  storage::v1::BackupHeader header;
  header.set_installation(InstallationSigner(other).name());
  std::ofstream(world_.dir.File("plain")) << "x";
  const std::string foreign = "dsrd-20200101T000000Z-1.backup";
  ASSERT_THAT(WriteBackup(world_.dir.File("plain"), header, other, Directory() + "/" + foreign),
              IsOk());

  std::vector<std::string> made;
  for (int i = 0; i < 4; ++i) {
    const auto backup = backups->Create();
    ASSERT_THAT(backup, IsOk());
    made.push_back(backup->file());
    world_.clock.Advance(absl::Hours(1));
  }

  EXPECT_THAT(Files(), ElementsAre(foreign, foreign + ".sha256", made[2], made[2] + ".sha256",
                                   made[3], made[3] + ".sha256"));
}

TEST_F(BackupsTest, OneIsMadeByItselfEverySoManyHours) {
  Backups::Parts parts = PartsOf();
  parts.every = absl::Hours(24);
  const auto backups = Open(parts);
  world_.clock.AwaitWaiters(1);
  EXPECT_THAT(Files(), SizeIs(2));

  world_.clock.Advance(absl::Hours(23));
  world_.clock.AwaitWaiters(1);
  EXPECT_THAT(Files(), SizeIs(2));
  world_.clock.Advance(absl::Hours(1));
  while (Files().size() < 4) world_.clock.AwaitWaiters(1);
  EXPECT_THAT(Files(), SizeIs(4));
}

TEST_F(BackupsTest, AfterARestartTheNextOneWaitsForItsTurn) {
  EXPECT_THAT(Open(PartsOf())->Create(), IsOk());
  world_.clock.Advance(absl::Hours(5));
  Backups::Parts parts = PartsOf();
  parts.every = absl::Hours(24);

  const auto backups = Open(parts);
  world_.clock.AwaitWaiters(1);

  EXPECT_THAT(Files(), SizeIs(2));
}

TEST_F(BackupsTest, MakesNoneOnceItIsClosed) {
  const auto backups = Open(PartsOf());
  backups->Close();

  EXPECT_THAT(backups->Create(), ReasonIs(v1::ERROR_REASON_RETRY_LATER));
  EXPECT_EQ(copies_, 0);
}

}  // namespace
}  // namespace dsr
