#include "rpc/request_filters.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsr/workflow/regions.h"

namespace dsr {

void CheckOrigin(const DefinitionFiles& files, const std::string& type, const std::string& region,
                 FieldErrors& errors) {
  if (!type.empty() && !files.workflows.contains(type)) {
    std::vector<std::string> types;
    for (const auto& [name, workflow] : files.workflows) types.push_back(name);
    errors.AddInvalid("type", absl::StrCat("is one of ", absl::StrJoin(types, ", ")));
  }
  if (!region.empty() && !IsRegion(region))
    errors.AddInvalid("region", "is an ISO 3166 code such as `CN` or `CN-33`");
}

}  // namespace dsr
