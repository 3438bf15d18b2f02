// One server-streaming call under way.
#ifndef DSR_RPC_STREAM_CALL_H_
#define DSR_RPC_STREAM_CALL_H_

#include <grpcpp/alarm.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "dsr/base/mutex.h"
#include "google/protobuf/message_lite.h"
#include "rpc/call_record.h"
#include "rpc/rpc_context.h"

namespace dsr {

// Sends what a source produces, piece by piece and no faster than the client reads.
//
// The source runs on a thread of the context's pool, never twice at once, and each time does
// exactly one thing: Write, Park or End. After a write it runs again; after Park, when somebody
// rings. A ring that comes while it runs is not lost. Before each run it is looked again whether
// the caller may call: who was refused meanwhile gets no further piece. A stream without a deadline
// ends with DEADLINE_PASSED at RpcContext::kStreamCap. Thread-safe; no method blocks.
class StreamCall : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                   public std::enable_shared_from_this<StreamCall> {
 public:
  // `context` outlives the call; `call` is gRPC's.
  static std::shared_ptr<StreamCall> Begin(RpcContext& context, grpc::CallbackServerContext* call,
                                           std::string method);

  // Finds out who calls; false when the call was refused, and has ended or will. `message_bytes`
  // are those of the call's message.
  bool Admit(size_t message_bytes);

  RpcContext& context() const { return context_; }
  const Principal& principal() const { return record_.principal(); }

  // Begins to run `source`. Once. What it holds is let go when the call is done; it may hold no
  // shared pointer to the call.
  void Run(std::function<void(StreamCall&)> source);

  void Write(const google::protobuf::MessageLite& message);
  void Park();
  // A refusal is in the audit log before it is told.
  void End(const absl::Status& status);
  // Lets the source run again.
  void Ring();

 private:
  enum class Phase { kIdle, kRunning, kParked, kWriting, kEnded };

  StreamCall(RpcContext& context, grpc::CallbackServerContext* call, std::string method);

  void Schedule();
  void EndWith(const grpc::Status& status);
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  RpcContext& context_;
  grpc::CallbackServerContext* const call_;  // valid until OnDone
  CallRecord record_;
  std::function<void(StreamCall&)> source_;
  grpc::ByteBuffer buffer_;
  std::optional<grpc::Alarm> cap_;
  HeldRefusals::Place held_;
  std::optional<grpc::Alarm> held_end_;
  Mutex mutex_;
  Phase phase_ ABSL_GUARDED_BY(mutex_) = Phase::kIdle;
  bool is_rung_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  // The end that waits for a write under way.
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  grpc::StatusCode code_ = grpc::StatusCode::UNKNOWN;
  // Keeps the reactor alive until gRPC is done with it.
  std::shared_ptr<StreamCall> self_;
};

}  // namespace dsr

#endif  // DSR_RPC_STREAM_CALL_H_
