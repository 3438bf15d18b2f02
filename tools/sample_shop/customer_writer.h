// Writes the rows of one customer.
#ifndef DSR_TOOLS_SAMPLE_SHOP_CUSTOMER_WRITER_H_
#define DSR_TOOLS_SAMPLE_SHOP_CUSTOMER_WRITER_H_

#include <SQLiteCpp/SQLiteCpp.h>

#include "absl/time/civil_time.h"
#include "sample_shop/customer_plan.h"
#include "sample_shop/random.h"

namespace dsr::sample_shop {

// Writes what the shop itself holds of `plan`, dated before `today`. Throws SQLite::Exception.
void WriteCustomer(SQLite::Database& shop, const CustomerPlan& plan, absl::CivilDay today,
                   Random& random);

// Writes the disclosures of `plan` into the shop's database and what the recipients made of them
// into theirs. Throws SQLite::Exception.
void WriteDisclosures(SQLite::Database& shop, SQLite::Database& recipients,
                      const CustomerPlan& plan, absl::CivilDay today, Random& random);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_CUSTOMER_WRITER_H_
