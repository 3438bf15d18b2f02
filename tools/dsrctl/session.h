// Calls of the server: channel, token, deadline, idempotency keys, retries.
#ifndef DSR_TOOLS_DSRCTL_SESSION_H_
#define DSR_TOOLS_DSRCTL_SESSION_H_

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/status_macros.h"
#include "dsrctl/errors.h"
#include "dsrctl/server_channel.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/sync_stream.h"

namespace dsr::dsrctl {

// Where the server is and how to call it.
struct SessionOptions {
  std::string server;           // host:port, or unix:PATH
  TlsOptions tls;               // without: not encrypted, on loopback only
  std::string token_file;       // empty: no token is sent
  absl::Duration timeout;       // of each call, streams apart
  std::string idempotency_key;  // empty: a random one
  bool verbose = false;
  // Waits between attempts; absl::SleepFor unless a test says otherwise.
  std::function<void(absl::Duration)> sleep;
};

// How often a call, or a stream that broke off without anything new, is tried.
inline constexpr int kAttempts = 4;

// Calls the server on behalf of one command. The first call reads the token and connects, so
// commands that need no server need no token either. Blocks. Not thread-safe.
class Session {
 public:
  // `messages` takes what -v prints; it outlives this.
  Session(SessionOptions options, std::ostream& messages);

  // Makes a unary call. A request with an `idempotency_key` gets one unless it has it; the same key
  // goes with every attempt, of which there are up to four while the server is UNAVAILABLE, or says
  // when a limit lets the call pass and that is within the timeout. Errors: those of the server;
  // INVALID_ARGUMENT for files that cannot be used, or a server beyond loopback without TLS.
  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    DSR_RETURN_IF_ERROR(Connect());
    Request prepared = request;
    AddIdempotencyKey(prepared);
    Stub stub(channel_);
    Response response;
    DSR_RETURN_IF_ERROR(Attempt([&](grpc::ClientContext& context) {
      response.Clear();
      return (stub.*method)(&context, prepared, &response);
    }));
    return response;
  }

  // Reads a stream until it ends or `on_item` returns false or an error, once. The stream has no
  // deadline of its own; the server's cap may end it.
  template <class Stub, class Request, class Response, class OnItem>
  absl::Status Stream(std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(
                          grpc::ClientContext*, const Request&),
                      const Request& request, OnItem on_item) {
    DSR_RETURN_IF_ERROR(Connect());
    Stub stub(channel_);
    grpc::ClientContext context;
    AddToken(context);
    const auto reader = (stub.*method)(&context, request);
    Response response;
    while (reader->Read(&response)) {
      const absl::StatusOr<bool> go_on = on_item(response);
      if (!go_on.ok() || !*go_on) {
        context.TryCancel();
        reader->Finish();
        return go_on.status();
      }
    }
    return FromGrpcStatus(reader->Finish());
  }

  // The key of the first mutating call of this command; that of the option when it was given.
  const std::string& idempotency_key();

  // The key that the option gave; empty when it did not. Of no use after idempotency_key().
  const std::string& given_idempotency_key() const { return options_.idempotency_key; }

  // Waits before attempt number `failures` + 1. Grows from 0.2 s to 2 s.
  void BackOff(int failures);

 private:
  absl::Status Connect();
  void AddToken(grpc::ClientContext& context) const;
  void AddIdempotencyKey(google::protobuf::Message& request);
  absl::Status Attempt(const std::function<grpc::Status(grpc::ClientContext&)>& call);

  SessionOptions options_;
  std::ostream& messages_;
  std::shared_ptr<grpc::Channel> channel_;
  std::string token_;
  int keys_used_ = 0;
};

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_SESSION_H_
