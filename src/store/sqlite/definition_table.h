// Every definition that was ever loaded: a request keeps the versions it was filed under.
#ifndef DSR_STORE_SQLITE_DEFINITION_TABLE_H_
#define DSR_STORE_SQLITE_DEFINITION_TABLE_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/definition.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView.
absl::StatusOr<std::optional<Definition>> FindDefinition(Connection& connection,
                                                         DefinitionKind kind,
                                                         absl::string_view name, int version);

absl::StatusOr<std::optional<Definition>> FindFirstDefinition(Connection& connection,
                                                              DefinitionKind kind);

// As in Transaction.
absl::Status PutDefinition(Connection& connection, const Definition& definition);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_DEFINITION_TABLE_H_
