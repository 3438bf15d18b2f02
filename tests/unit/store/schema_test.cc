// Databases of earlier releases, opened by this program.
#include "store/sqlite/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "contract/store_contract.h"
#include "dsr/base/proto_time.h"
#include "store/sqlite/sqlite_store.h"
#include "unit/store/schema_step_1.h"

namespace dsr::sqlite {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

// A database file without the store around it.
class RawDatabase {
 public:
  explicit RawDatabase(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &database_), SQLITE_OK);
  }
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;
  ~RawDatabase() { sqlite3_close(database_); }

  int TryRun(const std::string& sql) {
    return sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  }
  void Run(const std::string& sql) {
    ASSERT_EQ(TryRun(sql), SQLITE_OK) << sqlite3_errmsg(database_);
  }
  // The rows that a statement gives, their columns with `|` in between.
  std::vector<std::string> Rows(const std::string& sql) {
    std::vector<std::string> rows;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database_);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      std::vector<std::string> row;
      for (int column = 0; column < sqlite3_column_count(statement); ++column) {
        const auto* text = sqlite3_column_text(statement, column);
        row.push_back(text == nullptr ? "NULL" : reinterpret_cast<const char*>(text));
      }
      rows.push_back(absl::StrJoin(row, "|"));
    }
    sqlite3_finalize(statement);
    return rows;
  }
  std::vector<std::string> Tables() {
    return Rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  }
  std::vector<std::string> ColumnsOf(const std::string& table) {
    return Rows("SELECT name FROM pragma_table_info('" + table + "')");
  }
  // What is in the file: its version, every table and index, every row.
  std::vector<std::string> Everything() {
    std::vector<std::string> all = Rows("PRAGMA user_version");
    for (std::string& row : Rows("SELECT name, sql FROM sqlite_schema ORDER BY name")) {
      all.push_back(std::move(row));
    }
    for (const std::string& table : Tables()) {
      const std::string columns =
          absl::StrCat("quote(", absl::StrJoin(ColumnsOf(table), "),quote("), ")");
      for (const std::string& row : Rows("SELECT " + columns + " FROM " + table)) {
        all.push_back(absl::StrCat(table, ": ", row));
      }
    }
    return all;
  }

 private:
  sqlite3* database_ = nullptr;
};

// A company that ran the first release has an open request with all that belongs to one, and an
// answered one of each outcome there was.
class SchemaUpgradeTest : public ::testing::Test {
 protected:
  static constexpr int kOutcomesOfStep1 = 5;

  void SetUp() override {
    open_.AddTimer("deadline", kNow + absl::Hours(300));
    open_.AddTimer("reminder", kNow + absl::Hours(100));
    task_ = open_.AddTask("systems/shop", kNow);
    open_.AddNotice("recipients/courier", kNow);
    open_.AddMessage(kNow);
    WriteContent(dir_.File("content.db"));
    MakeStep1Database();
  }

  absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const std::string& path) {
    return SqliteStore::Open({.path = path, .clock = &clock_});
  }
  absl::StatusOr<std::unique_ptr<SqliteStore>> Open() { return Open(path_); }

  static RequestSample Answered(int outcome) {
    RequestSample sample(10 + outcome, kNow + absl::Seconds(outcome));
    sample.request().set_phase(v1::PHASE_CLOSED);
    v1::Response& response = *sample.request().mutable_response();
    response.set_outcome(static_cast<v1::Outcome>(outcome));
    *response.mutable_response_time() = ToTimestamp(kNow + absl::Hours(outcome));
    return sample;
  }

  template <class Function>
  static auto Read(Store& store, Function function) {
    decltype(function(std::declval<ReadView&>())) result = absl::UnknownError("not read");
    EXPECT_THAT(store.Read([&](ReadView& view) {
      result = function(view);
      return absl::OkStatus();
    }),
                IsOk());
    return result;
  }

  // The outcome that reports see of each request.
  static std::map<std::string, v1::Outcome> Outcomes(Store& store) {
    std::map<std::string, v1::Outcome> outcomes;
    EXPECT_THAT(store.Read([&](ReadView& view) {
      return view.ScanSla(absl::InfinitePast(), absl::InfiniteFuture(), [&](const SlaRow& row) {
        outcomes[row.id.ToString()] = row.outcome;
        return absl::OkStatus();
      });
    }),
                IsOk());
    return outcomes;
  }

  TempDir dir_;
  SimulatedClock clock_{kNow};
  const std::string path_ = dir_.File("dsr.db");
  RequestSample open_{1, kNow};
  TaskId task_;
  const RecordId disclosure_ = SampleId<RecordId>(kNow, 1);
  LogHead head_;

 private:
  absl::Status WriteRecords(Transaction& t) {
    DSR_RETURN_IF_ERROR(t.PutSubject({open_.subject(), std::string(32, 'h'), 7}));
    v1::DataSystem shop;
    shop.set_name("systems/shop");
    DSR_RETURN_IF_ERROR(t.PutDataSystem(shop));
    v1::Recipient courier;
    courier.set_name("recipients/courier");
    DSR_RETURN_IF_ERROR(t.PutRecipient(courier));
    DSR_RETURN_IF_ERROR(t.PutDisclosure(disclosure_, open_.subject(), v1::Disclosure(), "box"));
    DSR_RETURN_IF_ERROR(t.AppendChunk(open_.id(), task_, "orders", {0, 6, "sealed"}));
    DSR_RETURN_IF_ERROR(
        t.PutAnswer({"agents/17", std::string(16, 'k'), "print", 0, "answer", open_.id()}));
    Definition definition = {DefinitionKind::kWorkflow, {}, "states {}"};
    definition.ref.set_name("deletion");
    definition.ref.set_version(1);
    definition.ref.set_sha256(std::string(64, '0'));
    DSR_RETURN_IF_ERROR(t.PutDefinition(definition));
    return t.AppendAuditRecord("call_refused", "");
  }

  void WriteContent(const std::string& path) {
    auto store = Open(path);
    ASSERT_THAT(store, IsOk());
    ASSERT_THAT(TransactAndWait(**store,
                                [&, write = open_.NextDecision(kNow, 3)](Transaction& t) {
                                  DSR_RETURN_IF_ERROR(t.WriteDecision(write));
                                  return WriteRecords(t);
                                }),
                IsOk());
    for (int outcome = 1; outcome <= kOutcomesOfStep1; ++outcome) {
      RequestSample answered = Answered(outcome);
      const DecisionWrite write = answered.NextDecision(kNow, 2);
      ASSERT_THAT(TransactAndWait(**store, [&](Transaction& t) { return t.WriteDecision(write); }),
                  IsOk());
    }
    const auto head = Read(**store, [](ReadView& view) { return view.FindLogHead(); });
    ASSERT_THAT(head, IsOk());
    head_ = *head;
  }

  // The content in the tables of the first step.
  void MakeStep1Database() {
    RawDatabase old(path_);
    old.Run(kSchemaStep1);
    old.Run("ATTACH '" + dir_.File("content.db") + "' AS content");
    for (const std::string& table : old.Tables()) {
      const std::string columns = absl::StrJoin(old.ColumnsOf(table), ", ");
      // What step 5 calls a lane.
      const std::string named =
          table == "outbox" ? absl::StrReplaceAll(columns, {{"recipient", "lane"}}) : columns;
      old.Run(absl::StrCat("INSERT OR REPLACE INTO main.", table, " (", columns, ") SELECT ", named,
                           " FROM content.", table));
      EXPECT_THAT(old.Rows("SELECT 1 FROM main." + table), Not(IsEmpty())) << table;
    }
    // As strict about outcomes as the first release was.
    EXPECT_EQ(old.TryRun("UPDATE main.requests SET outcome = 6"), SQLITE_CONSTRAINT);
    ASSERT_THAT(old.Rows("PRAGMA user_version"), ElementsAre("1"));
  }
};

TEST_F(SchemaUpgradeTest, KeepsARequestWithAllThatBelongsToIt) {
  const auto store = Open();
  ASSERT_THAT(store, IsOk());

  EXPECT_THAT(Read(**store, [&](ReadView& v) { return v.FindRecord(open_.id()); }),
              IsOkAndHolds(EqualsProto(open_.record())));
  const auto events = Read(**store, [&](ReadView& v) { return v.ListEvents(open_.id(), 0, 9); });
  ASSERT_THAT(events, IsOkAndHolds(SizeIs(3)));
  EXPECT_EQ(events->back().clear, SampleClear(open_.id(), 3));
  const auto timers =
      Read(**store, [](ReadView& v) { return v.DueTimers(absl::InfiniteFuture(), 9); });
  ASSERT_THAT(timers, IsOkAndHolds(SizeIs(2)));
  EXPECT_EQ(timers->front().name, "reminder");
  EXPECT_EQ(timers->front().due, kNow + absl::Hours(100));
  EXPECT_THAT(
      Read(**store,
           [](ReadView& v) { return v.ListOpenNotices("recipients/courier", std::nullopt, 9); }),
      IsOkAndHolds(ElementsAre(EqualsProto(open_.record().notices(0)))));
  EXPECT_THAT(Read(**store, [](ReadView& v) { return v.NextOutboxItem(OutboxKind::kNotice); }),
              IsOkAndHolds(kNow));
  EXPECT_THAT(Read(**store, [](ReadView& v) { return v.NextOutboxItem(OutboxKind::kMessage); }),
              IsOkAndHolds(kNow));
  const auto chunks =
      Read(**store, [&](ReadView& v) { return v.ReadChunks(task_, "orders", 0, 9); });
  ASSERT_THAT(chunks, IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ(chunks->front().sealed, "sealed");
}

TEST_F(SchemaUpgradeTest, KeepsTheRegistryTheAnswersAndTheAuditLog) {
  const auto store = Open();
  ASSERT_THAT(store, IsOk());

  const auto head = Read(**store, [](ReadView& v) { return v.FindLogHead(); });
  ASSERT_THAT(head, IsOk());
  EXPECT_EQ(head->size, head_.size);
  EXPECT_EQ(head->subtrees, head_.subtrees);
  EXPECT_THAT(Read(**store, [](ReadView& v) { return v.LastKeyNumber(); }), IsOkAndHolds(7));
  EXPECT_THAT(Read(**store, [](ReadView& v) { return v.RegistryVersion(); }), IsOkAndHolds(2));
  EXPECT_THAT(Read(**store, [](ReadView& v) { return v.FindDataSystem("systems/shop"); }), IsOk());
  EXPECT_THAT(Read(**store, [](ReadView& v) { return v.FindRecipient("recipients/courier"); }),
              IsOk());
  EXPECT_THAT(Read(**store, [&](ReadView& v) { return v.FindDisclosureBox(disclosure_); }),
              IsOkAndHolds(Pair(open_.subject(), "box")));
  const auto answer =
      Read(**store, [](ReadView& v) { return v.FindAnswer("agents/17", std::string(16, 'k')); });
  ASSERT_THAT(answer, IsOk());
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ((*answer)->answer, "answer");
  const auto definition = Read(**store, [](ReadView& v) {
    return v.FindDefinition(DefinitionKind::kWorkflow, "deletion", 1);
  });
  ASSERT_THAT(definition, IsOk());
  ASSERT_TRUE(definition->has_value());
  EXPECT_EQ((*definition)->text, "states {}");
}

TEST_F(SchemaUpgradeTest, KeepsTheOutcomeOfEveryAnswerAndTakesThoseThatCameLater) {
  auto store = Open();
  ASSERT_THAT(store, IsOk());

  const std::map<std::string, v1::Outcome> before = Outcomes(**store);
  for (int outcome = 1; outcome <= kOutcomesOfStep1; ++outcome) {
    EXPECT_EQ(before.at(Answered(outcome).id().ToString()), outcome);
  }
  EXPECT_EQ(before.at(open_.id().ToString()), v1::OUTCOME_UNSPECIFIED);

  for (int outcome = kOutcomesOfStep1 + 1; outcome < v1::Outcome_ARRAYSIZE; ++outcome) {
    RequestSample answered = Answered(outcome);
    const DecisionWrite write = answered.NextDecision(kNow);
    ASSERT_THAT(TransactAndWait(**store, [&](Transaction& t) { return t.WriteDecision(write); }),
                IsOk())
        << v1::Outcome_Name(outcome);
    EXPECT_EQ(Outcomes(**store).at(answered.id().ToString()), outcome);
  }
}

TEST_F(SchemaUpgradeTest, LetsARequestOfTheFirstReleaseGoOn) {
  const auto store = Open();
  ASSERT_THAT(store, IsOk());
  open_.RemoveTimer("reminder");
  open_.request().set_phase(v1::PHASE_CLOSED);
  open_.request().mutable_response()->set_outcome(v1::OUTCOME_ROLE_ENDED);
  *open_.request().mutable_response()->mutable_response_time() = ToTimestamp(kNow);
  const auto evidence = SampleId<EvidenceId>(kNow, 1);
  const auto hold = SampleId<RecordId>(kNow, 2);
  const auto consent = SampleId<RecordId>(kNow, 3);

  ASSERT_THAT(
      TransactAndWait(**store,
                      [&, write = open_.NextDecision(kNow)](Transaction& t) {
                        DSR_RETURN_IF_ERROR(t.WriteDecision(write));
                        DSR_RETURN_IF_ERROR(t.PutDocument(open_.id(), evidence, "document"));
                        DSR_RETURN_IF_ERROR(t.PutHold(hold, open_.subject(), v1::Hold(), "box"));
                        return t.PutConsent(consent, open_.subject(), v1::Consent(), "box");
                      }),
      IsOk());

  EXPECT_THAT(Read(**store, [&](ReadView& v) { return v.FindRecord(open_.id()); }),
              IsOkAndHolds(EqualsProto(open_.record())));
  EXPECT_EQ(Outcomes(**store).at(open_.id().ToString()), v1::OUTCOME_ROLE_ENDED);
  EXPECT_THAT(Read(**store, [&](ReadView& v) { return v.FindDocument(evidence); }),
              IsOkAndHolds("document"));
  EXPECT_THAT(Read(**store, [&](ReadView& v) { return v.FindHold(hold); }), IsOk());
  EXPECT_THAT(
      Read(**store, [&](ReadView& v) { return v.ListConsents(open_.subject(), std::nullopt, 9); }),
      IsOkAndHolds(SizeIs(1)));
}

TEST_F(SchemaUpgradeTest, EndsWithTheTablesOfANewDatabase) {
  ASSERT_THAT(Open(), IsOk());

  constexpr char kTables[] = "SELECT name, sql FROM sqlite_schema ORDER BY name";
  EXPECT_EQ(RawDatabase(path_).Rows(kTables), RawDatabase(dir_.File("content.db")).Rows(kTables));
  EXPECT_THAT(RawDatabase(path_).Rows("PRAGMA integrity_check"), ElementsAre("ok"));
  EXPECT_THAT(RawDatabase(path_).Rows("PRAGMA foreign_key_check"), IsEmpty());
}

TEST_F(SchemaUpgradeTest, ChangesNothingWhenItIsOpenedAgain) {
  ASSERT_THAT(Open(), IsOk());
  const std::vector<std::string> upgraded = RawDatabase(path_).Everything();

  ASSERT_THAT(Open(), IsOk());

  EXPECT_EQ(RawDatabase(path_).Everything(), upgraded);
}

TEST_F(SchemaUpgradeTest, LeavesEverythingAsItWasWhenAStepFails) {
  // Nothing of the step may stay when its end cannot be reached.
  RawDatabase(path_).Run("CREATE TABLE holds (x)");
  const std::vector<std::string> before = RawDatabase(path_).Everything();

  EXPECT_THAT(Open(), Not(IsOk()));

  EXPECT_EQ(RawDatabase(path_).Everything(), before);
  RawDatabase(path_).Run("DROP TABLE holds");
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(SchemaUpgradeTest, RefusesADatabaseOfTheNextReleaseAndLeavesItAlone) {
  ASSERT_THAT(Open(), IsOk());
  const std::string next = absl::StrCat(SchemaVersionOfProgram() + 1);
  RawDatabase(path_).Run("PRAGMA user_version = " + next);
  const std::vector<std::string> before = RawDatabase(path_).Everything();

  const auto refused = Open();

  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition,
                                AllOf(HasSubstr(absl::StrCat("schema version ", next)),
                                      HasSubstr(absl::StrCat("up to ", SchemaVersionOfProgram())),
                                      HasSubstr("run the newer program"))));
  EXPECT_THAT(refused.status(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  EXPECT_EQ(RawDatabase(path_).Everything(), before);
}

}  // namespace
}  // namespace dsr::sqlite
