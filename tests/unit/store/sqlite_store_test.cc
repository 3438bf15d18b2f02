#include "store/sqlite/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "contract/request_sample.h"
#include "store/sqlite/schema.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr::sqlite {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'780'000'000);

class SqliteStoreTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<SqliteStore>> Open() {
    return SqliteStore::Open({.path = dir_.File("dsr.db"), .clock = &clock_});
  }

  // Writes a request with `events` events and closes the store.
  RequestSample WriteOne(int events) {
    RequestSample sample(1, kNow);
    auto store = Open();
    EXPECT_THAT(store, IsOk());
    const DecisionWrite write = sample.NextDecision(kNow, events);
    EXPECT_THAT(TransactAndWait(**store, [&](Transaction& t) { return t.WriteDecision(write); }),
                IsOk());
    return sample;
  }

  // Changes the closed file behind the store's back.
  void Damage(const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(dir_.File("dsr.db").c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sql;
    sqlite3_close(database);
  }

  // The one value that `sql` gives, of the closed file.
  std::string Text(const char* sql) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(dir_.File("dsr.db").c_str(), &database), SQLITE_OK);
    std::string text;
    const auto keep = [](void* kept, int, char** columns, char**) {
      *static_cast<std::string*>(kept) = columns[0];
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(database, sql, keep, &text, nullptr), SQLITE_OK) << sql;
    sqlite3_close(database);
    return text;
  }

  TempDir dir_;
  SimulatedClock clock_{kNow};
};

TEST_F(SqliteStoreTest, RefusesAFileThatIsNewerThanTheProgram) {
  WriteOne(1);
  Damage("PRAGMA user_version = 9999");

  const auto store = Open();

  EXPECT_THAT(store, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("9999")));
  EXPECT_THAT(store.status(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

TEST_F(SqliteStoreTest, HasTheSchemaVersionOfTheProgram) {
  WriteOne(1);
  auto store = Open();
  ASSERT_THAT(store, IsOk());

  EXPECT_THAT((*store)->Read([](ReadView& view) {
    EXPECT_EQ(view.SchemaVersion(), SchemaVersionOfProgram());
    return absl::OkStatus();
  }),
              IsOk());
}

TEST_F(SqliteStoreTest, RefusesASecondOpeningUntilTheFirstIsClosed) {
  auto first = Open();
  ASSERT_THAT(first, IsOk());

  const auto second = Open();

  EXPECT_THAT(second, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("dsr.db.lock")));
  EXPECT_THAT(second.status(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  (*first)->Close();
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(SqliteStoreTest, RefusesAFileThatAnotherProcessHasOpen) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // Holds the file until it is killed.
    const auto store = Open();
    const char told = store.ok() ? 'y' : 'n';
    static_cast<void>(!write(ready[1], &told, 1));
    while (true) pause();
  }
  char told = 'n';
  ASSERT_EQ(read(ready[0], &told, 1), 1);
  ASSERT_EQ(told, 'y');

  const auto refused = Open();
  ASSERT_EQ(kill(child, SIGKILL), 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const auto opened = Open();

  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("dsr.db.lock")));
  EXPECT_THAT(opened, IsOk());
  close(ready[0]);
  close(ready[1]);
}

TEST_F(SqliteStoreTest, FindsADamagedLeafWhenItOpens) {
  for (const char* sql :
       {"UPDATE log SET clear = x'00' WHERE leaf = 2",
        "UPDATE log SET sealed = zeroblob(120) WHERE leaf = 2",
        "UPDATE log SET hash = zeroblob(32) WHERE leaf = 2",
        "UPDATE log_nodes SET hash = zeroblob(32) WHERE level = 2",
        "DELETE FROM log_nodes WHERE level = 2", "DELETE FROM log WHERE leaf = 2"}) {
    std::filesystem::remove(dir_.File("dsr.db"));
    WriteOne(5);
    Damage(sql);

    EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("audit log"))) << sql;
  }
}

TEST_F(SqliteStoreTest, FindsADamagedEventWhenItIsRead) {
  const RequestSample sample = WriteOne(2);
  // So many more leaves that the opening looks at the last ones only.
  {
    auto store = Open();
    ASSERT_THAT(store, IsOk());
    ASSERT_THAT(TransactAndWait(**store,
                                [](Transaction& t) {
                                  for (int i = 0; i < 300; ++i) {
                                    t.AppendAuditRecord("record", "").IgnoreError();
                                  }
                                  return absl::OkStatus();
                                }),
                IsOk());
  }
  Damage("UPDATE log SET sealed = zeroblob(120) WHERE leaf = 1");
  auto store = Open();
  ASSERT_THAT(store, IsOk());

  const absl::Status status =
      (*store)->Read([&](ReadView& view) { return view.ListEvents(sample.id(), 0, 10).status(); });

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss, HasSubstr("leaf 1 ")));
}

TEST_F(SqliteStoreTest, KeepsTheBoxOfAHoldOrConsentThatIsReplacedWithoutOne) {
  const auto subject = SampleId<SubjectId>(kNow, 1);
  const auto id = SampleId<RecordId>(kNow, 2);
  const auto put = [&](const std::string& box) {
    auto store = Open();
    ASSERT_THAT(store, IsOk());
    ASSERT_THAT(
        TransactAndWait(**store,
                        [&](Transaction& t) {
                          t.PutSubject({subject, std::string(32, 'h'), 1}).IgnoreError();
                          DSR_RETURN_IF_ERROR(t.PutConsent(id, subject, v1::Consent(), box));
                          return t.PutHold(id, subject, v1::Hold(), box);
                        }),
        IsOk());
  };

  put("first");
  put("");
  EXPECT_EQ(Text("SELECT sealed FROM holds"), "first");
  EXPECT_EQ(Text("SELECT sealed FROM consents"), "first");

  put("second");
  EXPECT_EQ(Text("SELECT sealed FROM holds"), "second");
  EXPECT_EQ(Text("SELECT sealed FROM consents"), "second");
}

TEST_F(SqliteStoreTest, LeavesNoLogBesideAFileThatWasClosed) {
  WriteOne(3);

  EXPECT_TRUE(FileExists(dir_.File("dsr.db")));
  EXPECT_FALSE(FileExists(dir_.File("dsr.db-wal")));
  EXPECT_FALSE(FileExists(dir_.File("dsr.db-shm")));
}

}  // namespace
}  // namespace dsr::sqlite
