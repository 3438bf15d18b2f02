#include "store/sqlite/subject_record_table.h"

#include <string>

#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

constexpr char kListConsents[] =
    "SELECT clear FROM consents WHERE subject_id = ?1 AND consent_id > ?2 "
    "ORDER BY consent_id LIMIT ?3";
constexpr char kListHolds[] =
    "SELECT clear FROM holds WHERE subject_id = ?1 AND hold_id > ?2 ORDER BY hold_id LIMIT ?3";
constexpr char kFindHoldBox[] = "SELECT sealed FROM holds WHERE hold_id = ?1";
constexpr char kFindHold[] = "SELECT subject_id, clear FROM holds WHERE hold_id = ?1";
constexpr char kPutConsent[] =
    "INSERT INTO consents (consent_id, subject_id, clear, sealed) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (consent_id) DO UPDATE SET clear = excluded.clear, "
    "sealed = iif(length(excluded.sealed) = 0, sealed, excluded.sealed)";
constexpr char kPutHold[] =
    "INSERT INTO holds (hold_id, subject_id, clear, sealed) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (hold_id) DO UPDATE SET clear = excluded.clear, "
    "sealed = iif(length(excluded.sealed) = 0, sealed, excluded.sealed)";

template <class Resource>
absl::StatusOr<std::vector<Resource>> List(Connection& connection, const char* sql,
                                           const SubjectId& subject,
                                           const std::optional<RecordId>& after, int limit) {
  Query query(connection, sql);
  query.Key(subject).Blob(after.has_value() ? after->bytes() : absl::string_view()).Int(limit);
  std::vector<Resource> resources;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return resources;
    DSR_ASSIGN_OR_RETURN(Resource resource, query.GetMessage<Resource>(0));
    resources.push_back(std::move(resource));
  }
}

template <class Resource>
absl::Status Put(Connection& connection, const char* sql, const RecordId& id,
                 const SubjectId& subject, const Resource& resource, absl::string_view sealed) {
  const std::string bytes = resource.SerializeAsString();
  Query query(connection, sql);
  query.Key(id).Key(subject).Blob(bytes).Blob(sealed);
  return query.Run();
}

}  // namespace

absl::StatusOr<std::vector<v1::Consent>> ListConsents(Connection& connection,
                                                      const SubjectId& subject,
                                                      const std::optional<RecordId>& after,
                                                      int limit) {
  return List<v1::Consent>(connection, kListConsents, subject, after, limit);
}

absl::StatusOr<std::vector<v1::Hold>> ListHolds(Connection& connection, const SubjectId& subject,
                                                const std::optional<RecordId>& after, int limit) {
  return List<v1::Hold>(connection, kListHolds, subject, after, limit);
}

absl::StatusOr<std::pair<SubjectId, v1::Hold>> FindHold(Connection& connection,
                                                        const RecordId& id) {
  Query query(connection, kFindHold);
  query.Key(id);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return NotFound("holds/" + id.ToString());
  DSR_ASSIGN_OR_RETURN(const SubjectId subject, SubjectId::FromBytes(query.GetText(0)));
  DSR_ASSIGN_OR_RETURN(v1::Hold hold, query.GetMessage<v1::Hold>(1));
  return std::make_pair(subject, std::move(hold));
}

absl::StatusOr<std::string> FindHoldBox(Connection& connection, const RecordId& id) {
  Query query(connection, kFindHoldBox);
  query.Key(id);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return NotFound("holds/" + id.ToString());
  return query.GetText(0);
}

absl::Status PutConsent(Connection& connection, const RecordId& id, const SubjectId& subject,
                        const v1::Consent& consent, absl::string_view sealed) {
  return Put(connection, kPutConsent, id, subject, consent, sealed);
}

absl::Status PutHold(Connection& connection, const RecordId& id, const SubjectId& subject,
                     const v1::Hold& hold, absl::string_view sealed) {
  return Put(connection, kPutHold, id, subject, hold, sealed);
}

}  // namespace dsr::sqlite
