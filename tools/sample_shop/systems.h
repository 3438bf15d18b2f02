// The shop's data systems and where each keeps its data categories.
#ifndef DSR_TOOLS_SAMPLE_SHOP_SYSTEMS_H_
#define DSR_TOOLS_SAMPLE_SHOP_SYSTEMS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "dsr/v1/task.pb.h"

namespace dsr::sample_shop {

// Where the rows of a data category are. Every such table has the columns id, account_id and
// restricted.
struct CategoryTable {
  const char* category;
  const char* table;
  // The column with the day from which the law counts, or nullptr when nothing must be kept.
  const char* anchor;
};

// One data system.
struct DataSystem {
  const char* id;
  const char* title;
  std::vector<CategoryTable> categories;
  std::vector<v1::TaskKind> kinds;
};

// All of them: profile, orders, payments, browsing, recommendation.
const std::vector<DataSystem>& DataSystems();

// Returns the system with this id, or nullptr. The pointer is valid for ever.
const DataSystem* FindSystem(absl::string_view id);

// Returns where `system` keeps `category`, or nullptr when it does not hold it.
const CategoryTable* FindCategory(const DataSystem& system, absl::string_view category);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_SYSTEMS_H_
