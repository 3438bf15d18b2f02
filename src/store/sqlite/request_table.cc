#include "store/sqlite/request_table.h"

#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

// The number of the fold that makes RequestState from events. Raised together with a schema step
// that folds all requests anew.
constexpr int kFoldVersion = 3;

// The columns of a request that indexes hold, beside its id, subject, type, channel and region,
// which never change.
struct IndexedColumns {
  v1::Phase phase = v1::PHASE_UNSPECIFIED;
  absl::Time received;
  absl::Time due;
  absl::Time answered = absl::InfiniteFuture();
  v1::Outcome outcome = v1::OUTCOME_UNSPECIFIED;
  absl::Time breached = absl::InfiniteFuture();
  std::string assignee;
  std::string team;
  std::string course;

  friend bool operator==(const IndexedColumns&, const IndexedColumns&) = default;
};

// Columns hold microseconds: what is compared with a stored row must not be finer.
absl::Time ToColumn(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixMicros(absl::ToUnixMicros(ToTime(timestamp)));
}

IndexedColumns ColumnsOf(const storage::v1::RequestState& state) {
  const v1::Request& request = state.request();
  IndexedColumns columns;
  columns.phase = request.phase();
  columns.received = ToColumn(request.received_time());
  // What was answered is due no more, and what the company does on its own motion to nobody: after
  // everything else. The zero of 1970 stood for the latter once.
  const bool is_due = request.due_time().seconds() != 0 && !request.has_response();
  columns.due = is_due ? ToColumn(request.due_time()) : absl::InfiniteFuture();
  if (request.has_response()) {
    columns.answered = ToColumn(request.response().response_time());
    columns.outcome = request.response().outcome();
  }
  if (request.breached()) columns.breached = ToColumn(request.breach_time());
  columns.assignee = request.assignee();
  columns.team = request.team();
  columns.course = state.course().SerializeAsString();
  return columns;
}

// When a closed request is looked at first: at once, where it was closed before that was kept.
absl::Time RetentionDue(const v1::Request& request) {
  if (request.phase() != v1::PHASE_CLOSED) return absl::InfiniteFuture();
  return request.has_content_end_time() ? ToColumn(request.content_end_time()) : absl::UnixEpoch();
}

void Bind(Query& query, const IndexedColumns& columns) {
  query.Int(columns.phase)
      .Time(columns.received)
      .Time(columns.due)
      .TimeOrNull(columns.answered)
      .Int(columns.outcome)
      .TimeOrNull(columns.breached)
      .Text(columns.assignee)
      .Text(columns.team)
      .Blob(columns.course);
}

// Of a row of kFindColumns.
IndexedColumns PresentColumns(const Query& row) {
  return {static_cast<v1::Phase>(row.GetInt(1)),
          row.GetTime(2),
          row.GetTime(3),
          row.GetTime(4),
          static_cast<v1::Outcome>(row.GetInt(5)),
          row.GetTime(6),
          row.GetText(7),
          row.GetText(8),
          std::string(row.GetBlob(9))};
}

std::string RequestName(const RequestId& id) { return absl::StrCat("requests/", id.ToString()); }

constexpr char kFindRequest[] = "SELECT state FROM requests WHERE request_id = ?1";

constexpr char kScanSla[] =
    "SELECT request_id, type, received, answered, outcome, course FROM requests "
    "WHERE received >= ?1 AND received < ?2";

constexpr char kListStale[] =
    "SELECT request_id FROM requests WHERE fold_version < 3 ORDER BY request_id LIMIT ?1";

constexpr char kCountOpenRequest[] =
    "SELECT count(*) FROM requests WHERE phase BETWEEN 1 AND 5 AND phase <> 6";

constexpr char kEstimateRequests[] = "SELECT max(rowid) FROM requests";

constexpr char kInsertRequest[] =
    "INSERT INTO requests (request_id, subject_id, type, version, fold_version, channel, region, "
    "phase, received, due, answered, outcome, breached, assignee, team, course, state, "
    "retention_due) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18) "
    "ON CONFLICT (request_id) DO NOTHING";

constexpr char kFindColumns[] =
    "SELECT version, phase, received, due, answered, outcome, breached, assignee, team, course "
    "FROM requests WHERE request_id = ?1";

// SQLite rewrites the entry of every index that has a column in SET, changed or not; most decisions
// change none of them.
constexpr char kUpdateState[] =
    "UPDATE requests SET version = ?2, fold_version = ?3, state = ?4 WHERE request_id = ?1";
constexpr char kUpdateAll[] =
    "UPDATE requests SET version = ?2, fold_version = ?3, state = ?4, phase = ?5, received = ?6, "
    "due = ?7, answered = ?8, outcome = ?9, breached = ?10, assignee = ?11, team = ?12, "
    "course = ?13, retention_due = ?14 WHERE request_id = ?1";
constexpr char kRefold[] =
    "UPDATE requests SET version = ?2, fold_version = ?3, state = ?4, phase = ?5, received = ?6, "
    "due = ?7, answered = ?8, outcome = ?9, breached = ?10, assignee = ?11, team = ?12, "
    "course = ?13, retention_due = ?14, channel = ?15, region = ?16 "
    "WHERE request_id = ?1 AND version = ?2";

}  // namespace

absl::StatusOr<storage::v1::RequestState> FindRequest(Connection& connection, const RequestId& id) {
  Query query(connection, kFindRequest);
  query.Key(id);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return NotFound(RequestName(id));
  return query.GetMessage<storage::v1::RequestState>(0);
}

absl::Status ScanSla(Connection& connection, absl::Time from, absl::Time to,
                     const std::function<absl::Status(const SlaRow&)>& visit) {
  Query query(connection, kScanSla);
  query.Time(from).Time(to);
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return absl::OkStatus();
    SlaRow row;
    DSR_ASSIGN_OR_RETURN(row.id, query.GetKey<RequestId>(0));
    row.type = query.GetText(1);
    row.received = query.GetTime(2);
    row.answered = query.GetTime(3);
    row.outcome = static_cast<v1::Outcome>(query.GetInt(4));
    DSR_ASSIGN_OR_RETURN(row.course, query.GetMessage<storage::v1::RequestCourse>(5));
    DSR_RETURN_IF_ERROR(visit(row));
  }
}

absl::StatusOr<int64_t> CountOpenRequests(Connection& connection) {
  Query query(connection, kCountOpenRequest);
  DSR_RETURN_IF_ERROR(query.Step().status());
  return query.GetInt(0);
}

absl::StatusOr<int64_t> EstimateRequests(Connection& connection) {
  Query query(connection, kEstimateRequests);
  DSR_RETURN_IF_ERROR(query.Step().status());
  return query.GetInt(0);
}

absl::Status InsertRequest(Connection& connection, const RequestId& id,
                           const storage::v1::RequestState& state) {
  const std::string bytes = state.SerializeAsString();
  Query query(connection, kInsertRequest);
  query.Key(id)
      .Blob(state.subject_id())
      .Text(state.request().type())
      .Int(state.version())
      .Int(kFoldVersion)
      .Text(state.request().channel())
      .Text(state.request().region());
  const IndexedColumns columns = ColumnsOf(state);
  Bind(query, columns);
  query.Blob(bytes).TimeOrNull(RetentionDue(state.request()));
  DSR_ASSIGN_OR_RETURN(const int64_t inserted, query.RunAndCount());
  return inserted == 1 ? absl::OkStatus() : AlreadyExists(RequestName(id));
}

absl::StatusOr<bool> IsIndexedAs(Connection& connection, const RequestId& id,
                                 const storage::v1::RequestState& state) {
  Query present(connection, kFindColumns);
  present.Key(id);
  DSR_ASSIGN_OR_RETURN(const bool found, present.Step());
  return found && present.GetInt(0) == state.version() &&
         PresentColumns(present) == ColumnsOf(state);
}

absl::Status UpdateRequest(Connection& connection, const RequestId& id, int64_t expected_version,
                           const storage::v1::RequestState& state) {
  Query present(connection, kFindColumns);
  present.Key(id);
  DSR_ASSIGN_OR_RETURN(const bool found, present.Step());
  if (!found) return NotFound(RequestName(id));
  if (present.GetInt(0) != expected_version) {
    return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_ETAG_MISMATCH,
                     absl::StrCat(RequestName(id), " changed since it was read; read it again"),
                     {{"etag", absl::StrCat(present.GetInt(0))}});
  }
  const IndexedColumns before = PresentColumns(present);
  const IndexedColumns after = ColumnsOf(state);
  const std::string bytes = state.SerializeAsString();
  Query update(connection, before == after ? kUpdateState : kUpdateAll);
  update.Key(id).Int(state.version()).Int(kFoldVersion).Blob(bytes);
  if (before != after) {
    Bind(update, after);
    update.TimeOrNull(RetentionDue(state.request()));
  }
  return update.Run();
}

absl::StatusOr<std::vector<RequestId>> ListStaleRequests(Connection& connection, int limit) {
  Query query(connection, kListStale);
  query.Int(limit);
  std::vector<RequestId> ids;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return ids;
    DSR_ASSIGN_OR_RETURN(const RequestId id, query.GetKey<RequestId>(0));
    ids.push_back(id);
  }
}

absl::Status RefoldRequest(Connection& connection, const RequestId& id,
                           const storage::v1::RequestState& state) {
  const std::string bytes = state.SerializeAsString();
  const IndexedColumns columns = ColumnsOf(state);
  Query query(connection, kRefold);
  query.Key(id).Int(state.version()).Int(kFoldVersion).Blob(bytes);
  Bind(query, columns);
  query.TimeOrNull(RetentionDue(state.request()));
  query.Text(state.request().channel()).Text(state.request().region());
  DSR_ASSIGN_OR_RETURN(const int64_t changed, query.RunAndCount());
  return changed == 1
             ? absl::OkStatus()
             : MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
                         absl::StrCat(RequestName(id), " has other events than were folded"));
}

}  // namespace dsr::sqlite
