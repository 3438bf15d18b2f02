#include "store/sqlite/subject_table.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

constexpr char kFindByHash[] =
    "SELECT subject_id, account_hash, key_number FROM subjects WHERE account_hash = ?1";

constexpr char kFindById[] =
    "SELECT subject_id, account_hash, key_number FROM subjects WHERE subject_id = ?1";

constexpr char kLastKeyNumber[] = "SELECT max(key_number) FROM subjects";

constexpr char kPutSubject[] =
    "INSERT INTO subjects (subject_id, account_hash, key_number) VALUES (?1, ?2, ?3) "
    "ON CONFLICT DO NOTHING";

std::string SubjectName(const SubjectId& id) { return absl::StrCat("subjects/", id.ToString()); }

absl::StatusOr<SubjectRecord> ReadRow(const Query& query) {
  SubjectRecord subject;
  DSR_ASSIGN_OR_RETURN(subject.id, query.GetKey<SubjectId>(0));
  subject.account_hash = query.GetText(1);
  subject.key_number = query.GetInt(2);
  return subject;
}

constexpr char kRetire[] = "UPDATE subjects SET account_hash = ?2 WHERE subject_id = ?1";

}  // namespace

absl::StatusOr<std::optional<SubjectRecord>> FindSubject(Connection& connection,
                                                         absl::string_view account_hash) {
  Query query(connection, kFindByHash);
  query.Blob(account_hash);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  return ReadRow(query);
}

absl::StatusOr<SubjectRecord> FindSubjectById(Connection& connection, const SubjectId& id) {
  Query query(connection, kFindById);
  query.Key(id);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return NotFound(SubjectName(id));
  return ReadRow(query);
}

absl::StatusOr<int64_t> LastKeyNumber(Connection& connection) {
  Query query(connection, kLastKeyNumber);
  DSR_RETURN_IF_ERROR(query.Step().status());
  return query.IsNull(0) ? 0 : query.GetInt(0);
}

absl::Status RetireSubject(Connection& connection, const SubjectId& subject) {
  // A hash that no account has: one needs the server's key, the other the subject's own id.
  const std::string retired = Sha256(absl::StrCat("retired subject", subject.bytes()));
  Query query(connection, kRetire);
  query.Key(subject).Blob(retired);
  return query.Run();
}

absl::Status PutSubject(Connection& connection, const SubjectRecord& subject) {
  Query query(connection, kPutSubject);
  query.Key(subject.id).Blob(subject.account_hash).Int(subject.key_number);
  DSR_ASSIGN_OR_RETURN(const int64_t inserted, query.RunAndCount());
  return inserted == 1 ? absl::OkStatus() : AlreadyExists(SubjectName(subject.id));
}

}  // namespace dsr::sqlite
