#include "rpc/rpc_service.h"

#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "rpc/size_checks.h"

namespace dsr {

using grpc::internal::RpcMethod;
using grpc::internal::RpcServiceMethod;

absl::Status ParseCall(const grpc::ByteBuffer& bytes, google::protobuf::Message& in) {
  grpc::ByteBuffer copy(bytes);
  if (copy.Length() == 0) return absl::OkStatus();
  grpc::ProtoBufferReader reader(&copy);
  if (reader.status().ok() && in.ParseFromZeroCopyStream(&reader)) return CheckSizes(in);
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_FIELD_INVALID,
                   absl::StrCat("the call's message is not a ", in.GetDescriptor()->full_name(),
                                ", or one of its texts is not UTF-8"));
}

absl::Status RpcService::CheckSize(const grpc::ByteBuffer& bytes, size_t least_limit) const {
  const size_t most = std::max(context_.parts().max_message_bytes, least_limit);
  if (bytes.Length() <= most) return absl::OkStatus();
  return MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_MESSAGE_TOO_LARGE,
                   absl::StrCat("the call's message has more than ", most, " bytes"));
}

const char* RpcService::AddPath(const std::string& name) {
  return paths_.emplace_back(absl::StrCat("/", service_.full_name(), "/", name)).c_str();
}

void RpcService::AddUnary(const std::string& name, UnaryHandler handler, size_t least_limit) {
  const int index = static_cast<int>(paths_.size());
  AddMethod(new RpcServiceMethod(AddPath(name), RpcMethod::NORMAL_RPC, nullptr));
  MarkMethodRawCallback(
      index, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                 [this, name, least_limit, handler = std::move(handler)](
                     grpc::CallbackServerContext* call, const grpc::ByteBuffer* in,
                     grpc::ByteBuffer* out) -> grpc::ServerUnaryReactor* {
                   const auto begun = UnaryCall::Begin(context_, call, name, out);
                   if (!begun->Admit(in->Length())) return begun.get();
                   const absl::Status size = CheckSize(*in, least_limit);
                   size.ok() ? handler(begun, *in) : begun->Fail(size);
                   return begun.get();
                 }));
}

void RpcService::AddStream(const std::string& name, StreamHandler handler) {
  const int index = static_cast<int>(paths_.size());
  AddMethod(new RpcServiceMethod(AddPath(name), RpcMethod::SERVER_STREAMING, nullptr));
  MarkMethodRawCallback(
      index, new grpc::internal::CallbackServerStreamingHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                 [this, name, handler = std::move(handler)](
                     grpc::CallbackServerContext* call,
                     const grpc::ByteBuffer* in) -> grpc::ServerWriteReactor<grpc::ByteBuffer>* {
                   const auto begun = StreamCall::Begin(context_, call, name);
                   if (!begun->Admit(in->Length())) return begun.get();
                   const absl::Status size = CheckSize(*in);
                   size.ok() ? handler(begun, *in) : begun->End(size);
                   return begun.get();
                 }));
}

}  // namespace dsr
