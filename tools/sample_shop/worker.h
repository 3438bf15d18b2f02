// The worker of one data system: leases its tasks from dsrd, carries them out, reports them.
#ifndef DSR_TOOLS_SAMPLE_SHOP_WORKER_H_
#define DSR_TOOLS_SAMPLE_SHOP_WORKER_H_

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/v1/task.pb.h"
#include "dsr/v1/task_service.grpc.pb.h"
#include "sample_shop/database.h"
#include "sample_shop/rpc_caller.h"
#include "sample_shop/stop_signal.h"
#include "sample_shop/systems.h"
#include "sample_shop/task_executor.h"

namespace dsr::sample_shop {

// Not thread-safe; used by one thread.
class Worker {
 public:
  // `system`, `clock` and `stop` outlive this. `caller` is the system's own principal.
  Worker(const DataSystem& system, std::unique_ptr<Database> shop, RpcCaller caller,
         const Clock& clock, StopSignal& stop);

  // Leases up to ten tasks, waiting at most `wait` for one, and carries them out. Returns how many
  // there were. A task that fails is reported or left to come again; an error is one of leasing
  // only.
  absl::StatusOr<int> RunOnce(absl::Duration wait);

  // Runs until the stop signal. While a file named `pause_file` exists no task is leased; empty
  // means never. A server that is away is tried again, more slowly each time, every 2 s at last.
  void Run(absl::string_view pause_file);

 private:
  void CarryOut(const v1::Task& task);
  absl::Status Upload(const v1::Task& task, const v1::TaskResult& result);
  absl::Status Complete(const v1::Task& task, const v1::TaskResult& result);
  void Fail(const v1::Task& task, absl::string_view code, bool for_good);
  // Makes a call up to five times while the server is away, and returns the last answer.
  absl::Status Retry(absl::FunctionRef<absl::Status()> call);

  const DataSystem& system_;
  const std::unique_ptr<Database> shop_;
  const RpcCaller caller_;
  const std::unique_ptr<v1::TaskService::Stub> tasks_;
  TaskExecutor executor_;
  StopSignal& stop_;
};

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_WORKER_H_
