#include "rpc/unary_call.h"

#include <utility>

#include "app/rate_limited.h"
#include "rpc/call_alarm.h"
#include "rpc/status_conversion.h"

namespace dsr {

UnaryCall::UnaryCall(RpcContext& context, grpc::CallbackServerContext* call, std::string method,
                     grpc::ByteBuffer* out)
    : context_(context), call_(call), out_(out), record_(std::move(method)) {}

std::shared_ptr<UnaryCall> UnaryCall::Begin(RpcContext& context, grpc::CallbackServerContext* call,
                                            std::string method, grpc::ByteBuffer* out) {
  std::shared_ptr<UnaryCall> begun(new UnaryCall(context, call, std::move(method), out));
  begun->self_ = begun;
  begun->record_.Begin(context);
  const absl::Duration cap = context.parts().call_cap;
  const std::optional<absl::Duration> left = TimeLeft(*call);
  begun->time_left_ = left.value_or(cap);
  if (!left.has_value()) {
    // Weak, because the alarm is part of the call.
    SetAlarm(begun->cap_.emplace(), cap, [weak = begun->weak_from_this()] {
      if (const std::shared_ptr<UnaryCall> late = weak.lock()) late->Fail(DeadlinePassed());
    });
  }
  return begun;
}

bool UnaryCall::Admit(size_t message_bytes) {
  const absl::Status status = record_.Admit(context_, *call_);
  if (status.ok()) return true;
  if (!LimitOf(status).empty()) {
    held_ = context_.held_refusals().Hold(static_cast<int64_t>(message_bytes));
  }
  if (held_ == nullptr) {
    Fail(status);
  } else {
    SetAlarm(held_end_.emplace(), context_.held_refusals().NextPause(),
             [weak = weak_from_this(), status] {
               if (const std::shared_ptr<UnaryCall> held = weak.lock()) held->Fail(status);
             });
  }
  return false;
}

void UnaryCall::Succeed(std::string answer) {
  if (is_answered_.exchange(true)) return;
  const grpc::Slice slice(answer);
  *out_ = grpc::ByteBuffer(&slice, 1);
  code_ = grpc::StatusCode::OK;
  Finish(grpc::Status::OK);
}

void UnaryCall::Fail(const absl::Status& status) {
  if (is_answered_.exchange(true)) return;
  record_.CountIfLimited(context_, status);
  const grpc::Status told = ToGrpcStatus(status, method());
  code_ = told.error_code();
  record_.AuditIfRefused(context_, status,
                         [self = shared_from_this(), told] { self->Finish(told); });
}

void UnaryCall::OnDone() {
  record_.End(context_, code_);
  if (cap_.has_value()) cap_->Cancel();
  if (held_end_.has_value()) held_end_->Cancel();
  self_.reset();
}

}  // namespace dsr
