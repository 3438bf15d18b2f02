#include "store/sqlite/row_view.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/request_table.h"

namespace dsr::sqlite {
namespace {

constexpr size_t kMostOrphans = 100;

constexpr char kAllRequests[] =
    "SELECT request_id FROM requests WHERE request_id > ?1 ORDER BY request_id LIMIT ?2";

constexpr char kHasTimer[] =
    "SELECT 1 FROM timers WHERE due = ?1 AND request_id = ?2 AND name = ?3";

constexpr char kAllTimers[] =
    "SELECT due, request_id, name FROM timers WHERE (due, request_id, name) > (?1, ?2, ?3) "
    "ORDER BY due, request_id, name LIMIT ?4";

constexpr char kAllOutbox[] =
    "SELECT kind, item_id, request_id, lane, attempts FROM outbox "
    "WHERE (kind, item_id) > (?1, ?2) ORDER BY kind, item_id LIMIT ?3";

constexpr char kAllAnswers[] =
    "SELECT caller, idempotency_key, fingerprint, status_code, request_id FROM answers "
    "WHERE (caller, idempotency_key) > (?1, ?2) ORDER BY caller, idempotency_key LIMIT ?3";

constexpr char kAllDisclosures[] =
    "SELECT rowid, clear FROM disclosures WHERE rowid > ?1 ORDER BY rowid LIMIT ?2";
constexpr char kAllConsents[] =
    "SELECT rowid, clear FROM consents WHERE rowid > ?1 ORDER BY rowid LIMIT ?2";
constexpr char kAllHolds[] =
    "SELECT rowid, clear FROM holds WHERE rowid > ?1 ORDER BY rowid LIMIT ?2";

// What no foreign key watches over.
struct Belonging {
  const char* what;
  const char* orphans;
};
constexpr Belonging kBelongings[] = {
    {"an uploaded part belongs to a request that is missing",
     "SELECT 1 FROM parts WHERE NOT EXISTS "
     "(SELECT 1 FROM requests WHERE requests.request_id = parts.request_id) LIMIT 100"},
    {"a failed delivery belongs to a notice that is missing",
     "SELECT 1 FROM delivery_failures WHERE NOT EXISTS "
     "(SELECT 1 FROM notices WHERE notices.notice_id = delivery_failures.notice_id) LIMIT 100"},
};

const char* ListOf(RecordKind kind) {
  switch (kind) {
    case RecordKind::kDisclosure:
      return kAllDisclosures;
    case RecordKind::kConsent:
      return kAllConsents;
    case RecordKind::kHold:
      return kAllHolds;
  }
  return kAllHolds;
}

}  // namespace

absl::StatusOr<std::vector<RequestId>> SqliteRowView::ListRequestIds(
    const std::optional<RequestId>& after, int limit) {
  Query query(connection_, kAllRequests);
  const RequestId begin = after.value_or(RequestId());
  query.Key(begin).Int(limit);
  std::vector<RequestId> ids;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return ids;
    DSR_ASSIGN_OR_RETURN(const RequestId id, query.GetKey<RequestId>(0));
    ids.push_back(id);
  }
}

absl::StatusOr<bool> SqliteRowView::IsIndexedAs(const RequestId& id,
                                                const storage::v1::RequestState& state) {
  return sqlite::IsIndexedAs(connection_, id, state);
}

absl::StatusOr<bool> SqliteRowView::HasTimer(const DueTimer& timer) {
  Query query(connection_, kHasTimer);
  query.Time(timer.due).Key(timer.request).Text(timer.name);
  return query.Step();
}

absl::StatusOr<std::vector<DueTimer>> SqliteRowView::ListTimers(
    const std::optional<DueTimer>& after, int limit) {
  Query query(connection_, kAllTimers);
  const DueTimer begin = after.value_or(DueTimer{.due = absl::InfinitePast()});
  query.Time(begin.due).Key(begin.request).Text(begin.name).Int(limit);
  std::vector<DueTimer> timers;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return timers;
    DueTimer timer;
    timer.due = query.GetTime(0);
    DSR_ASSIGN_OR_RETURN(timer.request, query.GetKey<RequestId>(1));
    timer.name = query.GetText(2);
    timers.push_back(std::move(timer));
  }
}

absl::StatusOr<std::vector<OutboxItem>> SqliteRowView::ListOutbox(
    const std::optional<OutboxItem>& after, int limit) {
  Query query(connection_, kAllOutbox);
  const OutboxItem begin = after.value_or(OutboxItem());
  query.Int(after.has_value() ? static_cast<int>(begin.kind) : 0)
      .Blob(begin.item.bytes())
      .Int(limit);
  std::vector<OutboxItem> items;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return items;
    OutboxItem item;
    item.kind = static_cast<OutboxKind>(query.GetInt(0));
    DSR_ASSIGN_OR_RETURN(item.item, query.GetKey<Id128>(1));
    DSR_ASSIGN_OR_RETURN(item.request, query.GetKey<RequestId>(2));
    item.lane = query.GetText(3);
    item.attempts = static_cast<int>(query.GetInt(4));
    items.push_back(std::move(item));
  }
}

absl::StatusOr<std::vector<StoredAnswer>> SqliteRowView::ListAnswers(
    const std::optional<StoredAnswer>& after, int limit) {
  Query query(connection_, kAllAnswers);
  const StoredAnswer begin = after.value_or(StoredAnswer());
  query.Text(begin.caller).Blob(begin.key).Int(limit);
  std::vector<StoredAnswer> answers;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return answers;
    StoredAnswer answer;
    answer.caller = query.GetText(0);
    answer.key = query.GetText(1);
    answer.fingerprint = query.GetText(2);
    answer.status_code = static_cast<int>(query.GetInt(3));
    if (!query.IsNull(4)) {
      DSR_ASSIGN_OR_RETURN(answer.request, query.GetKey<RequestId>(4));
    }
    answers.push_back(std::move(answer));
  }
}

absl::StatusOr<std::vector<RowView::ClearRecord>> SqliteRowView::ListRecords(RecordKind kind,
                                                                             int64_t after,
                                                                             int limit) {
  Query query(connection_, ListOf(kind));
  query.Int(after).Int(limit);
  std::vector<ClearRecord> records;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return records;
    records.push_back({query.GetInt(0), std::string(query.GetBlob(1))});
  }
}

absl::StatusOr<std::vector<std::string>> SqliteRowView::FindOrphans() {
  std::vector<std::string> found;
  for (const Belonging& belonging : kBelongings) {
    Query query(connection_, belonging.orphans);
    while (found.size() < kMostOrphans) {
      DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
      if (!has_row) break;
      found.emplace_back(belonging.what);
    }
  }
  return found;
}

}  // namespace dsr::sqlite
