#include "store/sqlite/answer_table.h"

#include <string>

#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

constexpr char kFindAnswer[] =
    "SELECT fingerprint, status_code, answer, request_id FROM answers "
    "WHERE caller = ?1 AND idempotency_key = ?2";

constexpr char kPutAnswer[] =
    "INSERT INTO answers (caller, idempotency_key, fingerprint, status_code, answer, request_id) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";

}  // namespace

absl::StatusOr<std::optional<StoredAnswer>> FindAnswer(Connection& connection,
                                                       absl::string_view caller,
                                                       absl::string_view key) {
  Query query(connection, kFindAnswer);
  query.Text(caller).Blob(key);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  StoredAnswer answer;
  answer.caller = std::string(caller);
  answer.key = std::string(key);
  answer.fingerprint = query.GetText(0);
  answer.status_code = static_cast<int>(query.GetInt(1));
  answer.answer = query.GetText(2);
  if (!query.IsNull(3)) {
    DSR_ASSIGN_OR_RETURN(answer.request, query.GetKey<RequestId>(3));
  }
  return answer;
}

absl::Status PutAnswer(Connection& connection, const StoredAnswer& answer) {
  Query query(connection, kPutAnswer);
  query.Text(answer.caller).Blob(answer.key).Blob(answer.fingerprint).Int(answer.status_code);
  query.Blob(answer.answer);
  answer.request.has_value() ? query.Key(*answer.request) : query.Null();
  DSR_ASSIGN_OR_RETURN(const int64_t inserted, query.RunAndCount());
  return inserted == 1 ? absl::OkStatus() : AlreadyExists("an answer for that idempotency key");
}

}  // namespace dsr::sqlite
