#include "rpc/call_record.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "app/refusal_audit.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/workflow/names.h"
#include "rpc/method_roles.h"

namespace dsr {
namespace {

// The method, and the request where the error names one. Other names than those that dsrd gives may
// say what should not be in the log.
std::string AboutOf(const std::string& method, const absl::Status& status) {
  const std::optional<v1::ErrorInfo> info = ErrorInfoOf(status);
  if (!info.has_value() || !info->metadata().contains("resource")) return method;
  const std::vector<std::string> segments = absl::StrSplit(info->metadata().at("resource"), '/');
  if (segments.size() < 2) return method;
  const absl::StatusOr<RequestId> id =
      ParseRequestName(absl::StrCat(segments[0], "/", segments[1]));
  return id.ok() ? absl::StrCat(method, " ", RequestName(*id)) : method;
}

}  // namespace

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
  return CheckRole(*principal_, method_);
}

void CallRecord::AuditIfRefused(RpcContext& context, const absl::Status& status,
                                std::function<void()> answer) const {
  if (principal_ == nullptr || !IsRefusal(status) || IsMarkedAudited(status)) return answer();
  AuditRefusal(
      context.parts().store, context.parts().clock,
      RefusedCall{
          .actor = principal_->name, .about = AboutOf(method_, status), .reason = ReasonOf(status)},
      std::move(answer));
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
