#include "store/sqlite/outbox_table.h"

#include <utility>

#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"

namespace dsr::sqlite {
namespace {

constexpr char kNextOutbox[] = "SELECT min(next_attempt) FROM outbox WHERE kind = ?1";

constexpr char kCount[] = "SELECT count(*) FROM outbox WHERE kind = ?1";

constexpr char kListDueOutbox[] =
    "SELECT item_id, request_id, lane, attempts FROM outbox "
    "WHERE kind = ?1 AND next_attempt <= ?2 ORDER BY next_attempt, item_id LIMIT ?3";

constexpr char kClaim[] = "UPDATE outbox SET next_attempt = ?3 WHERE kind = ?1 AND item_id = ?2";

constexpr char kDefer[] =
    "UPDATE outbox SET next_attempt = ?3, attempts = attempts + ?4 "
    "WHERE kind = ?1 AND item_id = ?2";

constexpr char kPutOutbox[] =
    "INSERT INTO outbox (kind, item_id, request_id, lane, next_attempt, attempts) "
    "VALUES (?1, ?2, ?3, ?4, ?5, 0) "
    "ON CONFLICT (kind, item_id) DO UPDATE SET next_attempt = excluded.next_attempt, "
    "attempts = CASE WHEN lane = excluded.lane AND NOT ?6 THEN attempts ELSE 0 END, "
    "lane = excluded.lane";

constexpr char kFindOutbox[] =
    "SELECT next_attempt, attempts FROM outbox WHERE kind = ?1 AND item_id = ?2";

constexpr char kDeleteOutbox[] = "DELETE FROM outbox WHERE kind = ?1 AND item_id = ?2";

}  // namespace

absl::StatusOr<absl::Time> NextOutboxItem(Connection& connection, OutboxKind kind) {
  Query query(connection, kNextOutbox);
  query.Int(static_cast<int>(kind));
  DSR_RETURN_IF_ERROR(query.Step().status());
  return query.GetTime(0);
}

absl::StatusOr<int64_t> CountOutbox(Connection& connection, OutboxKind kind) {
  Query query(connection, kCount);
  query.Int(static_cast<int>(kind));
  DSR_RETURN_IF_ERROR(query.Step().status());
  return query.GetInt(0);
}

absl::StatusOr<std::vector<OutboxItem>> ClaimOutbox(Connection& connection, OutboxKind kind,
                                                    absl::Time now, absl::Time until, int limit) {
  std::vector<OutboxItem> items;
  {
    Query query(connection, kListDueOutbox);
    query.Int(static_cast<int>(kind)).Time(now).Int(limit);
    while (true) {
      DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
      if (!has_row) break;
      OutboxItem item;
      item.kind = kind;
      DSR_ASSIGN_OR_RETURN(item.item, query.GetKey<Id128>(0));
      DSR_ASSIGN_OR_RETURN(item.request, query.GetKey<RequestId>(1));
      item.lane = query.GetText(2);
      item.attempts = static_cast<int>(query.GetInt(3));
      items.push_back(std::move(item));
    }
  }
  for (const OutboxItem& item : items) {
    Query query(connection, kClaim);
    query.Int(static_cast<int>(kind)).Blob(item.item.bytes()).Time(until);
    DSR_RETURN_IF_ERROR(query.Run());
  }
  return items;
}

absl::Status DeferOutbox(Connection& connection, OutboxKind kind, const Id128& item,
                         absl::Time next, bool counts) {
  Query query(connection, kDefer);
  query.Int(static_cast<int>(kind)).Blob(item.bytes()).Time(next).Int(counts ? 1 : 0);
  return query.Run();
}

absl::Status PutOutbox(Connection& connection, OutboxKind kind, const Id128& item,
                       const RequestId& request, absl::string_view lane, absl::Time due,
                       bool anew) {
  Query query(connection, kPutOutbox);
  query.Int(static_cast<int>(kind))
      .Blob(item.bytes())
      .Key(request)
      .Text(lane)
      .Time(due)
      .Int(anew ? 1 : 0);
  return query.Run();
}

absl::StatusOr<std::optional<OutboxEntry>> FindOutboxEntry(Connection& connection, OutboxKind kind,
                                                           const Id128& item) {
  Query query(connection, kFindOutbox);
  query.Int(static_cast<int>(kind)).Blob(item.bytes());
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return OutboxEntry{query.GetTime(0), static_cast<int>(query.GetInt(1))};
}

absl::Status DeleteOutbox(Connection& connection, OutboxKind kind, const Id128& item) {
  Query query(connection, kDeleteOutbox);
  query.Int(static_cast<int>(kind)).Blob(item.bytes());
  return query.Run();
}

}  // namespace dsr::sqlite
