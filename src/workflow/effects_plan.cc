#include <algorithm>
#include <set>
#include <string>

#include "workflow/children.h"
#include "workflow/effects.h"
#include "workflow/retention.h"

namespace dsr {

void ComputePlan(Deciding& deciding) {
  const Rulebook& rulebook = deciding.rulebook();
  const v1::Request& request = deciding.request();
  const std::set<std::string> asked = CategoriesToServe(request);
  storage::v1::Event event;
  storage::v1::PlanComputed& computed = *event.mutable_plan_computed();
  for (const v1::DataSystem& system : deciding.facts().systems) {
    const auto& kinds = system.task_kinds();
    if (std::find(kinds.begin(), kinds.end(), v1::TASK_KIND_ERASE) == kinds.end()) continue;
    for (const std::string& name : system.categories()) {
      if (!asked.contains(name)) continue;
      const v1::Category* category = rulebook.FindCategory(name);
      *computed.add_items() =
          PlanItemFor(deciding, name, system.name(),
                      category == nullptr ? google::protobuf::RepeatedPtrField<v1::RetentionRule>()
                                          : category->retention());
    }
  }
  deciding.Emit(std::move(event));
}

}  // namespace dsr
