#include "sample_shop/collect.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sample_shop/database.h"
#include "sample_shop/json.h"

namespace dsr::sample_shop {
namespace {

std::string RowAsJson(SQLite::Statement& row) {
  JsonObject object;
  for (int i = 0; i < row.getColumnCount(); ++i) {
    const SQLite::Column column = row.getColumn(i);
    const absl::string_view name = row.getColumnName(i);
    if (name == "restricted") {
      if (column.getInt() == 1) object.Bool(name, true);
    } else if (column.isInteger()) {
      object.Number(name, column.getInt64());
    } else if (column.isText()) {
      object.Text(name, column.getString());
    }
  }
  return object.ToString();
}

void AddRecord(Collected& collected, absl::string_view json) {
  absl::StrAppend(&collected.lines, json, "\n");
  ++collected.records;
}

}  // namespace

Collected CollectCategory(SQLite::Database& db, const CategoryTable& table,
                          const std::string& account) {
  Collected collected;
  SQLite::Statement rows(
      db, absl::StrCat("SELECT * FROM ", table.table, " WHERE account_id = ? ORDER BY id"));
  Bind(rows, account);
  while (rows.executeStep()) AddRecord(collected, RowAsJson(rows));
  if (absl::string_view(table.category) == "payments") {
    const int64_t balance =
        QueryNumber(db, "SELECT balance_fen FROM balances WHERE account_id = ?", account);
    if (balance > 0) {
      AddRecord(collected, JsonObject()
                               .Text("id", "balance")
                               .Text("account_id", account)
                               .Number("balance_fen", balance)
                               .ToString());
    }
  }
  return collected;
}

}  // namespace dsr::sample_shop
