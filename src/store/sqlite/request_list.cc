#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/request_table.h"

namespace dsr::sqlite {
namespace {

// One text for each order and index; what else is filtered for is tested on each row. All have the
// same parameters: ?1 after id, ?2 after due, ?3 limit, and the filters ?4 type, ?5 phase, ?6
// subject, ?7 assignee, NULL when not filtered for, ?8, 1 for breached only, ?9 channel, ?10
// region, ?11 team, NULL when not filtered for, and ?12, 1 for unassigned only.
//
// A first page begins after the highest (or before the lowest) key there can be, so that every page
// is a search in its index.
constexpr char kFilters[] =
    "AND (?4 IS NULL OR type = ?4) AND (?5 IS NULL OR phase = ?5) "
    "AND (?6 IS NULL OR subject_id = ?6) AND (?7 IS NULL OR assignee = ?7) "
    "AND (?8 = 0 OR breached IS NOT NULL) AND (?9 IS NULL OR channel = ?9) "
    "AND (?10 IS NULL OR region = ?10 OR substr(region, 1, length(?10) + 1) = ?10 || '-') "
    "AND (?11 IS NULL OR team = ?11) AND (?12 = 0 OR assignee = '') ";
constexpr char kNewestFirst[] = "ORDER BY request_id DESC LIMIT ?3";
constexpr char kByDue[] = "ORDER BY due, request_id LIMIT ?3";

struct Texts {
  const std::string of_subject =
      absl::StrCat("SELECT state FROM requests WHERE subject_id = ?6 AND request_id < ?1 ",
                   kFilters, kNewestFirst);
  const std::string of_assignee = absl::StrCat(
      "SELECT state FROM requests WHERE assignee = ?7 AND assignee <> '' AND request_id < ?1 ",
      kFilters, kNewestFirst);
  const std::string of_open_phase = absl::StrCat(
      "SELECT state FROM requests WHERE phase = ?5 AND phase <> 6 AND request_id < ?1 ", kFilters,
      kNewestFirst);
  const std::string of_type = absl::StrCat(
      "SELECT state FROM requests WHERE type = ?4 AND request_id < ?1 ", kFilters, kNewestFirst);
  const std::string all =
      absl::StrCat("SELECT state FROM requests WHERE request_id < ?1 ", kFilters, kNewestFirst);
  // The oldest breach first: pages go on as breaches are added.
  const std::string breached =
      absl::StrCat("SELECT state FROM requests WHERE breached IS NOT NULL AND request_id > ?1 ",
                   kFilters, "ORDER BY request_id LIMIT ?3");
  const std::string open_by_due = absl::StrCat(
      "SELECT state FROM requests INDEXED BY requests_by_due "
      "WHERE phase <> 6 AND (due, request_id) > (?2, ?1) ",
      kFilters, kByDue);
  // A subject's requests are few: they are sorted.
  const std::string open_of_subject = absl::StrCat(
      "SELECT state FROM requests INDEXED BY requests_by_subject "
      "WHERE subject_id = ?6 AND phase <> 6 AND (due, request_id) > (?2, ?1) ",
      kFilters, kByDue);
  const std::string open_of_assignee = absl::StrCat(
      "SELECT state FROM requests INDEXED BY requests_open_by_assignee "
      "WHERE assignee = ?7 AND assignee <> '' AND phase <> 6 AND (due, request_id) > (?2, ?1) ",
      kFilters, kByDue);
  const std::string open_of_team = absl::StrCat(
      "SELECT state FROM requests INDEXED BY requests_open_by_team "
      "WHERE team = ?11 AND team <> '' AND phase <> 6 AND (due, request_id) > (?2, ?1) ",
      kFilters, kByDue);
};

const std::string& TextFor(const RequestQuery& query) {
  static const Texts& texts = *new Texts();
  if (query.open_by_due_time) {
    if (query.subject.has_value()) return texts.open_of_subject;
    if (!query.assignee.empty()) return texts.open_of_assignee;
    return query.team.empty() ? texts.open_by_due : texts.open_of_team;
  }
  if (query.breached_only) return texts.breached;
  if (query.subject.has_value()) return texts.of_subject;
  if (!query.assignee.empty()) return texts.of_assignee;
  if (query.phase.has_value() && *query.phase != v1::PHASE_CLOSED) return texts.of_open_phase;
  return query.type.empty() ? texts.all : texts.of_type;
}

void BindText(Query& rows, const std::string& text) {
  text.empty() ? rows.Null() : rows.Text(text);
}

// Greater than any id: they have 16 bytes.
constexpr char kAfterAllIds[] =
    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";

}  // namespace

absl::StatusOr<std::vector<storage::v1::RequestState>> ListRequests(Connection& connection,
                                                                    const RequestQuery& query) {
  const bool is_ascending = query.open_by_due_time || query.breached_only;
  Query rows(connection, TextFor(query).c_str());
  if (query.after_id.has_value()) {
    rows.Key(*query.after_id);
  } else {
    rows.Blob(is_ascending ? absl::string_view() : kAfterAllIds);
  }
  rows.Time(query.after_due).Int(query.limit);
  BindText(rows, query.type);
  query.phase.has_value() ? rows.Int(*query.phase) : rows.Null();
  query.subject.has_value() ? rows.Key(*query.subject) : rows.Null();
  BindText(rows, query.assignee);
  rows.Int(query.breached_only ? 1 : 0);
  BindText(rows, query.channel);
  BindText(rows, query.region);
  BindText(rows, query.team);
  rows.Int(query.unassigned ? 1 : 0);

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
