#include "store/sqlite/registry_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

constexpr char kVersion[] = "SELECT version FROM registry WHERE only_row = 1";
constexpr char kRaiseVersion[] = "UPDATE registry SET version = version + 1 WHERE only_row = 1";

constexpr char kListDataSystems[] = "SELECT clear FROM data_systems ORDER BY name";
constexpr char kFindDataSystem[] = "SELECT clear FROM data_systems WHERE name = ?1";
constexpr char kPutDataSystem[] =
    "INSERT INTO data_systems (name, clear) VALUES (?1, ?2) "
    "ON CONFLICT (name) DO UPDATE SET clear = excluded.clear";

constexpr char kListRecipients[] = "SELECT clear FROM recipients ORDER BY name";
constexpr char kFindRecipient[] = "SELECT clear FROM recipients WHERE name = ?1";
constexpr char kPutRecipient[] =
    "INSERT INTO recipients (name, clear) VALUES (?1, ?2) "
    "ON CONFLICT (name) DO UPDATE SET clear = excluded.clear";

constexpr char kListDisclosures[] =
    "SELECT clear FROM disclosures WHERE subject_id = ?1 AND disclosure_id > ?2 "
    "ORDER BY disclosure_id LIMIT ?3";
constexpr char kFindBox[] = "SELECT subject_id, sealed FROM disclosures WHERE disclosure_id = ?1";
constexpr char kPutDisclosure[] =
    "INSERT INTO disclosures (disclosure_id, subject_id, clear, sealed) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (disclosure_id) DO UPDATE SET clear = excluded.clear, sealed = excluded.sealed";

template <class Resource>
absl::StatusOr<std::vector<Resource>> ReadAll(Query& query) {
  std::vector<Resource> resources;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return resources;
    DSR_ASSIGN_OR_RETURN(Resource resource, query.GetMessage<Resource>(0));
    resources.push_back(std::move(resource));
  }
}

template <class Resource>
absl::StatusOr<Resource> FindByName(Connection& connection, const char* sql,
                                    absl::string_view name) {
  Query query(connection, sql);
  query.Text(name);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return NotFound(name);
  return query.GetMessage<Resource>(0);
}

template <class Resource>
absl::Status Put(Connection& connection, const char* sql, const Resource& resource) {
  const std::string bytes = resource.SerializeAsString();
  Query query(connection, sql);
  query.Text(resource.name()).Blob(bytes);
  DSR_RETURN_IF_ERROR(query.Run());
  return Query(connection, kRaiseVersion).Run();
}

}  // namespace

absl::StatusOr<int64_t> RegistryVersion(Connection& connection) {
  Query query(connection, kVersion);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return Damaged("the registry's version");
  return query.GetInt(0);
}

absl::StatusOr<std::vector<v1::DataSystem>> ListDataSystems(Connection& connection) {
  Query query(connection, kListDataSystems);
  return ReadAll<v1::DataSystem>(query);
}

absl::StatusOr<v1::DataSystem> FindDataSystem(Connection& connection, absl::string_view name) {
  return FindByName<v1::DataSystem>(connection, kFindDataSystem, name);
}

absl::StatusOr<std::vector<v1::Recipient>> ListRecipients(Connection& connection) {
  Query query(connection, kListRecipients);
  return ReadAll<v1::Recipient>(query);
}

absl::StatusOr<v1::Recipient> FindRecipient(Connection& connection, absl::string_view name) {
  return FindByName<v1::Recipient>(connection, kFindRecipient, name);
}

absl::StatusOr<std::vector<v1::Disclosure>> ListDisclosures(Connection& connection,
                                                            const SubjectId& subject,
                                                            const std::optional<RecordId>& after,
                                                            int limit) {
  Query query(connection, kListDisclosures);
  query.Key(subject).Blob(after.has_value() ? after->bytes() : absl::string_view()).Int(limit);
  return ReadAll<v1::Disclosure>(query);
}

absl::StatusOr<std::pair<SubjectId, std::string>> FindDisclosureBox(Connection& connection,
                                                                    const RecordId& id) {
  Query query(connection, kFindBox);
  query.Key(id);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return NotFound(absl::StrCat("disclosures/", id.ToString()));
  DSR_ASSIGN_OR_RETURN(const SubjectId subject, query.GetKey<SubjectId>(0));
  return std::make_pair(subject, query.GetText(1));
}

absl::Status PutDataSystem(Connection& connection, const v1::DataSystem& system) {
  return Put(connection, kPutDataSystem, system);
}

absl::Status PutRecipient(Connection& connection, const v1::Recipient& recipient) {
  return Put(connection, kPutRecipient, recipient);
}

absl::Status PutDisclosure(Connection& connection, const RecordId& id, const SubjectId& subject,
                           const v1::Disclosure& disclosure, absl::string_view sealed) {
  const std::string bytes = disclosure.SerializeAsString();
  Query query(connection, kPutDisclosure);
  query.Key(id).Key(subject).Blob(bytes).Blob(sealed);
  return query.Run();
}

}  // namespace dsr::sqlite
