// AssignRequest: who works on a request.
#include <algorithm>
#include <memory>
#include <string>

#include "dsr/v1/request_service.pb.h"
#include "dsr/workflow/command.h"
#include "dsr/workflow/names.h"
#include "rpc/field_checks.h"
#include "rpc/mutations.h"
#include "rpc/services.h"

namespace dsr {
namespace {

constexpr char kChildrensRole[] = "children_privacy";

// An assignee may be somebody whom only the caller's tool knows; nothing is said of such.
bool IsKnownToLackRole(const PrincipalDirectory& principals, const std::string& assignee) {
  const std::shared_ptr<const Principal> known = principals.FindNamed(assignee);
  return known != nullptr &&
         std::find(known->roles.begin(), known->roles.end(), kChildrensRole) == known->roles.end();
}

void AssignRequestTo(const std::shared_ptr<UnaryCall>& call, const v1::AssignRequestRequest& in) {
  const absl::StatusOr<RequestId> request = ParseRequestName(in.name());
  if (!request.ok()) return call->Fail(request.status());
  FieldErrors errors;
  if (!in.assignee().empty()) CheckWord(in.assignee(), "assignee", 100, errors);
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  AssignRequest command{
      .assignee = in.assignee(),
      .lacks_childrens_role = IsKnownToLackRole(call->context().parts().principals, in.assignee())};
  Carry(call, in, AnswerRequest,
        [request = *request, command](const ContentSealer&) -> absl::StatusOr<PlannedCommand> {
          return PlannedCommand{.request = request, .command = command};
        });
}

}  // namespace

void AddRequestAssignment(RpcService& service) {
  service.Unary<v1::AssignRequestRequest>("AssignRequest", AssignRequestTo);
}

}  // namespace dsr
