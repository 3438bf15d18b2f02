// Time limits of calls, in real time: what a client waits for passes whatever the server's clock.
#ifndef DSR_RPC_CALL_ALARM_H_
#define DSR_RPC_CALL_ALARM_H_

#include <grpcpp/alarm.h>
#include <grpcpp/server_context.h>

#include <functional>
#include <optional>

#include "absl/time/time.h"

namespace dsr {

// Calls `ring` once `pause` has passed, on a thread of gRPC, unless the alarm is cancelled or
// destroyed before. `alarm` was not set before.
void SetAlarm(grpc::Alarm& alarm, absl::Duration pause, std::function<void()> ring);

// How much time the client's deadline leaves; nothing when it set none.
std::optional<absl::Duration> TimeLeft(const grpc::CallbackServerContext& call);

}  // namespace dsr

#endif  // DSR_RPC_CALL_ALARM_H_
