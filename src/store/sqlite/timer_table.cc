#include "store/sqlite/timer_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/query.h"

namespace dsr::sqlite {
namespace {

using storage::v1::PendingTimer;

constexpr char kListDueTimer[] =
    "SELECT request_id, name, due FROM timers WHERE due <= ?1 ORDER BY due, request_id, name LIMIT "
    "?2";

constexpr char kNextTimer[] = "SELECT min(due) FROM timers";

constexpr char kCountDue[] = "SELECT count(*) FROM timers WHERE due <= ?1";

constexpr char kInsertTimer[] = "INSERT INTO timers (due, request_id, name) VALUES (?1, ?2, ?3)";

constexpr char kDeleteTimer[] =
    "DELETE FROM timers WHERE due = ?1 AND request_id = ?2 AND name = ?3";

int64_t DueMicros(const PendingTimer& timer) {
  return absl::ToUnixMicros(ToTime(timer.due_time()));
}

// Requests have a handful of timers: looking through them is the fastest.
template <class Timers>
bool Contains(const Timers& timers, const PendingTimer& timer) {
  return std::any_of(timers.begin(), timers.end(), [&](const PendingTimer& other) {
    return other.name() == timer.name() && DueMicros(other) == DueMicros(timer);
  });
}

}  // namespace

absl::StatusOr<std::vector<DueTimer>> DueTimers(Connection& connection, absl::Time now, int limit) {
  Query query(connection, kListDueTimer);
  query.Time(now).Int(limit);
  std::vector<DueTimer> timers;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return timers;
    DueTimer timer;
    DSR_ASSIGN_OR_RETURN(timer.request, query.GetKey<RequestId>(0));
    timer.name = query.GetText(1);
    timer.due = query.GetTime(2);
    timers.push_back(std::move(timer));
  }
}

absl::StatusOr<absl::Time> NextTimer(Connection& connection) {
  Query query(connection, kNextTimer);
  DSR_RETURN_IF_ERROR(query.Step().status());
  return query.GetTime(0);
}

absl::StatusOr<int64_t> CountDueTimers(Connection& connection, absl::Time now) {
  Query query(connection, kCountDue);
  query.Time(now);
  DSR_RETURN_IF_ERROR(query.Step().status());
  return query.GetInt(0);
}

absl::Status ReplaceTimers(Connection& connection, const RequestId& id,
                           const std::vector<PendingTimer>& before,
                           const google::protobuf::RepeatedPtrField<PendingTimer>& after) {
  for (const PendingTimer& timer : before) {
    if (Contains(after, timer)) continue;
    Query query(connection, kDeleteTimer);
    query.Int(DueMicros(timer)).Key(id).Text(timer.name());
    DSR_ASSIGN_OR_RETURN(const int64_t deleted, query.RunAndCount());
    // A timer that is left behind would fire for a request that does not have it.
    if (deleted != 1) {
      return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                       absl::StrCat("a timer of request ", id.ToString(), " is not stored"));
    }
  }
  for (const PendingTimer& timer : after) {
    if (Contains(before, timer)) continue;
    Query query(connection, kInsertTimer);
    query.Int(DueMicros(timer)).Key(id).Text(timer.name());
    DSR_RETURN_IF_ERROR(query.Run());
  }
  return absl::OkStatus();
}

}  // namespace dsr::sqlite
