// AssignRequest and HandOverRequest: who works on a request.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "app/staff.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/request_service.pb.h"
#include "dsr/workflow/command.h"
#include "dsr/workflow/names.h"
#include "rpc/field_checks.h"
#include "rpc/mutations.h"
#include "rpc/services.h"

namespace dsr {
namespace {

constexpr char kChildrensRole[] = "children_privacy";
constexpr absl::string_view kWorkingRoles[] = {"verifier", "caseworker", "reviewer",
                                               "privacy_officer"};

// An assignee may be somebody whom only the caller's tool knows; nothing is said of such.
bool IsKnownToLackRole(PrincipalFile& principals, const std::string& assignee) {
  const std::shared_ptr<const Principal> known = principals.Present()->FindNamed(assignee);
  return known != nullptr && !absl::c_linear_search(known->roles, kChildrensRole);
}

bool IsKnownNotToWorkOnRequests(PrincipalFile& principals, const std::string& assignee) {
  const std::shared_ptr<const Principal> known = principals.Present()->FindNamed(assignee);
  return known != nullptr && absl::c_none_of(known->roles, [](const std::string& role) {
           return absl::c_linear_search(kWorkingRoles, role);
         });
}

// What the store, the token file and the policy in force say against a new assignment. A rejection
// of the command, so that a call that is repeated gets the answer it got first.
absl::Status ObstacleTo(const RpcParts& parts, const std::string& assignee,
                        const std::string& team) {
  if (IsKnownNotToWorkOnRequests(parts.principals, assignee)) {
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "assignee",
                          "has none of the roles that work on requests");
  }
  const auto& teams = parts.rulebooks.files().policy.teams();
  const bool is_team = team.empty() || absl::c_any_of(teams, [&](const v1::Team& known) {
                         return known.name() == team;
                       });
  if (!is_team)
    return MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "team", "is one of the policy's teams");
  return parts.store.Read(
      [&](ReadView& view) { return CheckPresent(view, assignee, parts.clock.Now()); });
}

void AssignRequestTo(const std::shared_ptr<UnaryCall>& call, const v1::AssignRequestRequest& in) {
  const absl::StatusOr<RequestId> request = ParseRequestName(in.name());
  if (!request.ok()) return call->Fail(request.status());
  FieldErrors errors;
  if (!in.assignee().empty()) CheckWord(in.assignee(), "assignee", 100, errors);
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  Carry(call, in, AnswerRequest,
        [request = *request, in,
         &parts = call->context().parts()](const ContentSealer&) -> absl::StatusOr<PlannedCommand> {
          return PlannedCommand{
              .request = request,
              .command = AssignRequest{
                  .assignee = in.assignee(),
                  .team = in.team(),
                  .obstacle = ObstacleTo(parts, in.assignee(), in.team()),
                  .lacks_childrens_role = IsKnownToLackRole(parts.principals, in.assignee())}};
        });
}

void HandOver(const std::shared_ptr<UnaryCall>& call, const v1::HandOverRequestRequest& in) {
  const absl::StatusOr<RequestId> request = ParseRequestName(in.name());
  if (!request.ok()) return call->Fail(request.status());
  FieldErrors errors;
  CheckWord(in.assignee(), "assignee", 100, errors);
  CheckText(in.note(), "note", 1, kMaxText, errors);
  if (!errors.empty()) return call->Fail(errors.ToStatus());
  Carry(call, in, AnswerRequest,
        [request = *request, in, &parts = call->context().parts()](
            const ContentSealer& sealer) -> absl::StatusOr<PlannedCommand> {
          storage::v1::Event event;
          storage::v1::RequestAssigned& assigned = *event.mutable_request_assigned();
          assigned.set_assignee(in.assignee());
          assigned.set_team(in.team());
          assigned.set_note(in.note());
          DSR_ASSIGN_OR_RETURN(PreparedContent prepared, sealer.Prepare(request, std::move(event)));
          return PlannedCommand{
              .request = request,
              .command = HandOverRequest{.assigned = prepared.clear.request_assigned(),
                                         .obstacle = ObstacleTo(parts, in.assignee(), in.team()),
                                         .lacks_childrens_role =
                                             IsKnownToLackRole(parts.principals, in.assignee())},
              .content = std::move(prepared.content)};
        });
}

}  // namespace

void AddRequestAssignment(RpcService& service) {
  service.Unary<v1::AssignRequestRequest>("AssignRequest", AssignRequestTo);
  service.Unary<v1::HandOverRequestRequest>("HandOverRequest", HandOver);
}

}  // namespace dsr
