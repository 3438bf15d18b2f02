#include "store/sqlite/definition_table.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"

namespace dsr::sqlite {
namespace {

constexpr char kFindDefinition[] =
    "SELECT sha256, text FROM definitions WHERE kind = ?1 AND name = ?2 AND version = ?3";

constexpr char kFindFirstDefinition[] =
    "SELECT name, version FROM definitions WHERE kind = ?1 ORDER BY version, name LIMIT 1";

constexpr char kPutDefinition[] =
    "INSERT INTO definitions (kind, name, version, sha256, text) VALUES (?1, ?2, ?3, ?4, ?5)";

}  // namespace

absl::StatusOr<std::optional<Definition>> FindDefinition(Connection& connection,
                                                         DefinitionKind kind,
                                                         absl::string_view name, int version) {
  Query query(connection, kFindDefinition);
  query.Int(static_cast<int>(kind)).Text(name).Int(version);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::nullopt;
  Definition definition;
  definition.kind = kind;
  definition.ref.set_name(std::string(name));
  definition.ref.set_version(version);
  definition.ref.set_sha256(query.GetText(0));
  definition.text = query.GetText(1);
  return definition;
}

absl::StatusOr<std::optional<Definition>> FindFirstDefinition(Connection& connection,
                                                              DefinitionKind kind) {
  std::string name;
  int version = 0;
  {
    Query query(connection, kFindFirstDefinition);
    query.Int(static_cast<int>(kind));
    DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) return std::nullopt;
    name = query.GetText(0);
    version = static_cast<int>(query.GetInt(1));
  }
  return FindDefinition(connection, kind, name, version);
}

absl::Status PutDefinition(Connection& connection, const Definition& definition) {
  const v1::DefinitionRef& ref = definition.ref;
  DSR_ASSIGN_OR_RETURN(const std::optional<Definition> stored,
                       FindDefinition(connection, definition.kind, ref.name(), ref.version()));
  if (stored.has_value()) {
    if (stored->ref.sha256() == ref.sha256() && stored->text == definition.text) {
      return absl::OkStatus();
    }
    return MakeError(
        absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DEFINITION_INVALID,
        absl::StrCat("version ", ref.version(), " of definition `", ref.name(),
                     "` is stored with other content; give the new one a new version"));
  }
  Query query(connection, kPutDefinition);
  query.Int(static_cast<int>(definition.kind)).Text(ref.name()).Int(ref.version());
  query.Text(ref.sha256()).Text(definition.text);
  return query.Run();
}

}  // namespace dsr::sqlite
