// WorkflowService: workflows as loaded.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/strip.h"
#include "app/not_found.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "dsr/v1/workflow_service.pb.h"
#include "dsr/workflow/definitions.h"
#include "rpc/reads.h"
#include "rpc/services.h"

namespace dsr {
namespace {

void ListWorkflows(const std::shared_ptr<UnaryCall>& call, const v1::ListWorkflowsRequest&) {
  const DefinitionFiles& files = call->context().parts().rulebooks.files();
  v1::ListWorkflowsResponse out;
  for (const auto& [name, workflow] : files.workflows) {
    *out.add_workflows() = files.Ref(DefinitionKind::kWorkflow, name);
  }
  call->Succeed(out);
}

void GetWorkflow(const std::shared_ptr<UnaryCall>& call, const v1::GetWorkflowRequest& in) {
  absl::string_view name = in.name();
  if (!absl::ConsumePrefix(&name, "workflows/") || name.empty()) {
    return call->Fail(
        MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "name", "has the form workflows/{name}"));
  }
  if (in.version() < 0) {
    return call->Fail(MakeFieldError(v1::ERROR_REASON_FIELD_INVALID, "version", "is not negative"));
  }
  AnswerFromStore<v1::GetWorkflowResponse>(
      call,
      [call, in,
       name = std::string(name)](ReadView& view) -> absl::StatusOr<v1::GetWorkflowResponse> {
        const DefinitionFiles& files = call->context().parts().rulebooks.files();
        int version = in.version();
        if (version == 0) {
          if (!files.workflows.contains(name)) return ResourceNotFound(in.name());
          version = files.Ref(DefinitionKind::kWorkflow, name).version();
        }
        DSR_ASSIGN_OR_RETURN(const std::optional<Definition> found,
                             view.FindDefinition(DefinitionKind::kWorkflow, name, version));
        if (!found.has_value()) return ResourceNotFound(in.name());
        v1::GetWorkflowResponse out;
        *out.mutable_ref() = found->ref;
        DSR_ASSIGN_OR_RETURN(*out.mutable_workflow(), ParseWorkflow(found->text));
        return out;
      });
}

void CheckWorkflow(const std::shared_ptr<UnaryCall>& call, v1::CheckWorkflowRequest in) {
  if (in.text().empty()) {
    return call->Fail(MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, "text", "is required"));
  }
  const bool taken = call->context().RunSoon(call->principal(), [call, in = std::move(in)] {
    const DefinitionFiles& files = call->context().parts().rulebooks.files();
    v1::CheckWorkflowResponse out;
    for (const Finding& finding :
         CheckWorkflowText("text", in.text(), files.policy, files.templates)) {
      v1::WorkflowFinding& told = *out.add_findings();
      told.set_line(finding.line);
      told.set_description(finding.description);
    }
    call->Succeed(out);
  });
  if (!taken) call->Fail(TooBusy());
}

}  // namespace

void AddWorkflowMethods(RpcService& service) {
  service.Unary<v1::ListWorkflowsRequest>("ListWorkflows", ListWorkflows);
  service.Unary<v1::GetWorkflowRequest>("GetWorkflow", GetWorkflow);
  service.Unary<v1::CheckWorkflowRequest>("CheckWorkflow", CheckWorkflow);
}

}  // namespace dsr
