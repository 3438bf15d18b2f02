// CreateRequest.
#include <utility>

#include "dsr/v1/request_service.pb.h"
#include "rpc/mutations.h"
#include "rpc/request_checks.h"
#include "rpc/services.h"

namespace dsr {

void AddRequestFiling(RpcService& service) {
  service.Unary<v1::CreateRequestRequest>(
      "CreateRequest", [](const std::shared_ptr<UnaryCall>& call, v1::CreateRequestRequest in) {
        absl::StatusOr<CallContext> context = MutationContext(*call, in, AnswerRequest);
        if (!context.ok()) return call->Fail(context.status());
        if (absl::Status status = CheckNewRequest(in.request()); !status.ok()) {
          return call->Fail(status);
        }
        const RpcParts& parts = call->context().parts();
        const absl::Status known = parts.rulebooks.CurrentRulebook(in.request().type()).status();
        if (!known.ok()) return call->Fail(known);
        parts.executor.File(FiledFrom(in.request()), *std::move(context), AnswerTo(call));
      });
}

}  // namespace dsr
