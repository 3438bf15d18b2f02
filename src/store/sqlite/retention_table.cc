#include "store/sqlite/retention_table.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

constexpr char kListRetentionDue[] =
    "SELECT request_id FROM requests WHERE retention_due <= ?1 "
    "ORDER BY retention_due, request_id LIMIT ?2";
constexpr char kNextRetention[] =
    "SELECT retention_due FROM requests WHERE retention_due IS NOT NULL "
    "ORDER BY retention_due LIMIT 1";
constexpr char kDeferRetention[] = "UPDATE requests SET retention_due = ?2 WHERE request_id = ?1";

constexpr char kIsShredded[] = "SELECT 1 FROM key_shreds WHERE key_number = ?1";
constexpr char kCountShreds[] = "SELECT max(position) FROM key_shreds";
constexpr char kListShreds[] =
    "SELECT position, key_number, time FROM key_shreds WHERE position > ?1 "
    "ORDER BY position LIMIT ?2";
constexpr char kPutShred[] =
    "INSERT INTO key_shreds (position, key_number, time) VALUES (?1, ?2, ?3)";

constexpr char kHasDisclosures[] = "SELECT 1 FROM disclosures WHERE subject_id = ?1 LIMIT 1";
constexpr char kHasConsents[] = "SELECT 1 FROM consents WHERE subject_id = ?1 LIMIT 1";
constexpr char kHasHolds[] = "SELECT 1 FROM holds WHERE subject_id = ?1 LIMIT 1";

// What a purge takes, in the order that references allow. Leaf hashes, and the rows that reports
// count, stay.
constexpr char kPurgeLog[] = "UPDATE log SET clear = NULL, sealed = NULL WHERE request_id = ?1";
constexpr char kPurgeChunks[] =
    "DELETE FROM chunks WHERE task_id IN (SELECT task_id FROM tasks WHERE request_id = ?1)";
constexpr char kPurgeParts[] =
    "DELETE FROM parts WHERE task_id IN (SELECT task_id FROM tasks WHERE request_id = ?1)";
constexpr char kPurgeTasks[] = "DELETE FROM tasks WHERE request_id = ?1";
constexpr char kPurgeNoticeOutbox[] =
    "DELETE FROM outbox WHERE kind = 1 AND item_id IN "
    "(SELECT notice_id FROM notices WHERE request_id = ?1)";
constexpr char kPurgeMessageOutbox[] =
    "DELETE FROM outbox WHERE kind = 2 AND item_id IN "
    "(SELECT message_id FROM messages WHERE request_id = ?1)";
constexpr char kPurgeMessages[] = "DELETE FROM messages WHERE request_id = ?1";
constexpr char kPurgeDocuments[] = "DELETE FROM documents WHERE request_id = ?1";
constexpr char kPurgeFailures[] =
    "DELETE FROM delivery_failures WHERE notice_id IN "
    "(SELECT notice_id FROM notices WHERE request_id = ?1)";
constexpr char kPurgeAnswers[] = "DELETE FROM answers WHERE request_id = ?1";
constexpr char kPurgeRequest[] =
    "UPDATE requests SET state = ?2, subject_id = X'', retention_due = NULL "
    "WHERE request_id = ?1 AND phase = 6";
constexpr const char* kPurges[] = {
    kPurgeLog,           kPurgeChunks,   kPurgeParts,     kPurgeTasks,    kPurgeNoticeOutbox,
    kPurgeMessageOutbox, kPurgeMessages, kPurgeDocuments, kPurgeFailures, kPurgeAnswers};

}  // namespace

absl::StatusOr<std::vector<RequestId>> ListRetentionDue(Connection& connection, absl::Time now,
                                                        int limit) {
  Query query(connection, kListRetentionDue);
  query.Time(now).Int(limit);
  std::vector<RequestId> ids;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return ids;
    DSR_ASSIGN_OR_RETURN(const RequestId id, query.GetKey<RequestId>(0));
    ids.push_back(id);
  }
}

absl::StatusOr<absl::Time> NextRetention(Connection& connection) {
  Query query(connection, kNextRetention);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  return found ? query.GetTime(0) : absl::InfiniteFuture();
}

absl::StatusOr<bool> IsShredded(Connection& connection, int64_t key_number) {
  Query query(connection, kIsShredded);
  query.Int(key_number);
  return query.Step();
}

absl::StatusOr<int64_t> CountShreds(Connection& connection) {
  Query query(connection, kCountShreds);
  DSR_RETURN_IF_ERROR(query.Step().status());
  return query.GetInt(0);
}

absl::StatusOr<std::vector<KeyShred>> ListShreds(Connection& connection, int64_t after, int limit) {
  Query query(connection, kListShreds);
  query.Int(after).Int(limit);
  std::vector<KeyShred> shreds;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return shreds;
    KeyShred shred;
    shred.position = query.GetInt(0);
    shred.key_number = query.GetInt(1);
    shred.time = query.GetTime(2);
    shreds.push_back(shred);
  }
}

absl::StatusOr<bool> HasRecords(Connection& connection, const SubjectId& subject) {
  for (const char* sql : {kHasDisclosures, kHasConsents, kHasHolds}) {
    Query query(connection, sql);
    query.Key(subject);
    DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
    if (found) return true;
  }
  return false;
}

absl::Status DeferRetention(Connection& connection, const RequestId& id, absl::Time due) {
  Query query(connection, kDeferRetention);
  query.Key(id).TimeOrNull(due);
  return query.Run();
}

absl::Status PurgeRequest(Connection& connection, const RequestId& id,
                          const storage::v1::RequestState& outline) {
  const std::string bytes = outline.SerializeAsString();
  {
    Query query(connection, kPurgeRequest);
    query.Key(id).Blob(bytes);
    DSR_ASSIGN_OR_RETURN(const int64_t changed, query.RunAndCount());
    if (changed != 1) {
      return MakeError(
          absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
          absl::StrCat("request ", id.ToString(), " is to be purged and is not closed"));
    }
  }
  for (const char* sql : kPurges) {
    Query query(connection, sql);
    query.Key(id);
    DSR_RETURN_IF_ERROR(query.Run());
  }
  return absl::OkStatus();
}

absl::Status PutShred(Connection& connection, const KeyShred& shred) {
  Query query(connection, kPutShred);
  query.Int(shred.position).Int(shred.key_number).Time(shred.time);
  return query.Run();
}

}  // namespace dsr::sqlite
