// Reports, from a server and from its file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "dsr/base/proto_time.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

using dsrctl::ExitCode;
using dsrctl::RunResult;
using Reports = v1::ReportService;
using Requests = v1::RequestService;

class ReportTest : public ::testing::Test {
 protected:
  void SetUp() override { shop_.Register(); }

  std::string Filed(absl::string_view type) { return shop_.File(FilingCall(type)).name(); }

  void Withdraw(const std::string& request) {
    ASSERT_THAT(shop_.Act("intake-tool", &Requests::Stub::WithdrawRequest,
                          v1::WithdrawRequestRequest(), request),
                IsOk());
  }

  v1::SlaReport Report(const v1::GetSlaReportRequest& in) {
    const auto report = server_.Call<Reports>("officer-1", &Reports::Stub::GetSlaReport, in);
    EXPECT_THAT(report, IsOk());
    return report.ok() ? *report : v1::SlaReport();
  }

  // The present file, beside which no log is.
  std::string Backup() {
    const std::string path = backup_.File("backup.db");
    sqlite3* from = nullptr;
    sqlite3* to = nullptr;
    EXPECT_EQ(sqlite3_open_v2(File().c_str(), &from, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_open(path.c_str(), &to), SQLITE_OK);
    sqlite3_backup* backup = sqlite3_backup_init(to, "main", from, "main");
    EXPECT_EQ(sqlite3_backup_step(backup, -1), SQLITE_DONE);
    sqlite3_backup_finish(backup);
    sqlite3_close(from);
    sqlite3_close(to);
    std::filesystem::remove(path + "-wal");
    std::filesystem::remove(path + "-shm");
    return path;
  }
  std::string File() const { return server_.data_dir() + "/dsrd.db"; }

  static void Change(const std::string& path, const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sql;
    sqlite3_close(database);
  }

  std::vector<std::string> ServerFlags() const {
    return {"--server", server_.address(), "--token-file",
            server_.data_dir() + "/dev/tokens/officer-1.token"};
  }
  RunResult Sla(std::vector<std::string> flags) const {
    flags.insert(flags.begin(), {"report", "sla"});
    return dsrctl::RunDsrctlForTest(flags);
  }

  TempDir backup_;
  TestServer server_;
  Shop shop_{server_};
};

TEST_F(ReportTest, OfThePastIsTheSameBytesWhateverHappenedSince) {
  const std::string answered = Filed("access");
  Filed("copy");
  server_.clock().Advance(absl::Hours(30));
  Withdraw(answered);
  v1::GetSlaReportRequest in;
  *in.mutable_as_of_time() = ToTimestamp(server_.clock().Now());
  in.set_include_requests(true);
  in.add_group_by(v1::SLA_DIMENSION_TYPE);
  in.add_group_by(v1::SLA_DIMENSION_OWNER);
  const std::string before = Report(in).SerializeAsString();

  server_.clock().Advance(absl::Hours(24 * 20));
  Withdraw(Filed("access"));

  EXPECT_EQ(Report(in).SerializeAsString(), before);
}

TEST_F(ReportTest, IsTheSameFromTheServerAndFromItsFileAndFromABackup) {
  Withdraw(Filed("access"));
  Filed("copy");
  server_.clock().Advance(absl::Hours(5));
  const std::string as_of = "2026-03-02T05:00:00Z";
  std::vector<std::string> flags = {"--as-of", as_of, "-o", "json"};

  std::vector<std::string> asked = flags;
  const std::vector<std::string> server_flags = ServerFlags();
  asked.insert(asked.end(), server_flags.begin(), server_flags.end());
  const RunResult served = Sla(asked);
  std::vector<std::string> of_file = flags;
  of_file.insert(of_file.end(), {"--db", File()});
  const RunResult live = Sla(of_file);
  std::vector<std::string> of_backup = flags;
  of_backup.insert(of_backup.end(), {"--db", Backup()});
  const RunResult backup = Sla(of_backup);

  EXPECT_EQ(served.code, ExitCode::kOk) << served.err;
  EXPECT_EQ(live.code, ExitCode::kOk) << live.err;
  EXPECT_THAT(served.out, HasSubstr("\"received\": \"2\""));
  EXPECT_EQ(live.out, served.out);
  EXPECT_EQ(backup.out, served.out) << backup.err;
  // Reading made nothing beside the file.
  EXPECT_FALSE(std::filesystem::exists(backup_.File("backup.db-wal")));
  EXPECT_FALSE(std::filesystem::exists(backup_.File("backup.db-shm")));
}

TEST_F(ReportTest, EndsWithEightWhenADateWasMissed) {
  shop_.Verify(Filed("access"));
  server_.clock().Advance(absl::Hours(24 * 16));

  std::vector<std::string> flags = ServerFlags();
  const RunResult result = Sla(flags);

  EXPECT_EQ(result.code, ExitCode::kFindings);
  EXPECT_THAT(result.out, AllOf(HasSubstr("1 breached"), HasSubstr("access")));
}

TEST_F(ReportTest, IsAPageToo) {
  Filed("access");
  std::vector<std::string> flags = ServerFlags();
  flags.insert(flags.end(), {"-o", "html"});

  const RunResult result = Sla(flags);

  EXPECT_EQ(result.code, ExitCode::kOk);
  EXPECT_THAT(result.out, StartsWith("<!DOCTYPE html>"));
}

TEST_F(ReportTest, CountsAYearByTypeAndOutcome) {
  Withdraw(Filed("access"));
  Filed("copy");
  v1::GetYearlyReportRequest in;
  in.set_year(2026);

  const auto report = server_.Call<Reports>("officer-1", &Reports::Stub::GetYearlyReport, in);

  ASSERT_THAT(report, IsOk());
  ASSERT_THAT(report->types(), SizeIs(2));
  EXPECT_EQ(report->types(0).type(), "access");
  ASSERT_THAT(report->types(0).outcomes(), SizeIs(1));
  EXPECT_EQ(report->types(0).outcomes(0).outcome(), v1::OUTCOME_WITHDRAWN);
  EXPECT_EQ(report->total().unanswered(), 1);
  EXPECT_FALSE(report->final());
  in.set_year(2027);
  EXPECT_THAT(server_.Call<Reports>("officer-1", &Reports::Stub::GetYearlyReport, in),
              ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST_F(ReportTest, RefusesWhatCannotBeAnswered) {
  v1::GetSlaReportRequest future;
  *future.mutable_as_of_time() = ToTimestamp(server_.clock().Now() + absl::Seconds(1));
  v1::GetSlaReportRequest twice;
  twice.add_group_by(v1::SLA_DIMENSION_TYPE);
  twice.add_group_by(v1::SLA_DIMENSION_TYPE);
  v1::GetSlaReportRequest backwards;
  *backwards.mutable_from_time() = ToTimestamp(server_.clock().Now());
  *backwards.mutable_to_time() = ToTimestamp(server_.clock().Now() - absl::Seconds(1));
  for (const v1::GetSlaReportRequest& in : {future, twice, backwards}) {
    EXPECT_THAT(server_.Call<Reports>("officer-1", &Reports::Stub::GetSlaReport, in),
                ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  }
}

TEST_F(ReportTest, AFileThatIsNewerOlderLockedOrNotOursIsRefusedWithAWordWhatToDo) {
  const std::string newer = Backup();
  Change(newer, "PRAGMA user_version = 99");
  const RunResult of_newer = Sla({"--db", newer});
  EXPECT_EQ(of_newer.code, ExitCode::kConflict);
  EXPECT_THAT(of_newer.err, HasSubstr("use the newer program"));

  Change(newer, "PRAGMA user_version = 1");
  const RunResult of_older = Sla({"--db", newer});
  EXPECT_EQ(of_older.code, ExitCode::kConflict);
  EXPECT_THAT(of_older.err, HasSubstr("start dsrd once on a copy"));

  const std::string foreign = backup_.File("foreign.db");
  Change(foreign, "CREATE TABLE notes (text TEXT)");
  const RunResult of_foreign = Sla({"--db", foreign});
  EXPECT_EQ(of_foreign.code, ExitCode::kConflict);
  EXPECT_THAT(of_foreign.err, HasSubstr("belongs to another program"));

  const std::string text = backup_.File("notes.txt");
  dsrctl::WriteText(text, std::string(5000, 'x'));
  const RunResult of_text = Sla({"--db", text});
  EXPECT_EQ(of_text.code, ExitCode::kConflict);
  EXPECT_THAT(of_text.err, HasSubstr("not a database"));

  const std::string locked = Backup();
  Change(locked, "PRAGMA journal_mode = DELETE");
  sqlite3* holder = nullptr;
  ASSERT_EQ(sqlite3_open(locked.c_str(), &holder), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(holder, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  const RunResult of_locked = Sla({"--db", locked});
  sqlite3_close(holder);
  EXPECT_EQ(of_locked.code, ExitCode::kUnavailable);
  EXPECT_THAT(of_locked.err, HasSubstr("when the other program has let go of the file"));
  EXPECT_EQ(Sla({"--db", locked}).code, ExitCode::kOk);

  EXPECT_EQ(Sla({"--db", backup_.File("none.db")}).code, ExitCode::kNotFound);
  EXPECT_EQ(Sla({"--db", ""}).code, ExitCode::kUsage);
}

TEST_F(ReportTest, AFileThatWasUpgradedInPartOnlyIsRefusedRatherThanCountedInPart) {
  Filed("access");
  const std::string path = Backup();
  Change(path, "UPDATE requests SET fold_version = 1, course = X''");

  const RunResult result = Sla({"--db", path});

  EXPECT_EQ(result.code, ExitCode::kConflict);
  EXPECT_THAT(result.err, HasSubstr("upgraded in part only"));
}

TEST_F(ReportTest, ALinkToTheFileOfARunningServerIsReadWithItsLog) {
  Filed("access");
  const std::string link = backup_.File("link.db");
  std::filesystem::create_symlink(File(), link);

  const RunResult result = Sla({"--db", link, "-o", "json"});

  EXPECT_THAT(result.out, HasSubstr("\"received\": \"1\""));
}

TEST_F(ReportTest, AFileThatAnotherProgramHoldsLockedIsAskedForLater) {
  const std::string path = Backup();
  sqlite3* holder = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &holder), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(holder,
                         "PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE held (x INTEGER) STRICT;"
                         "BEGIN EXCLUSIVE; INSERT INTO held VALUES (1)",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);

  const RunResult result = Sla({"--db", path});

  sqlite3_close(holder);
  EXPECT_EQ(result.code, ExitCode::kUnavailable);
  EXPECT_THAT(result.err, HasSubstr("busy"));
}

}  // namespace
}  // namespace dsr
