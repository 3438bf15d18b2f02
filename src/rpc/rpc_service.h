// A gRPC service made of handlers.
#ifndef DSR_RPC_RPC_SERVICE_H_
#define DSR_RPC_RPC_SERVICE_H_

#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "rpc/rpc_context.h"
#include "rpc/stream_call.h"
#include "rpc/unary_call.h"

namespace dsr {

// Reads a call's message. Errors: INVALID_ARGUMENT FIELD_INVALID when it is damaged or a text is
// not UTF-8; those of CheckSizes.
absl::Status ParseCall(const grpc::ByteBuffer& bytes, google::protobuf::Message& in);

// Takes the bytes of each call, not the message: gRPC answers a message that cannot be read with
// UNIMPLEMENTED, where the API promises INVALID_ARGUMENT. Every call is admitted, by token and
// role, before its message is measured and read. Handlers run on gRPC's threads and do not block.
class RpcService final : public grpc::Service {
 public:
  // `context` outlives the service. `service` is one of the API's.
  RpcService(RpcContext& context, const google::protobuf::ServiceDescriptor& service)
      : context_(context), service_(service) {}

  // Serves the unary method `name`; its request message is `In`. A message of up to `least_limit`
  // bytes is taken whatever the configured limit is.
  template <class In>
  void Unary(const std::string& name,
             std::function<void(const std::shared_ptr<UnaryCall>&, In)> handler,
             size_t least_limit = 0) {
    AddUnary(
        name,
        [handler = std::move(handler)](const std::shared_ptr<UnaryCall>& call,
                                       const grpc::ByteBuffer& bytes) {
          In in;
          if (absl::Status status = ParseCall(bytes, in); !status.ok()) return call->Fail(status);
          handler(call, std::move(in));
        },
        least_limit);
  }

  // Serves the server-streaming method `name`.
  template <class In>
  void Stream(const std::string& name,
              std::function<void(const std::shared_ptr<StreamCall>&, In)> handler) {
    AddStream(name, [handler = std::move(handler)](const std::shared_ptr<StreamCall>& call,
                                                   const grpc::ByteBuffer& bytes) {
      In in;
      if (absl::Status status = ParseCall(bytes, in); !status.ok()) return call->End(status);
      handler(call, std::move(in));
    });
  }

  // Tells whether every method of the service has a handler.
  bool is_complete() const { return static_cast<int>(paths_.size()) == service_.method_count(); }

 private:
  using UnaryHandler =
      std::function<void(const std::shared_ptr<UnaryCall>&, const grpc::ByteBuffer&)>;
  using StreamHandler =
      std::function<void(const std::shared_ptr<StreamCall>&, const grpc::ByteBuffer&)>;

  void AddUnary(const std::string& name, UnaryHandler handler, size_t least_limit);
  void AddStream(const std::string& name, StreamHandler handler);
  // RESOURCE_EXHAUSTED MESSAGE_TOO_LARGE.
  absl::Status CheckSize(const grpc::ByteBuffer& bytes, size_t least_limit = 0) const;
  // Returns the method's path, valid as long as this.
  const char* AddPath(const std::string& name);

  RpcContext& context_;
  const google::protobuf::ServiceDescriptor& service_;
  std::deque<std::string> paths_;
};

}  // namespace dsr

#endif  // DSR_RPC_RPC_SERVICE_H_
