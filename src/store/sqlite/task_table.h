// Tasks and their leases.
#ifndef DSR_STORE_SQLITE_TASK_TABLE_H_
#define DSR_STORE_SQLITE_TASK_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/ids.h"
#include "dsr/store/records.h"
#include "dsr/v1/task.pb.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView.
absl::StatusOr<std::vector<v1::Task>> ListTasks(Connection& connection, const RequestId& id);
absl::StatusOr<std::vector<v1::Task>> ListFailedTasks(Connection& connection,
                                                      const std::optional<TaskId>& after,
                                                      int limit);
absl::StatusOr<std::vector<v1::Task>> ListTasksOf(Connection& connection, absl::string_view system,
                                                  const std::optional<TaskId>& after, int limit);
absl::StatusOr<v1::Task> FindTask(Connection& connection, const RequestId& id, const TaskId& task);
absl::StatusOr<std::optional<LeasedTask>> FindLease(Connection& connection, const TaskId& task);
absl::StatusOr<int64_t> CountOpenTasks(Connection& connection);

// Adds or replaces a task. One that comes to be open is available from `now`; one that was open
// keeps its lease; one that ends loses it.
absl::Status PutTask(Connection& connection, const RequestId& id, const v1::Task& task,
                     absl::Time now);

// As in Transaction.
absl::StatusOr<std::vector<LeasedTask>> LeaseTasks(Connection& connection, absl::string_view system,
                                                   absl::Time now, absl::Time until, int limit,
                                                   const std::vector<std::string>& tokens);
absl::Status ExtendLease(Connection& connection, const TaskId& task, absl::string_view token,
                         absl::Time now, absl::Time until);
absl::Status CheckLease(Connection& connection, const TaskId& task, absl::string_view token,
                        absl::Time now);
absl::Status ReleaseTask(Connection& connection, const TaskId& task, absl::Time available);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_TASK_TABLE_H_
