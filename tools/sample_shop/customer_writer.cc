#include "sample_shop/customer_writer.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sample_shop/database.h"
#include "sample_shop/json.h"
#include "sample_shop/shop_day.h"

namespace dsr::sample_shop {
namespace {

constexpr const char* kItems[] = {"蓝牙耳机", "保温杯", "儿童图书", "跑步鞋",      "desk lamp",
                                  "teapot",   "毛毯",   "机械键盘", "rice cooker", "雨伞"};
constexpr const char* kReviewWords[] = {"很好", "物流很快", "works well", "一般", "too small"};
constexpr const char* kTags[] = {"outdoor", "baby-care", "electronics", "home", "books", "sports"};
constexpr const char* kMethods[] = {"bank-card", "wallet"};
constexpr const char* kConsents[] = {"personalised-advertising", "marketing-messages",
                                     "cross-border-transfer"};

// An id such as `ord-100017-003`: sorted as text, records come in the order they were made.
std::string RecordId(const char* kind, const CustomerPlan& plan, int64_t number) {
  return absl::StrFormat("%s-%s-%03d", kind, AccountNumber(plan.account), number);
}

std::string RandomTime(absl::CivilDay day, Random& random) {
  return TimeText(absl::FromCivil(day, ShopZone()) + absl::Seconds(random.Below(86400)));
}

void WriteProfile(SQLite::Database& shop, const CustomerPlan& plan, absl::CivilDay today,
                  Random& random) {
  Execute(shop, "INSERT INTO accounts (account_id) VALUES (?)", plan.account);
  Execute(shop,
          "INSERT INTO customers (id, account_id, name, phone, email, registered_day) "
          "VALUES (?, ?, ?, ?, ?, ?)",
          RecordId("cus", plan, 1), plan.account, plan.name, plan.phone, plan.email,
          DayText(today - 2100 - random.Below(400)));
  int64_t number = 0;
  for (const std::string& address : plan.addresses) {
    Execute(shop, "INSERT INTO addresses (id, account_id, address) VALUES (?, ?, ?)",
            RecordId("adr", plan, ++number), plan.account, address);
  }
  number = 0;
  for (const char* purpose : kConsents) {
    const std::string state = random.Chance(80) ? "given" : "withdrawn";
    Execute(shop,
            "INSERT INTO consents (id, account_id, purpose, state, change_time) "
            "VALUES (?, ?, ?, ?, ?)",
            RecordId("con", plan, ++number), plan.account, purpose, state,
            RandomTime(today - random.Between(1, 900), random));
  }
}

void WriteOrder(SQLite::Database& shop, const CustomerPlan& plan, int64_t number,
                absl::CivilDay created, const std::optional<std::string>& completed,
                Random& random) {
  const std::string item = random.Pick(kItems);
  const int64_t amount = random.Between(900, 120000);
  const std::string order = RecordId("ord", plan, number);
  Execute(shop,
          "INSERT INTO orders (id, account_id, item, amount_fen, receiver, created_day, "
          "completed_day) VALUES (?, ?, ?, ?, ?, ?, ?)",
          order, plan.account, item, amount, plan.name, DayText(created), completed);
  const std::string reference = "txn-" + random.Word(10);
  const std::string method = random.Pick(kMethods);
  Execute(
      shop,
      "INSERT INTO payments (id, account_id, order_id, reference, method, amount_fen, paid_day, "
      "completed_day) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      RecordId("pmt", plan, number), plan.account, order, reference, method, amount,
      DayText(created), completed);
  if (completed.has_value() && number % 2 == 1) {
    const int64_t stars = random.Between(1, 5);
    Execute(shop,
            "INSERT INTO reviews (id, account_id, item, stars, words, written_day) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            RecordId("rev", plan, number), plan.account, item, stars, random.Pick(kReviewWords),
            *completed);
  }
}

void WriteOrders(SQLite::Database& shop, const CustomerPlan& plan, absl::CivilDay today,
                 Random& random) {
  int64_t number = 0;
  for (const int64_t days : plan.completed_orders) {
    const absl::CivilDay completed = today - days;
    WriteOrder(shop, plan, ++number, completed - random.Between(2, 10), DayText(completed), random);
  }
  for (int64_t i = 0; i < plan.open_orders; ++i) {
    WriteOrder(shop, plan, ++number, today - random.Between(1, 4), std::nullopt, random);
  }
  Execute(shop, "INSERT INTO balances (account_id, balance_fen) VALUES (?, ?)", plan.account,
          plan.balance_fen);
}

void WriteHistory(SQLite::Database& shop, const CustomerPlan& plan, absl::CivilDay today,
                  Random& random) {
  for (int64_t i = 1; i <= plan.pages_viewed; ++i) {
    const std::string page = absl::StrCat("/items/", random.Pick(kItems));
    Execute(shop, "INSERT INTO browsing (id, account_id, page, view_time) VALUES (?, ?, ?, ?)",
            RecordId("brw", plan, i), plan.account, page,
            RandomTime(today - random.Between(1, 180), random));
  }
  for (int64_t i = 1; i <= plan.searches; ++i) {
    const std::string words = random.Pick(kItems);
    Execute(shop, "INSERT INTO searches (id, account_id, words, search_time) VALUES (?, ?, ?, ?)",
            RecordId("sea", plan, i), plan.account, words,
            RandomTime(today - random.Between(1, 180), random));
  }
  for (int64_t i = 1; i <= plan.tags; ++i) {
    const std::string tag = random.Pick(kTags);
    Execute(shop,
            "INSERT INTO recommendation_tags (id, account_id, tag, weight_percent) "
            "VALUES (?, ?, ?, ?)",
            RecordId("tag", plan, i), plan.account, tag, random.Between(1, 100));
  }
}

void WriteDecision(SQLite::Database& shop, const CustomerPlan& plan, const std::string& id,
                   const char* kind, const char* decided_by, const std::string& inputs,
                   const char* result, const std::string& decide_time) {
  Execute(shop,
          "INSERT INTO decisions (id, account_id, kind, decided_by, inputs, result, "
          "result_in_force, decide_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          id, plan.account, kind, decided_by, inputs, result, result, decide_time);
}

void WriteDecisions(SQLite::Database& shop, const CustomerPlan& plan, absl::CivilDay today,
                    Random& random) {
  if (plan.credit_line_rejected) {
    const std::string inputs = JsonObject()
                                   .Number("score", random.Between(380, 549))
                                   .Number("threshold", 550)
                                   .Number("late_payments", random.Between(1, 4))
                                   .ToString();
    WriteDecision(shop, plan, CreditDecisionId(plan.account), "credit-line", "credit-model-3",
                  inputs, "rejected", RandomTime(today - random.Between(3, 30), random));
  }
  if (plan.coupon_blocked) {
    const std::string inputs = JsonObject()
                                   .Number("coupons_used_in_30_days", random.Between(20, 60))
                                   .Number("limit", 20)
                                   .ToString();
    WriteDecision(shop, plan, CouponDecisionId(plan.account), "coupon", "coupon-risk-rule-7",
                  inputs, "blocked", RandomTime(today - random.Between(3, 30), random));
  }
}

}  // namespace

void WriteCustomer(SQLite::Database& shop, const CustomerPlan& plan, absl::CivilDay today,
                   Random& random) {
  WriteProfile(shop, plan, today, random);
  WriteOrders(shop, plan, today, random);
  WriteHistory(shop, plan, today, random);
  WriteDecisions(shop, plan, today, random);
}

}  // namespace dsr::sample_shop
