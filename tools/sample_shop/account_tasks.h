// What is done with an account as a whole: contact point, blockers, closing.
#ifndef DSR_TOOLS_SAMPLE_SHOP_ACCOUNT_TASKS_H_
#define DSR_TOOLS_SAMPLE_SHOP_ACCOUNT_TASKS_H_

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "dsr/v1/task.pb.h"

namespace dsr::sample_shop {

// All of them throw SQLite::Exception.

// Returns the contact point on file; nothing when the account is unknown or its profile was erased.
std::optional<v1::Contact> ResolveContact(SQLite::Database& db, const std::string& account);

// Returns what prevents closing the account, as `system` sees it: open orders for `orders`, a
// balance for `payments`.
std::vector<v1::ReportedBlocker> CheckBlockers(SQLite::Database& db, absl::string_view system,
                                               const std::string& account);

// Stops the service (`profile`) or the collection of behaviour (`browsing`). Again has no effect.
// What has come up since the blockers were checked, such as an order placed a moment ago, is looked
// for in the same transaction: then the service goes on, and this is returned.
std::vector<v1::ReportedBlocker> CloseAccount(SQLite::Database& db, absl::string_view system,
                                              const std::string& account);

// Completes the open orders on `today` and empties the balance, as the person would in the shop.
void ClearBlockers(SQLite::Database& db, const std::string& account, absl::CivilDay today);

// Tells whether the shop has ever had such an account.
bool AccountExists(SQLite::Database& db, const std::string& account);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_ACCOUNT_TASKS_H_
