#include "sample_shop/customer_plan.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "sample_shop/recipients.h"

namespace dsr::sample_shop {
namespace {

constexpr const char* kFamilyNames[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"};
constexpr const char* kGivenNames[] = {"伟",   "芳", "娜", "敏", "静",
                                       "秀英", "丽", "强", "磊", "洋"};
constexpr const char* kLatinFirst[] = {"Anna",  "Björn", "Chloé", "David", "Elena",
                                       "Farid", "Grace", "Hugo",  "Inés",  "Jonas"};
constexpr const char* kLatinLast[] = {"Almeida", "Brown",  "Castillo", "Dubois", "Evans",
                                      "Fischer", "García", "Haddad",   "Ivanov", "Jensen"};
constexpr const char* kDomains[] = {"example.com", "example.org", "example.net"};
constexpr const char* kCities[] = {"杭州市西湖区", "上海市徐汇区", "北京市朝阳区", "成都市武侯区",
                                   "广州市天河区"};
constexpr const char* kStreets[] = {"示例路", "样本街", "测试大道", "范本巷"};

// The law keeps orders for three years: a customer has some on both sides of that.
constexpr int64_t kThreeYearsDays = 1096;

std::string InventAddress(Random& random) {
  // One choice a statement: the order in which operands are evaluated is the compiler's choice.
  std::string address = random.Pick(kCities);
  address += random.Pick(kStreets);
  absl::StrAppend(&address, random.Between(1, 999), "号");
  return address;
}

}  // namespace

std::string AccountId(int64_t number) { return absl::StrCat("u-", 100000 + number); }

std::string AccountNumber(absl::string_view account) {
  return std::string(absl::StripPrefix(account, "u-"));
}

std::string CreditDecisionId(absl::string_view account) {
  return absl::StrCat("dec-credit-", AccountNumber(account));
}

std::string CouponDecisionId(absl::string_view account) {
  return absl::StrCat("dec-coupon-", AccountNumber(account));
}

CustomerPlan InventCustomer(int64_t number, Random& random) {
  CustomerPlan plan;
  plan.account = AccountId(number);
  if (random.Chance(70)) {
    plan.name = random.Pick(kFamilyNames);
    plan.name += random.Pick(kGivenNames);
  } else {
    plan.name = random.Pick(kLatinFirst);
    plan.name += " ";
    plan.name += random.Pick(kLatinLast);
  }
  plan.phone = absl::StrFormat("+86 100 %04d %04d", number / 10000, number % 10000);
  plan.email = absl::StrCat("customer-", number, "@", random.Pick(kDomains));
  const int64_t addresses = random.Between(1, 3);
  for (int64_t i = 0; i < addresses; ++i) plan.addresses.push_back(InventAddress(random));
  const int64_t old_orders = random.Between(0, 4);
  for (int64_t i = 0; i < old_orders; ++i) {
    plan.completed_orders.push_back(random.Between(kThreeYearsDays + 1, 2000));
  }
  const int64_t young_orders = random.Between(0, 6);
  for (int64_t i = 0; i < young_orders; ++i) {
    plan.completed_orders.push_back(random.Between(5, kThreeYearsDays - 1));
  }
  plan.open_orders = random.Chance(20) ? random.Between(1, 2) : 0;
  plan.balance_fen = random.Chance(15) ? random.Between(1, 50000) : 0;
  plan.pages_viewed = random.Between(3, 25);
  plan.searches = random.Between(1, 12);
  plan.tags = random.Between(1, 5);
  plan.credit_line_rejected = random.Chance(10);
  plan.coupon_blocked = random.Chance(10);
  for (const ShopRecipient& recipient : ShopRecipients()) {
    if (!random.Chance(50)) continue;
    const bool is_processor = recipient.relation == v1::RECIPIENT_RELATION_ENTRUSTED_PROCESSOR;
    plan.disclosures.push_back({recipient.id, !is_processor && random.Chance(15)});
  }
  return plan;
}

}  // namespace dsr::sample_shop
