// Lets requests come in and go their way, in simulated time, through the write path of dsrd.
#ifndef DSR_TOOLS_FILL_STORE_FILLER_H_
#define DSR_TOOLS_FILL_STORE_FILLER_H_

#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "dsr/base/mutex.h"
#include "fill_store/batch.h"
#include "fill_store/installation.h"
#include "fill_store/plan.h"
#include "fill_store/stepped_clock.h"

namespace dsr::fill_store {

// What to fill, and over which time.
struct FillOptions {
  uint64_t seed = 1;
  int64_t requests = 10'000;
  absl::Time begin;  // the beginning of a day
  absl::Time end;    // after it the time goes on for no further day
};

// Goes through the time in steps of ten minutes: due timers fire, what was planned is filed, people
// take the next step of their requests, data systems do their tasks and recipients answer. Memory
// holds the requests under way only. Not thread-safe.
class Filler {
 public:
  // All outlive this. `progress` is told how many requests were filed.
  Filler(Installation& installation, SteppedClock& clock, const FillOptions& options,
         std::function<void(int64_t filed, int64_t commands)> progress);

  absl::Status Run();

  const Batch& batch() const { return batch_; }

 private:
  // A request under way.
  struct Case {
    Plan plan;
    RequestId id;
    bool is_owned = false;
    int64_t waiting_version = 0;  // of the request, when it was nobody's turn
  };
  // When somebody looks at it next.
  struct Wake {
    absl::Time time;
    int64_t order = 0;  // of equal times the earlier first, so that runs are alike
    std::shared_ptr<Case> about;

    friend bool operator<(const Wake& a, const Wake& b) {
      return std::tie(b.time, b.order) < std::tie(a.time, a.order);
    }
  };

  absl::Status Step(absl::Time now);
  absl::Status FireTimers(absl::Time now);
  void FilePlans(absl::Time now);
  void TakeArrived(absl::Time now);
  absl::Status WakeCases(absl::Time now);
  absl::Status TakeStep(const std::shared_ptr<Case>& about, absl::Time now);
  void Prove(const Case& about);
  absl::Status Lead(const std::shared_ptr<Case>& about, const storage::v1::RequestState& state,
                    absl::Time now);
  absl::Status DoTasks(absl::Time now);
  absl::Status SendMessages(absl::Time now);
  absl::Status AnswerNotices(absl::Time now);
  void Schedule(const std::shared_ptr<Case>& about, absl::Time time);
  void Execute(const RequestId& request, Command command, const std::string& principal,
               const std::string& role);

  Installation& installation_;
  SteppedClock& clock_;
  const FillOptions options_;
  const absl::Duration step_;
  const std::function<void(int64_t, int64_t)> progress_;
  PlanDrawer drawer_;
  Batch batch_;
  // Any will do for every task: nobody else works here.
  const std::vector<std::string> tokens_;
  std::vector<Plan> today_;
  size_t next_plan_ = 0;
  int64_t filed_ = 0;
  int64_t order_ = 0;
  std::priority_queue<Wake> wakes_;
  // Filed, by the threads that heard of it, and to be scheduled by this one.
  Mutex mutex_;
  std::vector<std::shared_ptr<Case>> arrived_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr::fill_store

#endif  // DSR_TOOLS_FILL_STORE_FILLER_H_
