// Fills the shop's and the recipients' databases with invented customers.
#ifndef DSR_TOOLS_SAMPLE_SHOP_GENERATOR_H_
#define DSR_TOOLS_SAMPLE_SHOP_GENERATOR_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "sample_shop/database.h"

namespace dsr::sample_shop {

// The same values give the same rows.
struct GenerateOptions {
  uint64_t seed = 1;
  // How many customers in all; never fewer than the personas.
  int64_t customers = 400;
  // Everything generated happened before the day of this instant.
  absl::Time now;
};

// Fills two databases that have been created and hold nothing. Errors of Database::Transact.
absl::Status Generate(const GenerateOptions& options, Database& shop, Database& recipients);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_GENERATOR_H_
