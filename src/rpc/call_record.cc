#include "rpc/call_record.h"

#include <grpc/grpc_security_constants.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "app/refusal_audit.h"
#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"
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

absl::string_view View(grpc::string_ref text) {
  return absl::string_view(text.data(), text.size());
}

absl::string_view PropertyOf(const grpc::AuthContext& peer, const char* name) {
  const std::vector<grpc::string_ref> values = peer.FindPropertyValues(name);
  return values.empty() ? absl::string_view() : View(values.front());
}

// The bytes stay those of `call` and `peer`.
Credentials CredentialsOf(const grpc::CallbackServerContext& call, const grpc::AuthContext& peer) {
  Credentials credentials;
  const auto headers = call.client_metadata().equal_range("authorization");
  for (auto header = headers.first; header != headers.second; ++header) {
    credentials.authorizations.push_back(View(header->second));
  }
  credentials.certificate = PropertyOf(peer, GRPC_X509_PEM_CERT_PROPERTY_NAME);
  credentials.certificate_chain = PropertyOf(peer, GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME);
  return credentials;
}

}  // namespace

absl::Status CallRecord::Admit(RpcContext& context, const grpc::CallbackServerContext& call) {
  const std::shared_ptr<const grpc::AuthContext> peer = call.auth_context();
  absl::StatusOr<Caller> caller =
      context.parts().authenticator.Authenticate(CredentialsOf(call, *peer));
  if (!caller.ok()) {
    context.anonymous_refusals().Add();
    return caller.status();
  }
  caller_ = *std::move(caller);
  DSR_RETURN_IF_ERROR(CheckRole(principal(), method_));
  return CheckScope(caller_.scopes, method_);
}

void CallRecord::AuditIfRefused(RpcContext& context, const absl::Status& status,
                                std::function<void()> answer) const {
  if (caller_.principal == nullptr || !IsRefusal(status) || IsMarkedAudited(status)) return answer();
  AuditRefusal(
      context.parts().store, context.parts().clock,
      RefusedCall{
          .actor = principal().name, .about = AboutOf(method_, status), .reason = ReasonOf(status)},
      std::move(answer));
}

void CallRecord::Log(grpc::StatusCode code) const {
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin_);
  dsr::Log(
      LogLevel::kInfo, "call",
      {{"method", method_},
       {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))},
       {"duration_ms", static_cast<int64_t>(spent.count())},
       {"principal", caller_.principal == nullptr ? std::string("-") : caller_.principal->name}});
}

absl::Status DeadlinePassed() {
  return MakeError(absl::StatusCode::kDeadlineExceeded, v1::ERROR_REASON_DEADLINE_PASSED,
                   "the call's deadline, or the server's cap, passed before it was carried out");
}

}  // namespace dsr
