// What the databases hold about one account, for looking into them from outside.
#ifndef DSR_TOOLS_SAMPLE_SHOP_SHOW_H_
#define DSR_TOOLS_SAMPLE_SHOP_SHOW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sample_shop/database.h"

namespace dsr::sample_shop {

// Rows of one category.
struct CategoryCount {
  std::string category;
  // In daily use.
  int64_t live = 0;
  // Kept because a law says so.
  int64_t restricted = 0;
};

// One automated decision.
struct ShownDecision {
  std::string id;
  std::string result;
  std::string result_in_force;
};

// What one recipient holds. The values are empty where it holds none.
struct ShownRecipient {
  std::string recipient;
  int64_t rows = 0;
  std::string name;
  std::string phone;
  std::string address;
};

// A value.
struct AccountView {
  std::string account;
  // `active`, `closed`, or `unknown`.
  std::string state;
  // Behaviour is still collected.
  bool is_tracked = false;
  int64_t open_orders = 0;
  int64_t balance_fen = 0;
  // In the order of the data systems.
  std::vector<CategoryCount> categories;
  // What corrections change; empty where the profile is gone.
  std::string name;
  std::string phone;
  std::string email;
  std::vector<std::string> addresses;
  std::vector<ShownDecision> decisions;
  // Those to whom data of this account went.
  std::vector<ShownRecipient> recipients;
};

// Reads it. An unknown account is no error. Errors of Database::Transact.
absl::StatusOr<AccountView> ViewAccount(Database& shop, Database& recipients,
                                        absl::string_view account);

// Returns the view as one JSON object:
// {"account","state","tracked","open_orders","balance_fen","categories":{name:{"live","restricted"}},
//  "fields":{"name","phone","email","addresses":[]},"decisions":{id:{"result","result_in_force"}},
//  "recipients":{id:{"rows","name","phone","address"}}}
std::string ViewAsJson(const AccountView& view);

// Returns the view as lines for people.
std::string ViewAsText(const AccountView& view);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_SHOW_H_
