#include "sample_shop/systems.h"

namespace dsr::sample_shop {

namespace {

std::vector<DataSystem> MakeSystems() {
  std::vector<DataSystem> systems = {
      {"profile",
       "Customer profiles",
       {{"account", "customers", nullptr},
        {"addresses", "addresses", nullptr},
        {"reviews", "reviews", nullptr},
        {"consents", "consents", nullptr}},
       {v1::TASK_KIND_RESOLVE_CONTACT, v1::TASK_KIND_COLLECT, v1::TASK_KIND_CORRECT,
        v1::TASK_KIND_ERASE, v1::TASK_KIND_CLOSE_ACCOUNT}},
      {"orders",
       "Order management",
       {{"orders", "orders", "completed_day"}},
       {v1::TASK_KIND_COLLECT, v1::TASK_KIND_CORRECT, v1::TASK_KIND_ERASE,
        v1::TASK_KIND_CHECK_BLOCKERS}},
      {"payments",
       "Payments and balances",
       {{"payments", "payments", "completed_day"}},
       {v1::TASK_KIND_COLLECT, v1::TASK_KIND_ERASE, v1::TASK_KIND_CHECK_BLOCKERS}},
      {"browsing",
       "Browsing and search history",
       {{"browsing", "browsing", nullptr}, {"search", "searches", nullptr}},
       {v1::TASK_KIND_COLLECT, v1::TASK_KIND_ERASE, v1::TASK_KIND_CLOSE_ACCOUNT}},
      {"recommendation",
       "Recommendations and automated decisions",
       {{"recommendation", "recommendation_tags", nullptr}, {"decisions", "decisions", nullptr}},
       {v1::TASK_KIND_COLLECT, v1::TASK_KIND_ERASE, v1::TASK_KIND_FETCH_DECISION,
        v1::TASK_KIND_APPLY_REMEDY}},
  };
  // Whoever holds data can be asked to leave it alone.
  for (DataSystem& system : systems) {
    system.kinds.insert(system.kinds.end(),
                        {v1::TASK_KIND_RESTRICT, v1::TASK_KIND_LIFT_RESTRICTION,
                         v1::TASK_KIND_STOP_PROCESSING, v1::TASK_KIND_STOP_COLLECTION});
  }
  return systems;
}

}  // namespace

const std::vector<DataSystem>& DataSystems() {
  static const auto& systems = *new std::vector<DataSystem>(MakeSystems());
  return systems;
}

const DataSystem* FindSystem(absl::string_view id) {
  for (const DataSystem& system : DataSystems()) {
    if (id == system.id) return &system;
  }
  return nullptr;
}

const CategoryTable* FindCategory(const DataSystem& system, absl::string_view category) {
  for (const CategoryTable& table : system.categories) {
    if (category == table.category) return &table;
  }
  return nullptr;
}

}  // namespace dsr::sample_shop
