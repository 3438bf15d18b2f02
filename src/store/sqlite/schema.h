// The tables, and the steps that brought them here.
#ifndef DSR_STORE_SQLITE_SCHEMA_H_
#define DSR_STORE_SQLITE_SCHEMA_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// The schema version this program reads and writes: the number of its steps.
int SchemaVersionOfProgram();

// Returns the schema version of the file, its `user_version`; 0 for an empty file.
absl::StatusOr<int> SchemaVersionOfFile(Connection& connection);

// Brings the file to this program's version, all missing steps in one transaction. Errors:
// FAILED_PRECONDITION INSTALLATION_INVALID when the file is newer than this program.
absl::Status UpgradeSchema(Connection& connection);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_SCHEMA_H_
