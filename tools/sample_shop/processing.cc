#include "sample_shop/processing.h"

#include "absl/strings/str_cat.h"
#include "sample_shop/database.h"

namespace dsr::sample_shop {

int64_t ChangeProcessing(SQLite::Database& db, const CategoryTable& table,
                         const std::string& account, v1::TaskKind kind) {
  const auto change = [&](const char* set, const char* where) {
    return Execute(db,
                   absl::StrCat("UPDATE ", table.table, " SET restricted = ", set,
                                " WHERE account_id = ? AND restricted = ", where),
                   account);
  };
  if (kind == v1::TASK_KIND_RESTRICT) return change("2", "0");
  if (kind == v1::TASK_KIND_LIFT_RESTRICTION) return change("0", "2");
  Execute(db, "UPDATE accounts SET tracking = 0 WHERE account_id = ?", account);
  return QueryNumber(
      db, absl::StrCat("SELECT count(*) FROM ", table.table, " WHERE account_id = ?"), account);
}

}  // namespace dsr::sample_shop
