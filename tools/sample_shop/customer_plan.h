// What the shop shall hold about one customer.
#ifndef DSR_TOOLS_SAMPLE_SHOP_CUSTOMER_PLAN_H_
#define DSR_TOOLS_SAMPLE_SHOP_CUSTOMER_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sample_shop/random.h"

namespace dsr::sample_shop {

// One disclosure to a recipient of recipients.h.
struct PlannedDisclosure {
  std::string recipient;
  // The recipient also holds an authorisation of the subject's own, for all it received.
  bool own_authorisation = false;
};

// A value, from which the rows follow.
struct CustomerPlan {
  std::string account;
  std::string name;
  std::string phone;
  std::string email;
  std::vector<std::string> addresses;
  // For each completed order, how many days ago it was completed.
  std::vector<int64_t> completed_orders;
  int64_t open_orders = 0;
  int64_t balance_fen = 0;
  int64_t pages_viewed = 0;
  int64_t searches = 0;
  int64_t tags = 0;
  bool credit_line_rejected = false;
  bool coupon_blocked = false;
  std::vector<PlannedDisclosure> disclosures;
};

// Returns the account id of the customer with this number, such as `u-100017` for 17.
std::string AccountId(int64_t number);

// Returns the part of an account id that its records' ids share, such as `100017`.
std::string AccountNumber(absl::string_view account);

// Returns the id of the credit-line decision about this account, such as `dec-credit-100017`.
std::string CreditDecisionId(absl::string_view account);

// Returns the id of the coupon decision about this account.
std::string CouponDecisionId(absl::string_view account);

// Returns a plan for an invented customer. Names, numbers and addresses belong to nobody: phone
// numbers have a prefix that is not assigned, mail goes to example domains.
CustomerPlan InventCustomer(int64_t number, Random& random);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_CUSTOMER_PLAN_H_
