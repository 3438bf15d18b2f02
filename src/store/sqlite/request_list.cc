#include <string>
#include <vector>

#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/request_table.h"

namespace dsr::sqlite {
namespace {

// One text for each order and index; what else is filtered for is tested on each row. All have the
// same parameters: ?1 after id, ?2 after due, ?3 limit, and the filters ?4 type, ?5 phase, ?6
// subject, ?7 assignee, NULL when not filtered for, and ?8, 1 for breached only.
//
// A first page begins after the highest (or before the lowest) key there can be, so that every page
// is a search in its index.
constexpr char kOfSubject[] =
    "SELECT state FROM requests WHERE subject_id = ?6 AND request_id < ?1 "
    "AND (?4 IS NULL OR type = ?4) AND (?5 IS NULL OR phase = ?5) "
    "AND (?7 IS NULL OR assignee = ?7) AND (?8 = 0 OR breached IS NOT NULL) "
    "ORDER BY request_id DESC LIMIT ?3";
constexpr char kOfAssignee[] =
    "SELECT state FROM requests WHERE assignee = ?7 AND assignee <> '' AND request_id < ?1 "
    "AND (?4 IS NULL OR type = ?4) AND (?5 IS NULL OR phase = ?5) "
    "AND (?6 IS NULL OR subject_id = ?6) AND (?8 = 0 OR breached IS NOT NULL) "
    "ORDER BY request_id DESC LIMIT ?3";
constexpr char kOfOpenPhase[] =
    "SELECT state FROM requests WHERE phase = ?5 AND phase <> 6 AND request_id < ?1 "
    "AND (?4 IS NULL OR type = ?4) AND (?6 IS NULL OR subject_id = ?6) "
    "AND (?7 IS NULL OR assignee = ?7) AND (?8 = 0 OR breached IS NOT NULL) "
    "ORDER BY request_id DESC LIMIT ?3";
constexpr char kOfType[] =
    "SELECT state FROM requests WHERE type = ?4 AND request_id < ?1 "
    "AND (?5 IS NULL OR phase = ?5) AND (?6 IS NULL OR subject_id = ?6) "
    "AND (?7 IS NULL OR assignee = ?7) AND (?8 = 0 OR breached IS NOT NULL) "
    "ORDER BY request_id DESC LIMIT ?3";
constexpr char kAll[] =
    "SELECT state FROM requests WHERE request_id < ?1 "
    "AND (?4 IS NULL OR type = ?4) AND (?5 IS NULL OR phase = ?5) "
    "AND (?6 IS NULL OR subject_id = ?6) AND (?7 IS NULL OR assignee = ?7) "
    "AND (?8 = 0 OR breached IS NOT NULL) "
    "ORDER BY request_id DESC LIMIT ?3";

// The oldest breach first: pages go on as breaches are added.
constexpr char kBreached[] =
    "SELECT state FROM requests WHERE breached IS NOT NULL AND request_id > ?1 "
    "AND (?4 IS NULL OR type = ?4) AND (?5 IS NULL OR phase = ?5) "
    "AND (?6 IS NULL OR subject_id = ?6) AND (?7 IS NULL OR assignee = ?7) AND ?8 = 1 "
    "ORDER BY request_id LIMIT ?3";

constexpr char kOpenByDue[] =
    "SELECT state FROM requests WHERE phase <> 6 AND (due, request_id) > (?2, ?1) "
    "AND (?4 IS NULL OR type = ?4) AND (?5 IS NULL OR phase = ?5) "
    "AND (?6 IS NULL OR subject_id = ?6) AND (?7 IS NULL OR assignee = ?7) "
    "AND (?8 = 0 OR breached IS NOT NULL) "
    "ORDER BY due, request_id LIMIT ?3";
// A subject's requests are few: they are sorted.
constexpr char kOpenOfSubject[] =
    "SELECT state FROM requests INDEXED BY requests_by_subject "
    "WHERE subject_id = ?6 AND phase <> 6 AND (due, request_id) > (?2, ?1) "
    "AND (?4 IS NULL OR type = ?4) AND (?5 IS NULL OR phase = ?5) "
    "AND (?7 IS NULL OR assignee = ?7) AND (?8 = 0 OR breached IS NOT NULL) "
    "ORDER BY due, request_id LIMIT ?3";
constexpr char kOpenOfAssignee[] =
    "SELECT state FROM requests INDEXED BY requests_open_by_assignee "
    "WHERE assignee = ?7 AND assignee <> '' AND phase <> 6 AND (due, request_id) > (?2, ?1) "
    "AND (?4 IS NULL OR type = ?4) AND (?5 IS NULL OR phase = ?5) "
    "AND (?6 IS NULL OR subject_id = ?6) AND (?8 = 0 OR breached IS NOT NULL) "
    "ORDER BY due, request_id LIMIT ?3";

const char* TextFor(const RequestQuery& query) {
  if (query.open_by_due_time) {
    if (query.subject.has_value()) return kOpenOfSubject;
    return query.assignee.empty() ? kOpenByDue : kOpenOfAssignee;
  }
  if (query.breached_only) return kBreached;
  if (query.subject.has_value()) return kOfSubject;
  if (!query.assignee.empty()) return kOfAssignee;
  if (query.phase.has_value() && *query.phase != v1::PHASE_CLOSED) return kOfOpenPhase;
  return query.type.empty() ? kAll : kOfType;
}

// Greater than any id: they have 16 bytes.
constexpr char kAfterAllIds[] =
    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";

}  // namespace

absl::StatusOr<std::vector<storage::v1::RequestState>> ListRequests(Connection& connection,
                                                                    const RequestQuery& query) {
  const bool is_ascending = query.open_by_due_time || query.breached_only;
  Query rows(connection, TextFor(query));
  if (query.after_id.has_value()) {
    rows.Key(*query.after_id);
  } else {
    rows.Blob(is_ascending ? absl::string_view() : kAfterAllIds);
  }
  rows.Time(query.after_due).Int(query.limit);
  query.type.empty() ? rows.Null() : rows.Text(query.type);
  query.phase.has_value() ? rows.Int(*query.phase) : rows.Null();
  query.subject.has_value() ? rows.Key(*query.subject) : rows.Null();
  query.assignee.empty() ? rows.Null() : rows.Text(query.assignee);
  rows.Int(query.breached_only ? 1 : 0);

  std::vector<storage::v1::RequestState> states;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, rows.Step());
    if (!has_row) return states;
    DSR_ASSIGN_OR_RETURN(storage::v1::RequestState state,
                         rows.GetMessage<storage::v1::RequestState>(0));
    states.push_back(std::move(state));
  }
}

}  // namespace dsr::sqlite
