// The shop's own database.
#ifndef DSR_TOOLS_SAMPLE_SHOP_SHOP_SCHEMA_H_
#define DSR_TOOLS_SAMPLE_SHOP_SHOP_SCHEMA_H_

#include "sample_shop/database.h"

namespace dsr::sample_shop {

// Accounts, one table for each data category, the disclosures that happened, and the ledger of
// tasks.
//
// A row with `restricted = 1` is kept because a law says so and is used for nothing else: the
// shop's daily work reads the views `shop_*`, which leave it out. Days are text, `2026-03-01`;
// times are text in UTC, `2026-03-01T08:00:00Z`; money is in fen.
extern const Schema kShopSchema;

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_SHOP_SCHEMA_H_
