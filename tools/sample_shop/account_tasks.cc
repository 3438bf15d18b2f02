#include "sample_shop/account_tasks.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sample_shop/database.h"
#include "sample_shop/shop_day.h"

namespace dsr::sample_shop {
namespace {

// As many as a report may hold.
constexpr size_t kMaxBlockers = 100;

v1::ReportedBlocker Blocker(absl::string_view id, absl::string_view kind,
                            absl::string_view description) {
  v1::ReportedBlocker blocker;
  blocker.set_id(std::string(id));
  blocker.set_kind(std::string(kind));
  blocker.set_description(std::string(description));
  return blocker;
}

std::vector<v1::ReportedBlocker> OpenOrders(SQLite::Database& db, const std::string& account) {
  std::vector<v1::ReportedBlocker> blockers;
  SQLite::Statement orders(db,
                           "SELECT id, item FROM orders WHERE account_id = ? AND completed_day IS "
                           "NULL ORDER BY id");
  Bind(orders, account);
  while (orders.executeStep() && blockers.size() < kMaxBlockers) {
    const std::string id = orders.getColumn(0).getString();
    blockers.push_back(Blocker(id, "open-order",
                               absl::StrCat("Order ", id, " (", orders.getColumn(1).getString(),
                                            ") is not completed. Confirm receipt or cancel it.")));
  }
  return blockers;
}

std::vector<v1::ReportedBlocker> OpenBalance(SQLite::Database& db, const std::string& account) {
  const int64_t fen =
      QueryNumber(db, "SELECT balance_fen FROM balances WHERE account_id = ?", account);
  if (fen == 0) return {};
  return {Blocker("balance", "balance",
                  absl::StrFormat("The balance is CNY %d.%02d. Spend it or withdraw it.", fen / 100,
                                  fen % 100))};
}

}  // namespace

std::optional<v1::Contact> ResolveContact(SQLite::Database& db, const std::string& account) {
  std::optional<std::string> email = QueryText(
      db, "SELECT email FROM customers WHERE account_id = ? AND restricted <> 1", account);
  if (!email.has_value()) return std::nullopt;
  v1::Contact contact;
  contact.set_channel("email");
  contact.set_address(*std::move(email));
  return contact;
}

std::vector<v1::ReportedBlocker> CheckBlockers(SQLite::Database& db, absl::string_view system,
                                               const std::string& account) {
  if (system == "orders") return OpenOrders(db, account);
  if (system == "payments") return OpenBalance(db, account);
  return {};
}

std::vector<v1::ReportedBlocker> CloseAccount(SQLite::Database& db, absl::string_view system,
                                              const std::string& account) {
  if (system == "profile") {
    std::vector<v1::ReportedBlocker> blockers = OpenOrders(db, account);
    for (v1::ReportedBlocker& blocker : OpenBalance(db, account)) {
      blockers.push_back(std::move(blocker));
    }
    if (!blockers.empty()) return blockers;
    Execute(db, "UPDATE accounts SET state = 'closed', tracking = 0 WHERE account_id = ?", account);
  } else {
    Execute(db, "UPDATE accounts SET tracking = 0 WHERE account_id = ?", account);
  }
  return {};
}

void ClearBlockers(SQLite::Database& db, const std::string& account, absl::CivilDay today) {
  // A payment's term counts from its order's completion, too.
  for (const char* table : {"orders", "payments"}) {
    Execute(db,
            absl::StrCat("UPDATE ", table,
                         " SET completed_day = ? WHERE account_id = ? AND completed_day IS NULL"),
            DayText(today), account);
  }
  Execute(db, "UPDATE balances SET balance_fen = 0 WHERE account_id = ?", account);
}

bool AccountExists(SQLite::Database& db, const std::string& account) {
  return QueryNumber(db, "SELECT count(*) FROM accounts WHERE account_id = ?", account) > 0;
}

}  // namespace dsr::sample_shop
