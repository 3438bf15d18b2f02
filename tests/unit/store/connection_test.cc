#include "store/sqlite/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "store/sqlite/query.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr::sqlite {
namespace {

class ConnectionTest : public ::testing::Test {
 protected:
  std::unique_ptr<Connection> Open(bool read_only = false) {
    auto connection = Connection::Open({.path = dir_.File("dsr.db"), .read_only = read_only});
    EXPECT_THAT(connection, IsOk());
    return connection.ok() ? *std::move(connection) : nullptr;
  }

  // A database that is no one's of ours, made with other settings.
  void MakeForeignDatabase(const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(dir_.File("dsr.db").c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

  static std::string Pragma(Connection& connection, const char* sql) {
    Query query(connection, sql);
    EXPECT_THAT(query.Step(), IsOkAndHolds(true));
    return query.GetText(0);
  }

  TempDir dir_;
};

TEST_F(ConnectionTest, HasEverySettingInForceForWritingAndForReading) {
  const std::unique_ptr<Connection> writer = Open();
  ASSERT_NE(writer, nullptr);
  ASSERT_THAT(writer->Execute("CREATE TABLE t (x INTEGER) STRICT"), IsOk());
  const std::unique_ptr<Connection> reader = Open(/*read_only=*/true);
  ASSERT_NE(reader, nullptr);

  for (Connection* connection : {writer.get(), reader.get()}) {
    EXPECT_EQ(Pragma(*connection, "PRAGMA journal_mode"), "wal");
    EXPECT_EQ(Pragma(*connection, "PRAGMA synchronous"), "2");
    EXPECT_EQ(Pragma(*connection, "PRAGMA foreign_keys"), "1");
    EXPECT_EQ(Pragma(*connection, "PRAGMA trusted_schema"), "0");
    EXPECT_EQ(Pragma(*connection, "PRAGMA cell_size_check"), "1");
    EXPECT_EQ(Pragma(*connection, "PRAGMA mmap_size"), "0");
    EXPECT_EQ(Pragma(*connection, "PRAGMA temp_store"), "2");
    EXPECT_EQ(Pragma(*connection, "PRAGMA page_size"), "4096");
    EXPECT_EQ(Pragma(*connection, "PRAGMA wal_autocheckpoint"), "0");
    EXPECT_EQ(Pragma(*connection, "PRAGMA busy_timeout"), "5000");
    EXPECT_EQ(Pragma(*connection, "PRAGMA application_id"), std::to_string(kApplicationId));
    EXPECT_EQ(Pragma(*connection, "PRAGMA query_only"), connection == reader.get() ? "1" : "0");
    EXPECT_EQ(sqlite3_limit(connection->handle(), SQLITE_LIMIT_ATTACHED, -1), 0);
    EXPECT_EQ(sqlite3_limit(connection->handle(), SQLITE_LIMIT_LENGTH, -1), 4 << 20);
    EXPECT_EQ(sqlite3_limit(connection->handle(), SQLITE_LIMIT_SQL_LENGTH, -1), 100'000);
    for (const auto& [option, expected] :
         {std::pair(SQLITE_DBCONFIG_DEFENSIVE, 1), std::pair(SQLITE_DBCONFIG_DQS_DML, 0),
          std::pair(SQLITE_DBCONFIG_DQS_DDL, 0),
          std::pair(SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0)}) {
      int value = -1;
      sqlite3_db_config(connection->handle(), option, -1, &value);
      EXPECT_EQ(value, expected) << option;
    }
  }
}

TEST_F(ConnectionTest, MakesAFileThatOnlyItsOwnerCanRead) {
  ASSERT_NE(Open(), nullptr);

  struct stat info;
  ASSERT_EQ(stat(dir_.File("dsr.db").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(ConnectionTest, RefusesTheDatabaseOfAnotherProgramAndLeavesItAlone) {
  MakeForeignDatabase("CREATE TABLE t (x); PRAGMA application_id = 17;");
  const auto before = std::filesystem::last_write_time(dir_.File("dsr.db"));

  const auto connection = Connection::Open({.path = dir_.File("dsr.db")});

  EXPECT_THAT(connection, StatusIs(absl::StatusCode::kFailedPrecondition,
                                   ::testing::HasSubstr("another program")));
  EXPECT_THAT(connection.status(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  EXPECT_EQ(std::filesystem::last_write_time(dir_.File("dsr.db")), before);
}

TEST_F(ConnectionTest, RefusesADatabaseThatNamesNoProgram) {
  MakeForeignDatabase("CREATE TABLE t (x);");

  EXPECT_THAT(Connection::Open({.path = dir_.File("dsr.db")}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(ConnectionTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(dir_.File("dsr.db")) << std::string(10000, 'x');

  const auto connection = Connection::Open({.path = dir_.File("dsr.db")});

  EXPECT_THAT(connection, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(connection.status(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

TEST_F(ConnectionTest, RefusesToWriteThroughAReadOnlyConnection) {
  const std::unique_ptr<Connection> writer = Open();
  ASSERT_THAT(writer->Execute("CREATE TABLE t (x INTEGER) STRICT"), IsOk());
  const std::unique_ptr<Connection> reader = Open(/*read_only=*/true);

  EXPECT_FALSE(reader->Execute("INSERT INTO t VALUES (1)").ok());
}

TEST_F(ConnectionTest, KeepsAStatementPreparedAndUsableTwiceAtOnce) {
  constexpr char kCount[] = "SELECT x FROM t ORDER BY x";
  const std::unique_ptr<Connection> connection = Open();
  ASSERT_THAT(connection->Execute("CREATE TABLE t (x INTEGER) STRICT"), IsOk());
  ASSERT_THAT(connection->Execute("INSERT INTO t VALUES (1), (2)"), IsOk());

  Query outer(*connection, kCount);
  ASSERT_THAT(outer.Step(), IsOkAndHolds(true));
  {
    Query inner(*connection, kCount);
    ASSERT_THAT(inner.Step(), IsOkAndHolds(true));
    EXPECT_EQ(inner.GetInt(0), 1);
  }
  ASSERT_THAT(outer.Step(), IsOkAndHolds(true));

  EXPECT_EQ(outer.GetInt(0), 2);
  EXPECT_THAT(outer.Step(), IsOkAndHolds(false));
}

TEST_F(ConnectionTest, TellsWhatFailedByCodeAndGoesOn) {
  constexpr char kInsert[] = "INSERT INTO t VALUES (?1)";
  const std::unique_ptr<Connection> connection = Open();
  ASSERT_THAT(connection->Execute("CREATE TABLE t (x INTEGER PRIMARY KEY) STRICT"), IsOk());
  const auto insert = [&](int64_t value) {
    Query query(*connection, kInsert);
    return query.Int(value).Run();
  };

  EXPECT_THAT(insert(1), IsOk());
  const absl::Status clash = insert(1);
  EXPECT_THAT(insert(2), IsOk());

  EXPECT_THAT(clash, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(
      connection->Execute("SELECT nothing FROM nowhere"),
      StatusIs(absl::StatusCode::kInternal, ::testing::Not(::testing::HasSubstr("nowhere"))));
}

}  // namespace
}  // namespace dsr::sqlite
