#include "store/sqlite/subject_table.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

constexpr char kFindByHash[] =
    "SELECT subject_id, account_hash, key_number, content_key FROM subjects "
    "WHERE account_hash = ?1";

constexpr char kFindById[] =
    "SELECT subject_id, account_hash, key_number, content_key FROM subjects "
    "WHERE subject_id = ?1";

constexpr char kFindByKey[] =
    "SELECT subject_id, account_hash, key_number, content_key FROM subjects "
    "WHERE key_number = ?1";
constexpr char kFindByContentKey[] =
    "SELECT subject_id, account_hash, key_number, content_key FROM subjects "
    "WHERE content_key = ?1";

constexpr char kLastKeyNumber[] = "SELECT max(key_number) FROM subjects";
constexpr char kLastContentKey[] =
    "SELECT max(content_key) FROM subjects WHERE content_key IS NOT NULL";
constexpr char kLastShred[] = "SELECT max(key_number) FROM key_shreds";

constexpr char kPutSubject[] =
    "INSERT INTO subjects (subject_id, account_hash, key_number, content_key) "
    "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";

constexpr char kSetContentKey[] =
    "UPDATE OR IGNORE subjects SET content_key = ?2 WHERE subject_id = ?1";

constexpr char kFindMerge[] = "SELECT into_id, time FROM account_merges WHERE subject_id = ?1";

constexpr char kListMerged[] =
    "SELECT subject_id FROM account_merges WHERE into_id = ?1 ORDER BY subject_id";

constexpr char kPutMerge[] =
    "INSERT INTO account_merges (subject_id, into_id, time) VALUES (?1, ?2, ?3) "
    "ON CONFLICT (subject_id) DO UPDATE SET into_id = excluded.into_id, time = excluded.time";

std::string SubjectName(const SubjectId& id) { return absl::StrCat("subjects/", id.ToString()); }

// A hash that no account has: one needs the server's key, the other the subject's own id.
std::string RetiredHash(const SubjectId& id) {
  return Sha256(absl::StrCat("retired subject", id.bytes()));
}

absl::StatusOr<SubjectRecord> ReadRow(const Query& query) {
  SubjectRecord subject;
  DSR_ASSIGN_OR_RETURN(subject.id, query.GetKey<SubjectId>(0));
  subject.account_hash = query.GetText(1);
  subject.key_number = query.GetInt(2);
  subject.is_retired = subject.account_hash == RetiredHash(subject.id);
  subject.content_key_number = query.GetInt(3);
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

absl::StatusOr<std::optional<MergeRecord>> FindMerge(Connection& connection,
                                                     const SubjectId& subject) {
  Query query(connection, kFindMerge);
  query.Key(subject);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  MergeRecord merge;
  merge.subject = subject;
  DSR_ASSIGN_OR_RETURN(merge.into, query.GetKey<SubjectId>(0));
  merge.time = query.GetTime(1);
  return merge;
}

absl::StatusOr<std::vector<SubjectId>> ListMergedInto(Connection& connection,
                                                      const SubjectId& into) {
  Query query(connection, kListMerged);
  query.Key(into);
  std::vector<SubjectId> subjects;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return subjects;
    DSR_ASSIGN_OR_RETURN(const SubjectId subject, query.GetKey<SubjectId>(0));
    subjects.push_back(subject);
  }
}

absl::StatusOr<std::optional<SubjectRecord>> FindSubjectByKey(Connection& connection,
                                                              int64_t key_number) {
  for (const char* sql : {kFindByKey, kFindByContentKey}) {
    Query query(connection, sql);
    query.Int(key_number);
    DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
    if (found) return ReadRow(query);
  }
  return std::nullopt;
}

absl::StatusOr<int64_t> LastKeyNumber(Connection& connection) {
  int64_t last = 0;
  for (const char* sql : {kLastKeyNumber, kLastContentKey, kLastShred}) {
    Query query(connection, sql);
    DSR_RETURN_IF_ERROR(query.Step().status());
    last = std::max(last, query.GetInt(0));
  }
  return last;
}

absl::Status SetContentKey(Connection& connection, const SubjectId& subject, int64_t key_number) {
  Query query(connection, kSetContentKey);
  query.Key(subject);
  key_number == 0 ? query.Null() : query.Int(key_number);
  DSR_ASSIGN_OR_RETURN(const int64_t changed, query.RunAndCount());
  return changed == 1 ? absl::OkStatus() : AlreadyExists("the key of another subject");
}

absl::Status RetireSubject(Connection& connection, const SubjectId& subject) {
  const std::string retired = RetiredHash(subject);
  Query query(connection, kRetire);
  query.Key(subject).Blob(retired);
  return query.Run();
}

absl::Status PutSubject(Connection& connection, const SubjectRecord& subject) {
  Query query(connection, kPutSubject);
  query.Key(subject.id).Blob(subject.account_hash).Int(subject.key_number);
  subject.content_key_number == 0 ? query.Null() : query.Int(subject.content_key_number);
  DSR_ASSIGN_OR_RETURN(const int64_t inserted, query.RunAndCount());
  return inserted == 1 ? absl::OkStatus() : AlreadyExists(SubjectName(subject.id));
}

absl::Status PutMerge(Connection& connection, const MergeRecord& merge) {
  Query query(connection, kPutMerge);
  query.Key(merge.subject).Key(merge.into).Time(merge.time);
  return query.Run();
}

}  // namespace dsr::sqlite
