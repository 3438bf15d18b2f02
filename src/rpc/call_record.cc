#include "rpc/call_record.h"

#include <grpc/grpc_security_constants.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "app/rate_limited.h"
#include "app/refusal_audit.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"
#include "dsr/workflow/names.h"
#include "rpc/caller_errors.h"
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

std::string PropertyOf(const grpc::AuthContext& peer, const char* name) {
  const std::vector<grpc::string_ref> values = peer.FindPropertyValues(name);
  return values.empty() ? "" : std::string(values.front().data(), values.front().size());
}

}  // namespace

absl::Status CallRecord::Admit(RpcContext& context, const grpc::CallbackServerContext& call) {
  DSR_RETURN_IF_ERROR(context.call_limits().CheckPeer(call.peer()));
  KeepCredentials(call);
  absl::StatusOr<Caller> caller = Authenticate(context);
  if (!caller.ok()) {
    DSR_RETURN_IF_ERROR(context.call_limits().CountUnknown(call.peer()));
    context.anonymous_refusals().Add();
    return caller.status();
  }
  caller_ = *std::move(caller);
  DSR_ASSIGN_OR_RETURN(place_, context.call_limits().Admit(principal()));
  return CheckMethod(caller_);
}

absl::Status CallRecord::AdmitAgain(RpcContext& context) const {
  const absl::StatusOr<Caller> present = Authenticate(context);
  if (!present.ok()) {
    context.anonymous_refusals().Add();
    return present.status();
  }
  if (present->principal->name != principal().name) {
    return CallerUnknown("what the call showed is now another principal's");
  }
  return CheckMethod(*present);
}

void CallRecord::KeepCredentials(const grpc::CallbackServerContext& call) {
  const auto headers = call.client_metadata().equal_range("authorization");
  for (auto header = headers.first; header != headers.second; ++header) {
    authorizations_.emplace_back(header->second.data(), header->second.size());
  }
  const std::shared_ptr<const grpc::AuthContext> peer = call.auth_context();
  certificate_ = PropertyOf(*peer, GRPC_X509_PEM_CERT_PROPERTY_NAME);
  certificate_chain_ = PropertyOf(*peer, GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME);
}

absl::StatusOr<Caller> CallRecord::Authenticate(RpcContext& context) const {
  Credentials credentials{.certificate = certificate_, .certificate_chain = certificate_chain_};
  credentials.authorizations.assign(authorizations_.begin(), authorizations_.end());
  return context.parts().authenticator.Authenticate(credentials);
}

absl::Status CallRecord::CheckMethod(const Caller& caller) const {
  DSR_RETURN_IF_ERROR(CheckRole(*caller.principal, method_));
  return CheckScope(caller.scopes, method_);
}

void CallRecord::AuditIfRefused(RpcContext& context, const absl::Status& status,
                                std::function<void()> answer) const {
  if (caller_.principal == nullptr || !IsRefusal(status) || IsMarkedAudited(status))
    return answer();
  AuditRefusal(
      context.parts().store, context.parts().clock,
      RefusedCall{
          .actor = principal().name, .about = AboutOf(method_, status), .reason = ReasonOf(status)},
      std::move(answer));
}

void CallRecord::CountIfLimited(RpcContext& context, const absl::Status& status) {
  const std::string limit = LimitOf(status);
  if (limit.empty()) return;
  is_limited_ = true;
  const std::string principal = caller_.principal == nullptr ? "" : caller_.principal->name;
  context.limited_calls().Add(principal, limit);
  CallObserver* const observer = context.parts().observer;
  if (observer != nullptr) observer->OnLimited(principal, limit);
}

void CallRecord::Begin(RpcContext& context) const {
  CallObserver* const observer = context.parts().observer;
  if (observer != nullptr) observer->OnBegin(method_);
}

void CallRecord::End(RpcContext& context, grpc::StatusCode code) const {
  const absl::Duration spent = absl::FromChrono(std::chrono::steady_clock::now() - begin_);
  CallObserver* const observer = context.parts().observer;
  if (observer != nullptr) observer->OnEnd(method_, code, spent);
  // Of those beyond a limit LimitedCalls tells, once a minute.
  Log(is_limited_ ? LogLevel::kDebug : LogLevel::kInfo, "call",
      {{"method", method_},
       {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))},
       {"duration_ms", absl::ToInt64Milliseconds(spent)},
       {"principal", caller_.principal == nullptr ? std::string("-") : caller_.principal->name}});
}

absl::Status DeadlinePassed() {
  return MakeError(absl::StatusCode::kDeadlineExceeded, v1::ERROR_REASON_DEADLINE_PASSED,
                   "the call's deadline, or the server's cap, passed before it was carried out");
}

}  // namespace dsr
