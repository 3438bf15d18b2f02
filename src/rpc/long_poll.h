// Calls that wait for something to do, without holding a thread.
#ifndef DSR_RPC_LONG_POLL_H_
#define DSR_RPC_LONG_POLL_H_

#include <grpcpp/alarm.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "dsr/base/mutex.h"
#include "rpc/commit_hub.h"
#include "rpc/unary_call.h"

namespace dsr {

// Repeats an attempt until it answers the call or time is over: after each commit that opens work
// for `key`, and every second, because work also comes back when a lease or a delay ends. Waits in
// real time. Thread-safe.
class LongPoll : public std::enable_shared_from_this<LongPoll> {
 public:
  // The most that a caller may wait.
  static constexpr absl::Duration kLongestWait = absl::Seconds(20);

  // What an attempt reports: whether it answered the call.
  using Report = std::function<void(bool has_answered)>;
  // Looks once; must not block, and calls `report` once, from any thread.
  using Attempt = std::function<void(Report report)>;

  // Attempts at once. After `wait`, or when the hub closes, `give_up` answers the call.
  static void Begin(std::shared_ptr<UnaryCall> call, const std::string& key, absl::Duration wait,
                    Attempt attempt, std::function<void()> give_up);

 private:
  LongPoll(std::shared_ptr<UnaryCall> call, absl::Duration wait, Attempt attempt,
           std::function<void()> give_up);

  void Try();
  void Reported(bool has_answered);
  void Wake();
  absl::Duration Left() const;

  const std::shared_ptr<UnaryCall> call_;
  const std::chrono::steady_clock::time_point end_;
  const Attempt attempt_;
  const std::function<void()> give_up_;
  Mutex mutex_;
  bool is_parked_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_rung_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<CommitHub::Subscription> subscription_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);
  // Keeps this alive while it is parked.
  std::shared_ptr<LongPoll> self_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_RPC_LONG_POLL_H_
