#include "rpc/stream_call.h"

#include <utility>

#include "app/rate_limited.h"
#include "rpc/call_alarm.h"
#include "rpc/status_conversion.h"

namespace dsr {

StreamCall::StreamCall(RpcContext& context, grpc::CallbackServerContext* call, std::string method)
    : context_(context), call_(call), record_(std::move(method)) {}

std::shared_ptr<StreamCall> StreamCall::Begin(RpcContext& context,
                                              grpc::CallbackServerContext* call,
                                              std::string method) {
  std::shared_ptr<StreamCall> begun(new StreamCall(context, call, std::move(method)));
  begun->self_ = begun;
  begun->record_.Begin(context);
  if (!TimeLeft(*call).has_value()) {
    SetAlarm(begun->cap_.emplace(), RpcContext::kStreamCap, [weak = begun->weak_from_this()] {
      if (const std::shared_ptr<StreamCall> late = weak.lock()) late->End(DeadlinePassed());
    });
  }
  return begun;
}

bool StreamCall::Admit(size_t message_bytes) {
  const absl::Status status = record_.Admit(context_, *call_);
  if (status.ok()) return true;
  record_.CountIfLimited(context_, status);
  if (!LimitOf(status).empty()) {
    held_ = context_.held_refusals().Hold(static_cast<int64_t>(message_bytes));
  }
  if (held_ == nullptr) {
    End(status);
  } else {
    SetAlarm(held_end_.emplace(), context_.held_refusals().NextPause(),
             [weak = weak_from_this(), status] {
               if (const std::shared_ptr<StreamCall> held = weak.lock()) held->End(status);
             });
  }
  return false;
}

void StreamCall::Run(std::function<void(StreamCall&)> source) {
  source_ = std::move(source);
  {
    MutexLock lock(mutex_);
    if (phase_ != Phase::kIdle) return;
    phase_ = Phase::kRunning;
  }
  Schedule();
}

void StreamCall::Schedule() {
  const bool taken = context_.RunSoon(principal(), [self = shared_from_this()] {
    // A stream may go on for long after its caller's token was taken back.
    const absl::Status still = self->record_.AdmitAgain(self->context_);
    if (still.ok()) {
      self->source_(*self);
    } else {
      self->End(still);
    }
  });
  if (!taken) End(TooBusy());
}

void StreamCall::Write(const google::protobuf::MessageLite& message) {
  MutexLock lock(mutex_);
  if (phase_ != Phase::kRunning) return;
  phase_ = Phase::kWriting;
  const grpc::Slice slice(message.SerializeAsString());
  buffer_ = grpc::ByteBuffer(&slice, 1);
  StartWrite(&buffer_);
}

void StreamCall::Park() {
  {
    MutexLock lock(mutex_);
    if (phase_ != Phase::kRunning) return;
    if (!std::exchange(is_rung_, false)) {
      phase_ = Phase::kParked;
      return;
    }
  }
  Schedule();
}

void StreamCall::Ring() {
  {
    MutexLock lock(mutex_);
    if (phase_ != Phase::kParked) {
      is_rung_ = true;
      return;
    }
    phase_ = Phase::kRunning;
  }
  Schedule();
}

void StreamCall::End(const absl::Status& status) {
  record_.AuditIfRefused(
      context_, status, [self = shared_from_this(), told = ToGrpcStatus(status, record_.method())] {
        self->EndWith(told);
      });
}

void StreamCall::EndWith(const grpc::Status& status) {
  {
    MutexLock lock(mutex_);
    if (phase_ == Phase::kEnded || end_.has_value()) return;
    if (phase_ == Phase::kWriting) {
      end_ = status;
      // The client may never read what is being written.
      call_->TryCancel();
      return;
    }
    phase_ = Phase::kEnded;
  }
  code_ = status.error_code();
  Finish(status);
}

void StreamCall::OnWriteDone(bool ok) {
  std::optional<grpc::Status> end;
  {
    MutexLock lock(mutex_);
    phase_ = Phase::kRunning;
    end.swap(end_);
    if (!end.has_value() && (!ok || is_cancelled_)) end = grpc::Status::CANCELLED;
  }
  if (end.has_value()) {
    EndWith(*end);
  } else {
    Schedule();
  }
}

void StreamCall::OnCancel() {
  {
    MutexLock lock(mutex_);
    is_cancelled_ = true;
    if (phase_ == Phase::kWriting) return;  // OnWriteDone follows
  }
  EndWith(grpc::Status::CANCELLED);
}

void StreamCall::OnDone() {
  record_.End(context_, code_);
  if (cap_.has_value()) cap_->Cancel();
  if (held_end_.has_value()) held_end_->Cancel();
  self_.reset();
}

}  // namespace dsr
