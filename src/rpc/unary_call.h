// One unary call under way.
#ifndef DSR_RPC_UNARY_CALL_H_
#define DSR_RPC_UNARY_CALL_H_

#include <grpcpp/alarm.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message_lite.h"
#include "rpc/call_record.h"
#include "rpc/rpc_context.h"

namespace dsr {

// Answers a unary call exactly once, from whichever thread is first; later answers are dropped. A
// call without a deadline ends with DEADLINE_PASSED at the server's cap. Whoever will answer keeps
// a shared pointer. Thread-safe; no method blocks.
class UnaryCall : public grpc::ServerUnaryReactor, public std::enable_shared_from_this<UnaryCall> {
 public:
  // `context` outlives the call; `call` and `out` are gRPC's.
  static std::shared_ptr<UnaryCall> Begin(RpcContext& context, grpc::CallbackServerContext* call,
                                          std::string method, grpc::ByteBuffer* out);

  // Finds out who calls; false when the call was refused, and is answered or will be.
  // `message_bytes` are those of the call's message.
  bool Admit(size_t message_bytes);

  RpcContext& context() const { return context_; }
  const std::string& method() const { return record_.method(); }
  const Principal& principal() const { return record_.principal(); }

  // Nobody waits for the answer any more: it was given, or the client is gone. A command that has
  // not begun need not begin.
  bool is_over() const { return is_answered_ || is_cancelled_; }

  // What the client's deadline or the cap leaves.
  absl::Duration time_left() const { return time_left_; }

  void Succeed(const google::protobuf::MessageLite& answer) { Succeed(answer.SerializeAsString()); }
  // `answer` is the serialised response message.
  void Succeed(std::string answer);
  // A refusal is in the audit log before it is told.
  void Fail(const absl::Status& status);

 private:
  UnaryCall(RpcContext& context, grpc::CallbackServerContext* call, std::string method,
            grpc::ByteBuffer* out);

  void OnCancel() override { is_cancelled_ = true; }
  void OnDone() override;

  RpcContext& context_;
  grpc::CallbackServerContext* const call_;  // valid until OnDone
  grpc::ByteBuffer* const out_;              // valid until OnDone
  CallRecord record_;
  absl::Duration time_left_;
  std::atomic<bool> is_answered_ = false;
  std::atomic<bool> is_cancelled_ = false;
  grpc::StatusCode code_ = grpc::StatusCode::UNKNOWN;
  std::optional<grpc::Alarm> cap_;
  HeldRefusals::Place held_;
  std::optional<grpc::Alarm> held_end_;
  // Keeps the reactor alive until gRPC is done with it.
  std::shared_ptr<UnaryCall> self_;
};

}  // namespace dsr

#endif  // DSR_RPC_UNARY_CALL_H_
