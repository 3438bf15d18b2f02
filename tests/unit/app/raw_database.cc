#include "unit/app/raw_database.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/merkle.h"

namespace dsr {

RawDatabase::RawDatabase(const std::string& path) {
  if (sqlite3_open(path.c_str(), &database_) != SQLITE_OK) std::abort();
  Run("PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF; "
      "DROP INDEX IF EXISTS log_by_request");
}

RawDatabase::~RawDatabase() { sqlite3_close(database_); }

int RawDatabase::Run(const std::string& sql) {
  EXPECT_EQ(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database_) << " in " << sql;
  return sqlite3_changes(database_);
}

int64_t RawDatabase::Number(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sql;
  EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW) << sql;
  const int64_t number = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return number;
}

std::string RawDatabase::Bytes(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sql;
  EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW) << sql;
  const char* bytes = static_cast<const char*>(sqlite3_column_blob(statement, 0));
  const std::string copy(bytes == nullptr ? "" : bytes,
                         static_cast<size_t>(sqlite3_column_bytes(statement, 0)));
  sqlite3_finalize(statement);
  return copy;
}

void RawDatabase::Rehash() {
  Run("BEGIN; DELETE FROM log_nodes");
  MerkleFrontier tree;
  const int64_t size = Number("SELECT count(*) FROM log");
  for (int64_t leaf = 0; leaf < size; ++leaf) {
    const std::string where = absl::StrCat(" FROM log WHERE leaf = ", leaf);
    const std::string hash =
        MerkleLeafHash({Bytes("SELECT clear" + where), Bytes("SELECT sealed" + where)});
    Run(absl::StrCat("UPDATE log SET hash = ", Blob(hash), " WHERE leaf = ", leaf));
    for (const MerkleNode& node : tree.Append(hash)) {
      if (node.position.level == 0) continue;
      Run(absl::StrCat("INSERT INTO log_nodes (level, position, hash) VALUES (",
                       node.position.level, ", ", node.position.index, ", ", Blob(node.hash), ")"));
    }
  }
  Run("COMMIT");
}

std::string Blob(absl::string_view bytes) { return absl::StrCat("x'", HexEncode(bytes), "'"); }

}  // namespace dsr
