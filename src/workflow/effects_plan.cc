#include <algorithm>
#include <set>
#include <string>

#include "dsr/workflow/deadline.h"
#include "workflow/children.h"
#include "workflow/effects.h"

namespace dsr {

void ComputePlan(Deciding& deciding) {
  const Rulebook& rulebook = deciding.rulebook();
  const v1::Request& request = deciding.request();
  const std::set<std::string> asked = CategoriesToServe(request);
  const absl::CivilDay today = DayOf(deciding.now(), rulebook.zone);
  storage::v1::Event event;
  storage::v1::PlanComputed& computed = *event.mutable_plan_computed();
  for (const v1::DataSystem& system : deciding.facts().systems) {
    const auto& kinds = system.task_kinds();
    if (std::find(kinds.begin(), kinds.end(), v1::TASK_KIND_ERASE) == kinds.end()) continue;
    for (const std::string& name : system.categories()) {
      if (!asked.contains(name)) continue;
      v1::PlanItem& item = *computed.add_items();
      item.set_category(name);
      item.set_system(system.name());
      item.set_action(v1::RETENTION_ACTION_ERASE);
      const v1::Category* category = rulebook.FindCategory(name);
      if (category == nullptr || !category->has_retention()) continue;
      item.set_action(v1::RETENTION_ACTION_ERASE_EXPIRED_RESTRICT_REST);
      item.set_law(category->retention().law());
      item.set_retention_months(category->retention().months());
      *item.mutable_erase_anchored_until() =
          ToDate(ErasableUntil(rulebook, category->retention(), today));
    }
  }
  deciding.Emit(std::move(event));
}

}  // namespace dsr
