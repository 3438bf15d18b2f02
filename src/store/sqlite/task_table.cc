#include "store/sqlite/task_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/part_table.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

constexpr char kListTask[] = "SELECT clear FROM tasks WHERE request_id = ?1 ORDER BY task_id";

constexpr char kListFailed[] =
    "SELECT clear FROM tasks WHERE state = 3 AND task_id > ?1 ORDER BY task_id LIMIT ?2";

// No index by system has the tasks that ended: replaying a ledger is rare enough to read through
// the others. The plus keeps the planner off the index of open tasks, whose order is another.
constexpr char kListTasksOf[] =
    "SELECT clear FROM tasks WHERE +system = ?1 AND task_id > ?2 ORDER BY task_id LIMIT ?3";

constexpr char kFindTask[] = "SELECT clear FROM tasks WHERE task_id = ?1 AND request_id = ?2";

constexpr char kFindLease[] =
    "SELECT request_id, lease_token, lease_until FROM tasks WHERE task_id = ?1";

constexpr char kCountOpenTask[] = "SELECT count(*) FROM tasks WHERE state = 1";

// A task that stays open keeps its place in the queue and its lease.
constexpr char kPutTask[] =
    "INSERT INTO tasks (task_id, request_id, system, kind, state, available_at, clear) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
    "ON CONFLICT (task_id) DO UPDATE SET "
    "available_at = iif(tasks.state = 1, tasks.available_at, excluded.available_at), "
    "lease_token = iif(excluded.state = 1, tasks.lease_token, NULL), "
    "lease_until = iif(excluded.state = 1, tasks.lease_until, NULL), "
    "state = excluded.state, clear = excluded.clear";

constexpr char kListToLease[] =
    "SELECT task_id, request_id FROM tasks WHERE state = 1 AND system = ?1 AND available_at <= ?2 "
    "ORDER BY available_at, task_id LIMIT ?3";

constexpr char kLease[] =
    "UPDATE tasks SET available_at = ?2, lease_until = ?2, lease_token = ?3 WHERE task_id = ?1";

constexpr char kExtend[] =
    "UPDATE tasks SET available_at = ?2, lease_until = ?2 WHERE task_id = ?1";

// A task that is not open any more has nothing to release.
constexpr char kReleaseTask[] =
    "UPDATE tasks SET available_at = ?2, lease_token = NULL, lease_until = NULL "
    "WHERE task_id = ?1 AND state = 1";

absl::StatusOr<std::vector<v1::Task>> ReadAll(Query& query) {
  std::vector<v1::Task> tasks;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return tasks;
    DSR_ASSIGN_OR_RETURN(v1::Task task, query.GetMessage<v1::Task>(0));
    tasks.push_back(std::move(task));
  }
}

absl::Status NoSuchTask(const TaskId& task) {
  return NotFound(absl::StrCat("tasks/", task.ToString()));
}

absl::Status LeaseLost(const TaskId& task) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_LEASE_LOST,
      absl::StrCat("the lease of task ", task.ToString(), " is over or belongs to another caller"));
}

}  // namespace

absl::StatusOr<std::vector<v1::Task>> ListTasks(Connection& connection, const RequestId& id) {
  Query query(connection, kListTask);
  query.Key(id);
  return ReadAll(query);
}

absl::StatusOr<std::vector<v1::Task>> ListFailedTasks(Connection& connection,
                                                      const std::optional<TaskId>& after,
                                                      int limit) {
  Query query(connection, kListFailed);
  query.Blob(after.has_value() ? after->bytes() : absl::string_view()).Int(limit);
  return ReadAll(query);
}

absl::StatusOr<std::vector<v1::Task>> ListTasksOf(Connection& connection, absl::string_view system,
                                                  const std::optional<TaskId>& after, int limit) {
  Query query(connection, kListTasksOf);
  query.Text(system).Blob(after.has_value() ? after->bytes() : absl::string_view()).Int(limit);
  return ReadAll(query);
}

absl::StatusOr<v1::Task> FindTask(Connection& connection, const RequestId& id, const TaskId& task) {
  Query query(connection, kFindTask);
  query.Key(task).Key(id);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return NotFound(NameOf(id, "tasks", task));
  return query.GetMessage<v1::Task>(0);
}

absl::StatusOr<std::optional<LeasedTask>> FindLease(Connection& connection, const TaskId& task) {
  Query query(connection, kFindLease);
  query.Key(task);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return NoSuchTask(task);
  if (query.IsNull(1)) return std::nullopt;
  LeasedTask lease;
  lease.task = task;
  DSR_ASSIGN_OR_RETURN(lease.request, query.GetKey<RequestId>(0));
  lease.lease_token = query.GetText(1);
  lease.lease_until = query.GetTime(2);
  return lease;
}

absl::StatusOr<int64_t> CountOpenTasks(Connection& connection) {
  Query query(connection, kCountOpenTask);
  DSR_RETURN_IF_ERROR(query.Step().status());
  return query.GetInt(0);
}

absl::Status PutTask(Connection& connection, const RequestId& id, const v1::Task& task,
                     absl::Time now) {
  DSR_ASSIGN_OR_RETURN(const TaskId task_id, IdOfName<TaskId>(task.name()));
  const std::string bytes = task.SerializeAsString();
  Query query(connection, kPutTask);
  query.Key(task_id).Key(id).Text(task.system()).Int(task.kind()).Int(task.state()).Time(now);
  query.Blob(bytes);
  return query.Run();
}

absl::StatusOr<std::vector<LeasedTask>> LeaseTasks(Connection& connection, absl::string_view system,
                                                   absl::Time now, absl::Time until, int limit,
                                                   const std::vector<std::string>& tokens) {
  std::vector<LeasedTask> leases;
  {
    Query query(connection, kListToLease);
    query.Text(system).Time(now).Int(std::min<int64_t>(limit, std::ssize(tokens)));
    while (true) {
      DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
      if (!has_row) break;
      LeasedTask lease;
      DSR_ASSIGN_OR_RETURN(lease.task, query.GetKey<TaskId>(0));
      DSR_ASSIGN_OR_RETURN(lease.request, query.GetKey<RequestId>(1));
      lease.lease_token = tokens[leases.size()];
      lease.lease_until = until;
      leases.push_back(std::move(lease));
    }
  }
  for (const LeasedTask& lease : leases) {
    Query query(connection, kLease);
    query.Key(lease.task).Time(until).Blob(lease.lease_token);
    DSR_RETURN_IF_ERROR(query.Run());
    // What an earlier attempt uploaded is no beginning of what this one finds.
    DSR_RETURN_IF_ERROR(DeleteParts(connection, lease.task, std::nullopt));
  }
  return leases;
}

absl::Status CheckLease(Connection& connection, const TaskId& task, absl::string_view token,
                        absl::Time now) {
  DSR_ASSIGN_OR_RETURN(const std::optional<LeasedTask> lease, FindLease(connection, task));
  if (!lease.has_value() || now >= lease->lease_until ||
      !ConstantTimeEqual(lease->lease_token, token)) {
    return LeaseLost(task);
  }
  return absl::OkStatus();
}

absl::Status ExtendLease(Connection& connection, const TaskId& task, absl::string_view token,
                         absl::Time now, absl::Time until) {
  DSR_RETURN_IF_ERROR(CheckLease(connection, task, token, now));
  Query query(connection, kExtend);
  query.Key(task).Time(until);
  return query.Run();
}

absl::Status ReleaseTask(Connection& connection, const TaskId& task, absl::Time available) {
  DSR_RETURN_IF_ERROR(FindLease(connection, task).status());
  Query query(connection, kReleaseTask);
  query.Key(task).Time(available);
  return query.Run();
}

}  // namespace dsr::sqlite
