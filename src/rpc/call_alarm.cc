#include "rpc/call_alarm.h"

#include <grpc/support/time.h>

#include <utility>

namespace dsr {

void SetAlarm(grpc::Alarm& alarm, absl::Duration pause, std::function<void()> ring) {
  const gpr_timespec when =
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                   gpr_time_from_millis(absl::ToInt64Milliseconds(pause), GPR_TIMESPAN));
  alarm.Set(when, [ring = std::move(ring)](bool is_due) {
    if (is_due) ring();
  });
}

std::optional<absl::Duration> TimeLeft(const grpc::CallbackServerContext& call) {
  const gpr_timespec deadline = call.raw_deadline();
  if (gpr_time_cmp(deadline, gpr_inf_future(deadline.clock_type)) == 0) return std::nullopt;
  const gpr_timespec left = gpr_time_sub(deadline, gpr_now(deadline.clock_type));
  return absl::Seconds(left.tv_sec) + absl::Nanoseconds(left.tv_nsec);
}

}  // namespace dsr
