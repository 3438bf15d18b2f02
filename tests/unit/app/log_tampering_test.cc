// A thousand random ways to alter the audit log behind dsrd's back, each on a fresh copy of a file
// that real requests made, and a thousand logs that nobody altered.
//
// What is put at the end after the last checkpoint, well-formed and with all its nodes, is what
// dsrd itself would have written: no log can tell the two apart, and it is not among these.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "app/auditor.h"
#include "app/deletion_certificate.h"
#include "store/sqlite/database_reader.h"
#include "testing/status_matchers.h"
#include "unit/app/raw_database.h"
#include "unit/app/world.h"

namespace dsr {
namespace {

using ::testing::Not;

constexpr int kRuns = 1000;

// Alters one thing. Not thread-safe.
class Tamperer {
 public:
  Tamperer(RawDatabase& database, std::mt19937_64& random)
      : database_(database),
        random_(random),
        leaves_(database.Number("SELECT count(*) FROM log")) {}

  // Returns what it did, in words.
  std::string Tamper() {
    using Way = std::pair<const char*, std::function<void()>>;
    const std::vector<Way> ways = {
        {"edit hash", [this] { FlipBit("hash", AnyLeaf()); }},
        {"edit clear", [this] { FlipBit("clear", AnyLeaf()); }},
        {"edit sealed", [this] { FlipBit("sealed", SealedLeaf()); }},
        {"add a sealed part", [this] { Set(AnyLeaf(), "sealed = CAST(sealed || x'01' AS BLOB)"); }},
        {"edit time", [this] { Set(EventLeaf(), absl::StrCat("time = time + ", Below(9) - 10)); }},
        {"take the time out", [this] { Set(EventLeaf(), "time = NULL"); }},
        {"give a record a time", [this] { Set(RecordLeaf(), "time = 1"); }},
        {"edit request", [this] { FlipBit("request_id", EventLeaf()); }},
        {"give a record a request",
         [this] { Set(RecordLeaf(), "sequence = 1, time = 1, request_id = " + OtherRequest()); }},
        {"take an event its request",
         [this] { Set(EventLeaf(), "request_id = NULL, sequence = 0, time = NULL"); }},
        {"edit sequence",
         [this] { Set(EventLeaf(), absl::StrCat("sequence = sequence + ", Below(5) + 1)); }},
        {"edit leaf",
         [this] { Set(AnyLeaf(), absl::StrCat("leaf = ", leaves_ + 1 + Below(1000))); }},
        {"empty a record", [this] { Set(AnyLeaf(), "clear = NULL, sealed = NULL"); }},
        {"cut clear", [this] { Set(AnyLeaf(), "clear = substr(clear, 1, length(clear) - 1)"); }},
        {"move the border down",
         [this] {
           Set(AnyLeaf(),
               "sealed = CAST(substr(clear, -2) || sealed AS BLOB), "
               "clear = substr(clear, 1, length(clear) - 2)");
         }},
        {"move the border up",
         [this] {
           const int64_t count = 1 + Below(20);
           Set(SealedLeaf(), absl::StrCat("clear = CAST(clear || substr(sealed, 1, ", count,
                                          ") AS BLOB), sealed = substr(sealed, ", count + 1, ")"));
         }},
        {"delete", [this] { Delete(AnyLeaf()); }},
        {"delete the end", [this] { DeleteFrom(leaves_ - 1 - Below(9)); }},
        {"delete and close the gap", [this] { DeleteAndClose(AnyLeaf()); }},
        {"delete a request",
         [this] { Run("DELETE FROM log WHERE request_id = " + OtherRequest()); }},
        {"swap two rows", [this] { Swap("leaf"); }},
        {"swap two hashes", [this] { Swap("hash"); }},
        {"swap two records", [this] { Swap("clear"); }},
        {"insert at the end", [this] { Copy(EventLeaf(), leaves_); }},
        {"insert before the beginning", [this] { Copy(AnyLeaf(), -1 - Below(9)); }},
        {"insert in the middle", [this] { Insert(); }},
        {"edit a node", [this] { FlipNode(); }},
        {"delete a node", [this] { Run("DELETE FROM log_nodes WHERE " + Node()); }},
        {"delete a level",
         [this] { Run(absl::StrCat("DELETE FROM log_nodes WHERE level = ", 1 + Below(3))); }},
        {"swap two nodes", [this] { SwapNodes(); }},
        {"insert a node", [this] { InsertNode(); }},
        {"edit and rehash", [this] { FlipAndRehash(); }},
        {"delete the end and rehash", [this] { Rehashed([this] { DeleteFrom(leaves_ - 1); }); }},
        {"delete, close the gap and rehash",
         [this] { Rehashed([this] { DeleteAndClose(AnyLeaf()); }); }},
        {"swap and rehash", [this] { Rehashed([this] { Swap("leaf"); }); }},
        {"insert and rehash", [this] { Rehashed([this] { Insert(); }); }},
    };
    const Way& way = ways[static_cast<size_t>(Below(static_cast<int64_t>(ways.size())))];
    way.second();
    return way.first;
  }

 private:
  int64_t Below(int64_t limit) {
    return std::uniform_int_distribution<int64_t>(0, limit - 1)(random_);
  }
  int64_t AnyLeaf() { return Below(leaves_); }
  // A leaf that meets the condition, the first from a random one on.
  int64_t LeafWhere(const std::string& condition) {
    return database_.Number(absl::StrCat("SELECT leaf FROM log WHERE ", condition,
                                         " ORDER BY leaf < ", AnyLeaf(), ", leaf LIMIT 1"));
  }
  int64_t EventLeaf() { return LeafWhere("request_id IS NOT NULL"); }
  int64_t RecordLeaf() { return LeafWhere("request_id IS NULL"); }
  int64_t SealedLeaf() { return LeafWhere("length(sealed) > 0"); }
  std::string OtherRequest() {
    return Blob(
        database_.Bytes(absl::StrCat("SELECT request_id FROM log WHERE leaf = ", EventLeaf())));
  }

  void Run(const std::string& sql) { EXPECT_GT(database_.Run(sql), 0) << sql; }
  void Set(int64_t leaf, const std::string& change) {
    Run(absl::StrCat("UPDATE log SET ", change, " WHERE leaf = ", leaf));
  }
  std::string Flipped(std::string bytes) {
    char& byte = bytes[static_cast<size_t>(Below(static_cast<int64_t>(bytes.size())))];
    byte = static_cast<char>(byte ^ (1 << Below(8)));
    return Blob(bytes);
  }
  void FlipBit(const std::string& column, int64_t leaf) {
    const std::string bytes =
        database_.Bytes(absl::StrCat("SELECT ", column, " FROM log WHERE leaf = ", leaf));
    Set(leaf, absl::StrCat(column, " = ", Flipped(bytes)));
  }

  void Delete(int64_t leaf) { Run(absl::StrCat("DELETE FROM log WHERE leaf = ", leaf)); }
  void DeleteFrom(int64_t leaf) { Run(absl::StrCat("DELETE FROM log WHERE leaf >= ", leaf)); }
  // By way of negative numbers, so that no row is in another's way.
  void Shift(int64_t from, int64_t by) {
    database_.Run(absl::StrCat("UPDATE log SET leaf = -(leaf + ", by, ") WHERE leaf >= ", from));
    database_.Run("UPDATE log SET leaf = -leaf WHERE leaf < 0");
  }
  void DeleteAndClose(int64_t leaf) {
    Delete(leaf);
    Shift(leaf + 1, -1);
  }
  void Copy(int64_t leaf, int64_t to) {
    Run(absl::StrCat(
        "INSERT INTO log SELECT ", to,
        ", hash, request_id, sequence, time, clear, sealed FROM log WHERE leaf = ", leaf));
  }
  void Insert() {
    const int64_t to = Below(leaves_ - 1);
    Shift(to, 1);
    Copy(to + 1, to);
  }

  // Exchanges a column of two rows that differ in it.
  void Swap(const std::string& column) {
    const int64_t one = AnyLeaf();
    const int64_t other =
        LeafWhere(absl::StrCat("hash <> (SELECT hash FROM log WHERE leaf = ", one, ")"));
    if (column == "leaf") {
      Run(absl::StrCat("UPDATE log SET leaf = -1 WHERE leaf = ", one,
                       ";UPDATE log SET leaf = ", one, " WHERE leaf = ", other,
                       ";UPDATE log SET leaf = ", other, " WHERE leaf = -1"));
      return;
    }
    const auto value = [&](const std::string& name, int64_t leaf) {
      return Blob(database_.Bytes(absl::StrCat("SELECT ", name, " FROM log WHERE leaf = ", leaf)));
    };
    const std::string kept = value(column, one);
    Set(one, absl::StrCat(column, " = ", value(column, other)));
    Set(other, absl::StrCat(column, " = ", kept));
  }

  std::string Node() {
    const int64_t node = Below(database_.Number("SELECT count(*) FROM log_nodes"));
    const std::string at = absl::StrCat(" FROM log_nodes LIMIT 1 OFFSET ", node);
    return absl::StrCat("level = ", database_.Number("SELECT level" + at),
                        " AND position = ", database_.Number("SELECT position" + at));
  }
  void FlipNode() {
    const std::string node = Node();
    const std::string hash = database_.Bytes("SELECT hash FROM log_nodes WHERE " + node);
    Run(absl::StrCat("UPDATE log_nodes SET hash = ", Flipped(hash), " WHERE ", node));
  }
  void SwapNodes() {
    const std::string one = Node();
    std::string other = Node();
    for (int i = 0; i < 100 && other == one; ++i) other = Node();
    const std::string kept = Blob(database_.Bytes("SELECT hash FROM log_nodes WHERE " + one));
    Run(absl::StrCat("UPDATE log_nodes SET hash = (SELECT hash FROM log_nodes WHERE ", other,
                     ") WHERE ", one));
    Run(absl::StrCat("UPDATE log_nodes SET hash = ", kept, " WHERE ", other));
  }
  void InsertNode() {
    const int64_t level = 1 + Below(3);
    const int64_t beyond = Below(2) == 0 ? -1 - Below(9) : (leaves_ >> level) + Below(9);
    Run(absl::StrCat("INSERT INTO log_nodes SELECT ", level, ", ", beyond,
                     ", hash FROM log_nodes WHERE ", Node()));
  }

  void Rehashed(const std::function<void()>& change) {
    change();
    database_.Rehash();
  }
  void FlipAndRehash() {
    Rehashed([this] { FlipBit("clear", AnyLeaf()); });
  }

  RawDatabase& database_;
  std::mt19937_64& random_;
  const int64_t leaves_;
};

class LogTamperingTest : public ::testing::Test {
 protected:
  // A request, each second one with an attempt to work on one that is not there.
  void LiveOn() {
    world_.clock.Advance(absl::Minutes(1));
    world_.FileOne("access", absl::StrCat("account-", ++filed_));
    if (filed_ % 2 == 0) {
      const auto none = world_.ids.Next<RequestId>();
      EXPECT_THAT(world_.Execute(none, AssessRequest{}, world_.As("caseworker")), Not(IsOk()));
    }
  }

  LogCheckpoint Checkpoint() {
    v1::Checkpoint made;
    EXPECT_THAT(world_.store->Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(
          made, MakeCheckpoint(view, InstallationSigner(world_.secrets), world_.clock.Now()));
      return absl::OkStatus();
    }),
                IsOk());
    return *OpenCheckpoint(made.note(), *NoteVerifier::Parse(made.verifier_key()));
  }

  World world_;
  int filed_ = 0;
};

TEST_F(LogTamperingTest, FindsAThousandRandomTamperings) {
  const uint64_t seed = 20261129;
  std::mt19937_64 random(seed);
  world_.AddSystem("shop", {"orders"});
  for (int i = 0; i < 75; ++i) LiveOn();
  const LogCheckpoint checkpoint = Checkpoint();
  world_.store->Close();
  ASSERT_FALSE(std::filesystem::exists(world_.dir.File("dsr.db-wal")));
  const std::string copy = world_.dir.File("tampered.db");

  std::map<std::string, int> done;
  int found = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::filesystem::copy_file(world_.dir.File("dsr.db"), copy,
                               std::filesystem::copy_options::overwrite_existing);
    std::string what;
    {
      RawDatabase database(copy);
      what = Tamperer(database, random).Tamper();
    }
    ++done[what];
    const auto reader = sqlite::DatabaseReader::Open(copy);
    ASSERT_THAT(reader, IsOk());
    const auto verified = VerifyLog(
        [&](const std::function<absl::Status(ReadView&)>& body) { return (*reader)->Read(body); },
        {.checkpoints = {checkpoint}});
    ASSERT_THAT(verified, IsOk());
    EXPECT_FALSE(verified->intact()) << "run " << run << ": " << what;
    found += verified->intact() ? 0 : 1;
  }

  std::cout << "tampering: seed " << seed << ", " << checkpoint.size << " leaves, " << done.size()
            << " ways, found " << found << " of " << kRuns << "\n";
  EXPECT_EQ(found, kRuns);
  EXPECT_EQ(done.size(), 36u);
}

TEST_F(LogTamperingTest, RaisesNoFalseAlarmOverAThousandCleanRuns) {
  const uint64_t seed = 20261130;
  std::mt19937_64 random(seed);
  std::vector<LogCheckpoint> checkpoints = {Checkpoint()};

  int alarms = 0;
  for (int run = 0; run < kRuns; ++run) {
    if (random() % 10 == 0) {
      LiveOn();
      checkpoints.push_back(Checkpoint());
    }
    LogVerification verification;
    for (int i = 0; i < 3; ++i) {
      verification.checkpoints.push_back(checkpoints[random() % checkpoints.size()]);
    }
    const auto verified = VerifyLog(*world_.store, verification);
    ASSERT_THAT(verified, IsOk());
    EXPECT_TRUE(verified->intact()) << "run " << run << ": " << verified->ShortDebugString();
    alarms += verified->intact() ? 0 : 1;
  }

  std::cout << "clean: seed " << seed << ", up to " << checkpoints.back().size
            << " leaves, false alarms " << alarms << " of " << kRuns << "\n";
  EXPECT_EQ(alarms, 0);
}

}  // namespace
}  // namespace dsr
