#include "sample_shop/generator.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "sample_shop/customer_plan.h"
#include "sample_shop/customer_writer.h"
#include "sample_shop/personas.h"
#include "sample_shop/random.h"
#include "sample_shop/shop_day.h"

namespace dsr::sample_shop {

absl::Status Generate(const GenerateOptions& options, Database& shop, Database& recipients) {
  const absl::CivilDay today = ShopDay(options.now);
  return shop.Transact([&](SQLite::Database& shop_db) {
    return recipients.Transact([&](SQLite::Database& recipients_db) {
      Random random(options.seed);
      const auto write = [&](const CustomerPlan& plan) {
        WriteCustomer(shop_db, plan, today, random);
        WriteDisclosures(shop_db, recipients_db, plan, today, random);
      };
      for (const Persona& persona : Personas()) write(persona.plan);
      const auto personas = static_cast<int64_t>(Personas().size());
      for (int64_t number = personas + 1; number <= std::max(options.customers, personas);
           ++number) {
        write(InventCustomer(number, random));
      }
      return absl::OkStatus();
    });
  });
}

}  // namespace dsr::sample_shop
