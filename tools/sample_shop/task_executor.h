// Carries tasks out in the shop's database, each once.
#ifndef DSR_TOOLS_SAMPLE_SHOP_TASK_EXECUTOR_H_
#define DSR_TOOLS_SAMPLE_SHOP_TASK_EXECUTOR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/clock.h"
#include "dsr/v1/task.pb.h"
#include "sample_shop/database.h"
#include "sample_shop/systems.h"

namespace dsr::sample_shop {

// The tasks of one data system. Tasks come at least once: the effect, and the report under the
// task's name, are written in one transaction, so that a task that comes again changes nothing and
// is reported the same. Not thread-safe; used by its worker's thread only.
class TaskExecutor {
 public:
  // All three outlive this.
  TaskExecutor(const DataSystem& system, Database& shop, const Clock& clock)
      : system_(system), shop_(shop), clock_(clock) {}

  // Carries `task` out and returns its report. For COLLECT the records lie ready for StagedUpload.
  // INVALID_ARGUMENT when the task asks for what this system does not do or hold: of no use to try
  // again. Else the errors of Database::Transact.
  absl::StatusOr<v1::TaskResult> Execute(const v1::Task& task);

  // Returns the bytes that a COLLECT task uploads for `category`: the same until Unstage.
  absl::StatusOr<std::string> StagedUpload(absl::string_view task, absl::string_view category);

  // Drops the bytes of `task`, once nobody needs them any more. Errors of Database::Transact.
  absl::Status Unstage(absl::string_view task);

 private:
  absl::StatusOr<v1::TaskResult> ExecuteNew(SQLite::Database& db, const v1::Task& task);
  absl::StatusOr<v1::TaskResult> ChangeProcessing(SQLite::Database& db, const v1::Task& task);
  absl::StatusOr<v1::TaskResult> Collect(SQLite::Database& db, const v1::Task& task);
  absl::StatusOr<v1::TaskResult> Correct(SQLite::Database& db, const v1::Task& task);
  absl::StatusOr<v1::TaskResult> Erase(SQLite::Database& db, const v1::Task& task);

  const DataSystem& system_;
  Database& shop_;
  const Clock& clock_;
};

}  // namespace dsr::sample_shop

#endif  // DSR_TOOLS_SAMPLE_SHOP_TASK_EXECUTOR_H_
