#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "sample_shop/customer_writer.h"
#include "sample_shop/database.h"
#include "sample_shop/recipients.h"
#include "sample_shop/shop_day.h"

namespace dsr::sample_shop {
namespace {

// One row at a recipient. Absent values are not what this recipient got.
struct HeldRow {
  std::string category;
  std::optional<std::string> name;
  std::optional<std::string> phone;
  std::optional<std::string> address;
  std::optional<std::string> details;
};

void Insert(SQLite::Database& recipients, const ShopRecipient& recipient,
            const std::string& reference, const HeldRow& row) {
  // The table's name is a constant of this program.
  Execute(recipients,
          absl::StrCat("INSERT INTO ", recipient.table,
                       " (reference, category, name, phone, address, details) "
                       "VALUES (?, ?, ?, ?, ?, ?)"),
          reference, row.category, row.name, row.phone, row.address, row.details);
}

void InsertMany(SQLite::Database& recipients, const ShopRecipient& recipient,
                const std::string& reference, const std::string& category, int64_t count) {
  for (int64_t i = 1; i <= count; ++i) {
    Insert(recipients, recipient, reference,
           {.category = category, .details = absl::StrFormat("%s %03d", category, i)});
  }
}

void WriteHeldRows(SQLite::Database& recipients, const ShopRecipient& recipient,
                   const std::string& reference, const CustomerPlan& plan) {
  for (const std::string category : recipient.categories) {
    if (category == "account") {
      Insert(recipients, recipient, reference,
             {.category = category, .name = plan.name, .phone = plan.phone});
    } else if (category == "addresses") {
      Insert(recipients, recipient, reference,
             {.category = category, .address = plan.addresses.front()});
    } else if (category == "orders" || category == "payments") {
      InsertMany(recipients, recipient, reference, category,
                 static_cast<int64_t>(plan.completed_orders.size()) + plan.open_orders);
    } else if (category == "browsing") {
      InsertMany(recipients, recipient, reference, category, plan.pages_viewed);
    } else if (category == "search") {
      InsertMany(recipients, recipient, reference, category, plan.searches);
    } else {
      InsertMany(recipients, recipient, reference, category, plan.tags);
    }
  }
}

}  // namespace

void WriteDisclosures(SQLite::Database& shop, SQLite::Database& recipients,
                      const CustomerPlan& plan, absl::CivilDay today, Random& random) {
  int64_t number = 0;
  for (const PlannedDisclosure& planned : plan.disclosures) {
    const ShopRecipient* recipient = FindRecipient(planned.recipient);
    if (recipient == nullptr) continue;
    const std::string reference = absl::StrCat(recipient->reference_prefix, random.Word(10));
    const absl::CivilDay day = today - random.Between(2, 300);
    const absl::Time time = absl::FromCivil(day, ShopZone()) + absl::Seconds(random.Below(86400));
    std::optional<std::string> proof;
    if (planned.own_authorisation) {
      proof = absl::StrCat("authorisation AUTH-", random.Word(8), ", in the recipient's keeping");
    }
    Execute(
        shop,
        "INSERT INTO disclosures (id, account_id, recipient, categories, disclose_time, purpose, "
        "method, basis, reference, authorisation_proof) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        absl::StrFormat("dis-%s-%03d", AccountNumber(plan.account), ++number), plan.account,
        recipient->id, absl::StrJoin(recipient->categories, ","), TimeText(time),
        recipient->purpose, recipient->method, recipient->basis, reference, proof);
    WriteHeldRows(recipients, *recipient, reference, plan);
  }
}

}  // namespace dsr::sample_shop
