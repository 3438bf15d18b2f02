#include "sample_shop/show.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "dsr/base/status_macros.h"
#include "sample_shop/json.h"
#include "sample_shop/recipients.h"
#include "sample_shop/systems.h"

namespace dsr::sample_shop {
namespace {

void ReadAccount(SQLite::Database& db, AccountView& view) {
  SQLite::Statement account(db, "SELECT state, tracking FROM accounts WHERE account_id = ?");
  Bind(account, view.account);
  if (!account.executeStep()) {
    view.state = "unknown";
    return;
  }
  view.state = account.getColumn(0).getString();
  view.is_tracked = account.getColumn(1).getInt() == 1;
  view.open_orders =
      QueryNumber(db, "SELECT count(*) FROM orders WHERE account_id = ? AND completed_day IS NULL",
                  view.account);
  view.balance_fen =
      QueryNumber(db, "SELECT balance_fen FROM balances WHERE account_id = ?", view.account);
}

void ReadCategories(SQLite::Database& db, AccountView& view) {
  for (const DataSystem& system : DataSystems()) {
    for (const CategoryTable& table : system.categories) {
      CategoryCount count = {.category = table.category};
      count.live = QueryNumber(
          db, absl::StrCat("SELECT count(*) FROM shop_", table.table, " WHERE account_id = ?"),
          view.account);
      count.restricted = QueryNumber(db,
                                     absl::StrCat("SELECT count(*) FROM ", table.table,
                                                  " WHERE account_id = ? AND restricted <> 0"),
                                     view.account);
      view.categories.push_back(std::move(count));
    }
  }
}

void ReadFields(SQLite::Database& db, AccountView& view) {
  SQLite::Statement customer(db, "SELECT name, phone, email FROM customers WHERE account_id = ?");
  Bind(customer, view.account);
  if (customer.executeStep()) {
    view.name = customer.getColumn(0).getString();
    view.phone = customer.getColumn(1).getString();
    view.email = customer.getColumn(2).getString();
  }
  SQLite::Statement addresses(db, "SELECT address FROM addresses WHERE account_id = ? ORDER BY id");
  Bind(addresses, view.account);
  while (addresses.executeStep()) view.addresses.push_back(addresses.getColumn(0).getString());
  SQLite::Statement decisions(
      db, "SELECT id, result, result_in_force FROM decisions WHERE account_id = ? ORDER BY id");
  Bind(decisions, view.account);
  while (decisions.executeStep()) {
    view.decisions.push_back({.id = decisions.getColumn(0).getString(),
                              .result = decisions.getColumn(1).getString(),
                              .result_in_force = decisions.getColumn(2).getString()});
  }
}

// The recipient and its reference, for each disclosure.
std::vector<std::pair<std::string, std::string>> ReadReferences(SQLite::Database& db,
                                                                const std::string& account) {
  std::vector<std::pair<std::string, std::string>> references;
  SQLite::Statement rows(
      db, "SELECT recipient, reference FROM disclosures WHERE account_id = ? ORDER BY id");
  Bind(rows, account);
  while (rows.executeStep()) {
    references.emplace_back(rows.getColumn(0).getString(), rows.getColumn(1).getString());
  }
  return references;
}

ShownRecipient ReadHeld(SQLite::Database& db, const ShopRecipient& recipient,
                        const std::string& reference) {
  SQLite::Statement row(db,
                        absl::StrCat("SELECT count(*), max(name), max(phone), max(address) FROM ",
                                     recipient.table, " WHERE reference = ?"));
  Bind(row, reference);
  ShownRecipient held = {.recipient = recipient.id};
  if (row.executeStep()) {
    held.rows = row.getColumn(0).getInt64();
    held.name = row.getColumn(1).getString();
    held.phone = row.getColumn(2).getString();
    held.address = row.getColumn(3).getString();
  }
  return held;
}

}  // namespace

absl::StatusOr<AccountView> ViewAccount(Database& shop, Database& recipients,
                                        absl::string_view account) {
  AccountView view;
  view.account = std::string(account);
  std::vector<std::pair<std::string, std::string>> references;
  DSR_RETURN_IF_ERROR(shop.Transact([&](SQLite::Database& db) {
    ReadAccount(db, view);
    ReadCategories(db, view);
    ReadFields(db, view);
    references = ReadReferences(db, view.account);
    return absl::OkStatus();
  }));
  DSR_RETURN_IF_ERROR(recipients.Transact([&](SQLite::Database& db) {
    for (const auto& [id, reference] : references) {
      if (const ShopRecipient* recipient = FindRecipient(id)) {
        view.recipients.push_back(ReadHeld(db, *recipient, reference));
      }
    }
    return absl::OkStatus();
  }));
  return view;
}

std::string ViewAsJson(const AccountView& view) {
  JsonObject categories;
  for (const CategoryCount& count : view.categories) {
    categories.Raw(
        count.category,
        JsonObject().Number("live", count.live).Number("restricted", count.restricted).ToString());
  }
  std::vector<std::string> addresses;
  for (const std::string& address : view.addresses) addresses.push_back(JsonString(address));
  JsonObject decisions;
  for (const ShownDecision& decision : view.decisions) {
    decisions.Raw(decision.id, JsonObject()
                                   .Text("result", decision.result)
                                   .Text("result_in_force", decision.result_in_force)
                                   .ToString());
  }
  JsonObject recipients;
  for (const ShownRecipient& held : view.recipients) {
    recipients.Raw(held.recipient, JsonObject()
                                       .Number("rows", held.rows)
                                       .Text("name", held.name)
                                       .Text("phone", held.phone)
                                       .Text("address", held.address)
                                       .ToString());
  }
  return JsonObject()
      .Text("account", view.account)
      .Text("state", view.state)
      .Bool("tracked", view.is_tracked)
      .Number("open_orders", view.open_orders)
      .Number("balance_fen", view.balance_fen)
      .Raw("categories", categories.ToString())
      .Raw("fields", JsonObject()
                         .Text("name", view.name)
                         .Text("phone", view.phone)
                         .Text("email", view.email)
                         .Raw("addresses", JsonArray(addresses))
                         .ToString())
      .Raw("decisions", decisions.ToString())
      .Raw("recipients", recipients.ToString())
      .ToString();
}

std::string ViewAsText(const AccountView& view) {
  std::string out = absl::StrFormat(
      "account      %s\nstate        %s\ntracked      %s\nopen orders  %d\nbalance      CNY "
      "%d.%02d\n",
      view.account, view.state, view.is_tracked ? "yes" : "no", view.open_orders,
      view.balance_fen / 100, view.balance_fen % 100);
  absl::StrAppendFormat(&out, "name         %s\nphone        %s\nemail        %s\n", view.name,
                        view.phone, view.email);
  for (const std::string& address : view.addresses) {
    absl::StrAppendFormat(&out, "address      %s\n", address);
  }
  absl::StrAppendFormat(&out, "\n%-16s %6s %11s\n", "CATEGORY", "LIVE", "RESTRICTED");
  for (const CategoryCount& count : view.categories) {
    absl::StrAppendFormat(&out, "%-16s %6d %11d\n", count.category, count.live, count.restricted);
  }
  for (const ShownDecision& decision : view.decisions) {
    absl::StrAppendFormat(&out, "\ndecision     %s: %s, in force: %s\n", decision.id,
                          decision.result, decision.result_in_force);
  }
  absl::StrAppendFormat(&out, "\n%-16s %6s\n", "RECIPIENT", "ROWS");
  for (const ShownRecipient& held : view.recipients) {
    absl::StrAppendFormat(&out, "%-16s %6d\n", held.recipient, held.rows);
  }
  return out;
}

}  // namespace dsr::sample_shop
