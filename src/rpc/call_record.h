// What is known of a call from its first moment: who calls what, and since when.
#ifndef DSR_RPC_CALL_RECORD_H_
#define DSR_RPC_CALL_RECORD_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "app/principal.h"
#include "rpc/call_limits.h"
#include "rpc/caller.h"
#include "rpc/rpc_context.h"

namespace dsr {

// Not thread-safe but for its const methods, once Admit returned.
class CallRecord {
 public:
  explicit CallRecord(std::string method)
      : method_(std::move(method)), begin_(std::chrono::steady_clock::now()) {}

  // Finds out who calls and whether that principal may call this method, and now. Calls without a
  // known token are counted for the audit log. Errors: those of Authenticator::Authenticate;
  // PERMISSION_DENIED ROLE_MISSING, RESOURCE_EXHAUSTED RATE_LIMITED.
  absl::Status Admit(RpcContext& context, const grpc::CallbackServerContext& call);

  // The same again, later, for a call that goes on: what was shown may have been taken back or have
  // expired, and the roles may have changed. Errors: as Admit. Not before Admit returned OK.
  absl::Status AdmitAgain(RpcContext& context) const;

  const std::string& method() const { return method_; }
  // After Admit returned OK.
  const Principal& principal() const { return *caller_.principal; }

  // Has the audit log know of `status`, the call's error, if it refuses a known caller and is not
  // there yet; then calls `answer`, on the store's completion thread, or at once. Does not block.
  void AuditIfRefused(RpcContext& context, const absl::Status& status,
                      std::function<void()> answer) const;

  // Counts `status`, with which the call ends, if a limit is the reason.
  void CountIfLimited(RpcContext& context, const absl::Status& status);

  // When the call begins and when it has ended: tells the observer, and writes the call's one line
  // to the log. Once each.
  void Begin(RpcContext& context) const;
  void End(RpcContext& context, grpc::StatusCode code) const;

 private:
  void KeepCredentials(const grpc::CallbackServerContext& call);
  absl::StatusOr<Caller> Authenticate(RpcContext& context) const;
  absl::Status CheckMethod(const Caller& caller) const;

  const std::string method_;
  const std::chrono::steady_clock::time_point begin_;
  // What was shown, kept because gRPC's own copy may be gone before the call is.
  std::vector<std::string> authorizations_;
  std::string certificate_;
  std::string certificate_chain_;
  Caller caller_;
  CallLimits::Place place_;
  bool is_limited_ = false;
};

// DEADLINE_EXCEEDED DEADLINE_PASSED.
absl::Status DeadlinePassed();

}  // namespace dsr

#endif  // DSR_RPC_CALL_RECORD_H_
