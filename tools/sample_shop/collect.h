// COLLECT: what the shop holds of one account in one category.
#ifndef DSR_TOOLS_SAMPLE_SHOP_COLLECT_H_
#define DSR_TOOLS_SAMPLE_SHOP_COLLECT_H_

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <string>

#include "sample_shop/systems.h"

namespace dsr::sample_shop {

// Records as JSON Lines.
struct Collected {
  std::string lines;
  int64_t records = 0;
};

// Reads the records of `account`, one flat object a line, restricted ones too: those carry
// `"restricted": true`. The payments come with the balance, where there is one. Throws
// SQLite::Exception.
Collected CollectCategory(SQLite::Database& db, const CategoryTable& table,
                          const std::string& account);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_COLLECT_H_
