#include "rpc/request_filters.h"

#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsr/workflow/regions.h"
#include "rpc/field_checks.h"

namespace dsr {

namespace {

void CheckOneOf(const std::string& value, absl::string_view field,
                const std::vector<std::string>& all, FieldErrors& errors) {
  if (value.empty() || absl::c_linear_search(all, value)) return;
  errors.AddInvalid(field, absl::StrCat("is one of ", absl::StrJoin(all, ", ")));
}

}  // namespace

void CheckFilters(const DefinitionFiles& files, const RequestFilters& filters,
                  FieldErrors& errors) {
  std::vector<std::string> types;
  for (const auto& [name, workflow] : files.workflows) types.push_back(name);
  CheckOneOf(filters.type, "type", types, errors);
  std::vector<std::string> teams;
  for (const v1::Team& team : files.policy.teams()) teams.push_back(team.name());
  CheckOneOf(filters.team, "team", teams, errors);
  if (!filters.region.empty() && !IsRegion(filters.region))
    errors.AddInvalid("region", "is an ISO 3166 code such as `CN` or `CN-33`");
  CheckText(filters.assignee, "assignee", 0, 100, errors);
  CheckText(filters.channel, "channel", 0, 40, errors);
}

}  // namespace dsr
