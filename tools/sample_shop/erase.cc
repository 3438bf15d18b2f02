#include "sample_shop/erase.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sample_shop/database.h"
#include "sample_shop/shop_day.h"

namespace dsr::sample_shop {
namespace {

int EraseExpired(SQLite::Database& db, const CategoryTable& table, const std::string& account,
                 const v1::PlanItem& item, const std::string& scope) {
  if (table.anchor == nullptr || !item.has_erase_anchored_until()) return 0;
  // A comparison with NULL is not true: a record without an anchor day stays.
  return Execute(db,
                 absl::StrCat("DELETE FROM ", table.table, " WHERE account_id = ?", scope, " AND ",
                              table.anchor, " <= ?"),
                 account, DayText(item.erase_anchored_until()));
}

void ReportRetained(SQLite::Database& db, const CategoryTable& table, const std::string& account,
                    absl::CivilDay today, v1::CategoryResult& result) {
  const std::string anchor = table.anchor == nullptr ? "NULL" : table.anchor;
  SQLite::Statement groups(
      db, absl::StrCat("SELECT coalesce(", anchor, ", ?) AS anchor_day, count(*) FROM ",
                       table.table, " WHERE account_id = ? AND restricted = 1",
                       " GROUP BY anchor_day ORDER BY anchor_day"));
  Bind(groups, DayText(today), account);
  while (groups.executeStep()) {
    v1::RetainedGroup* group = result.add_retained();
    *group->mutable_anchor_day() = ToDate(groups.getColumn(0).getString());
    group->set_records(groups.getColumn(1).getInt64());
  }
}

}  // namespace

v1::CategoryResult EraseCategory(SQLite::Database& db, const CategoryTable& table,
                                 const std::string& account, const v1::PlanItem& item,
                                 bool retained_only, absl::CivilDay today) {
  v1::CategoryResult result;
  result.set_category(table.category);
  const std::string scope = retained_only ? " AND restricted = 1" : "";
  if (item.action() == v1::RETENTION_ACTION_ERASE) {
    result.set_records(Execute(
        db, absl::StrCat("DELETE FROM ", table.table, " WHERE account_id = ?", scope), account));
  } else if (item.action() == v1::RETENTION_ACTION_ERASE_EXPIRED_RESTRICT_REST ||
             item.action() == v1::RETENTION_ACTION_RESTRICT) {
    if (item.action() != v1::RETENTION_ACTION_RESTRICT) {
      result.set_records(EraseExpired(db, table, account, item, scope));
    }
    if (!retained_only) {
      Execute(db, absl::StrCat("UPDATE ", table.table, " SET restricted = 1 WHERE account_id = ?"),
              account);
    }
    ReportRetained(db, table, account, today, result);
  }
  if (absl::string_view(table.category) == "payments") {
    // A balance that is left is the company's debt to the person; deleting data does not discharge
    // it.
    Execute(db, "DELETE FROM balances WHERE account_id = ? AND balance_fen = 0", account);
  }
  Execute(db, "DELETE FROM uploads WHERE account_id = ? AND category = ?", account, table.category);
  return result;
}

}  // namespace dsr::sample_shop
