// CreateRequest.
#include <utility>

#include "dsr/base/errors.h"
#include "dsr/v1/request_service.pb.h"
#include "rpc/mutations.h"
#include "rpc/request_checks.h"
#include "rpc/services.h"

namespace dsr {
namespace {

Actor ToActor(const UnaryCall& call) { return call.principal().ToActor(); }

}  // namespace

void AddRequestFiling(RpcService& service) {
  service.Unary<v1::CreateRequestRequest>(
      "CreateRequest", [](const std::shared_ptr<UnaryCall>& call, v1::CreateRequestRequest in) {
        absl::StatusOr<CallContext> context = MutationContext(*call, in, AnswerRequest);
        if (!context.ok()) return call->Fail(context.status());
        const RpcParts& parts = call->context().parts();
        const auto rulebook = parts.rulebooks.CurrentRulebook(in.request().type());
        // A question about the policy can come from somebody without an account.
        const bool needs_account =
            !rulebook.ok() || (*rulebook)->workflow.initiation() != v1::INITIATION_UNVERIFIED ||
            !in.request().requester().has_reply_to();
        if (absl::Status status = CheckNewRequest(in.request(), needs_account); !status.ok()) {
          return call->Fail(status);
        }
        if (!rulebook.ok()) return call->Fail(rulebook.status());
        if ((*rulebook)->workflow.initiation() == v1::INITIATION_COMPANY &&
            !ToActor(*call).HasRole("privacy_officer")) {
          return call->Fail(MakeError(absl::StatusCode::kPermissionDenied,
                                      v1::ERROR_REASON_ROLE_MISSING,
                                      "only a privacy officer files what the company does itself",
                                      {{"method", call->method()}}));
        }
        parts.executor.File(FiledFrom(in.request()), *std::move(context), AnswerTo(call));
      });
}

}  // namespace dsr
