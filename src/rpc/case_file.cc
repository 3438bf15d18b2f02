#include "rpc/case_file.h"

#include <utility>

#include "app/command_executor.h"
#include "dsr/workflow/command.h"

namespace dsr {

void OpenCaseFile(const std::shared_ptr<UnaryCall>& call, const RequestId& request,
                  std::function<void()> then) {
  PlannedCommand planned{.request = request, .command = OpenFile{}};
  CallContext context;
  context.principal = call->principal();
  call->context().parts().executor.Execute(
      std::move(planned), std::move(context),
      [call, then = std::move(then)](absl::StatusOr<ExecutionResult> result) {
        if (!result.ok()) return call->Fail(result.status());
        then();
      });
}

}  // namespace dsr
