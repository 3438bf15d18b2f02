#include "app/policy_as_of.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/definitions.h"
#include "dsr/workflow/names.h"

namespace dsr {
namespace {

// Ids tell when a request was filed, to the millisecond.
absl::StatusOr<std::vector<storage::v1::RequestState>> LastFiledBy(ReadView& view,
                                                                   absl::Time time) {
  RequestQuery query;
  const absl::Time next = std::max(time, absl::UnixEpoch()) + absl::Milliseconds(1);
  if (time != absl::InfiniteFuture()) query.after_id = RequestId::Make(next, {});
  query.limit = 1;
  return view.ListRequests(query);
}

// Not the policy that the request is pinned to now: it may have been migrated since.
absl::StatusOr<v1::DefinitionRef> PolicyAtFiling(ReadView& view,
                                                 const storage::v1::RequestState& state) {
  DSR_ASSIGN_OR_RETURN(const RequestId id, ParseRequestName(state.request().name()));
  DSR_ASSIGN_OR_RETURN(const std::vector<StoredEvent> events,
                       view.ListEvents(id, /*after_sequence=*/0, /*limit=*/1));
  storage::v1::Event filed;
  if (events.empty() || !filed.ParseFromString(events.front().clear)) {
    return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                     "the first event of a request cannot be read");
  }
  return filed.request_filed().pins().policy();
}

}  // namespace

absl::StatusOr<v1::Policy> PolicyAsOf(ReadView& view, absl::Time time) {
  DSR_ASSIGN_OR_RETURN(const std::vector<storage::v1::RequestState> last, LastFiledBy(view, time));
  std::optional<Definition> policy;
  if (!last.empty()) {
    DSR_ASSIGN_OR_RETURN(const v1::DefinitionRef ref, PolicyAtFiling(view, last.front()));
    DSR_ASSIGN_OR_RETURN(policy,
                         view.FindDefinition(DefinitionKind::kPolicy, ref.name(), ref.version()));
  }
  if (!policy.has_value()) {
    DSR_ASSIGN_OR_RETURN(policy, view.FindFirstDefinition(DefinitionKind::kPolicy));
  }
  if (!policy.has_value()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                     "the database holds no policy; no server has used it");
  }
  return ParsePolicy(policy->text);
}

}  // namespace dsr
