// Calls dsrd as one principal.
#ifndef DSR_TOOLS_SAMPLE_SHOP_RPC_CALLER_H_
#define DSR_TOOLS_SAMPLE_SHOP_RPC_CALLER_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dsr::sample_shop {

// How long a call may take, unless it waits on purpose.
inline constexpr absl::Duration kCallTimeout = absl::Seconds(5);

// Returns a channel without TLS. INVALID_ARGUMENT unless `address` is on loopback: tokens and
// personal data travel in the clear. After a lost connection it tries again every second at the
// latest.
absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectLoopback(const std::string& address);

// Returns the token in `<directory>/<principal>.token`. Errors of ReadFile.
absl::StatusOr<std::string> ReadToken(absl::string_view directory, absl::string_view principal);

// Returns `status` with the ErrorInfo that came with it, so that ReasonOf and ErrorInfoOf work.
// Without its message: what a server writes does not belong into the shop's logs.
absl::Status FromGrpc(const grpc::Status& status);

// Returns the UUID that these parts always give: an idempotency key that survives a restart.
std::string DerivedKey(std::initializer_list<absl::string_view> parts);

// Thread-safe, as its channel is.
class RpcCaller {
 public:
  RpcCaller(std::shared_ptr<grpc::Channel> channel, std::string token)
      : channel_(std::move(channel)), authorization_("Bearer " + std::move(token)) {}

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // Makes one call and blocks for at most `timeout`: `Call(*stub, &Stub::GetNotice, request)`.
  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Call(
      Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
      const Request& request, absl::Duration timeout = kCallTimeout) const {
    grpc::ClientContext context;
    context.AddMetadata("authorization", authorization_);
    context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout));
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response;
  }

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  const std::string authorization_;
};

// Tells whether the same call may work later: the server is away, busy or overloaded.
bool IsTransient(const absl::Status& status);

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_RPC_CALLER_H_
