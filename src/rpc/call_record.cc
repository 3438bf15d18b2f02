#include "rpc/call_record.h"

#include "app/refusal_audit.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "rpc/method_roles.h"

namespace dsr {

absl::Status CallRecord::Admit(RpcContext& context, const grpc::CallbackServerContext& call) {
  const auto header = call.client_metadata().find("authorization");
  if (header != call.client_metadata().end()) {
    principal_ = context.parts().principals.Find(
        absl::string_view(header->second.data(), header->second.size()));
  }
  if (principal_ == nullptr) {
    context.anonymous_refusals().Add();
    return MakeError(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_TOKEN_INVALID,
                     "send a known token as `authorization: Bearer ...`");
  }
  const absl::Status allowed = CheckRole(*principal_, method_);
  if (!allowed.ok()) {
    AuditRefusal(
        context.parts().store, context.parts().clock,
        RefusedCall{
            .actor = principal_->name, .about = method_, .reason = v1::ERROR_REASON_ROLE_MISSING},
        [] {});
  }
  return allowed;
}

void CallRecord::Log(grpc::StatusCode code) const {
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin_);
  dsr::Log(LogLevel::kInfo, "call",
           {{"method", method_},
            {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))},
            {"duration_ms", static_cast<int64_t>(spent.count())},
            {"principal", principal_ == nullptr ? std::string("-") : principal_->name}});
}

absl::Status DeadlinePassed() {
  return MakeError(absl::StatusCode::kDeadlineExceeded, v1::ERROR_REASON_DEADLINE_PASSED,
                   "the call's deadline, or the server's cap, passed before it was carried out");
}

}  // namespace dsr
