// Documents handed in as evidence, sealed, until they are destroyed.
#ifndef DSR_STORE_SQLITE_DOCUMENT_TABLE_H_
#define DSR_STORE_SQLITE_DOCUMENT_TABLE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/ids.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView.
absl::StatusOr<std::string> FindDocument(Connection& connection, const EvidenceId& evidence);

// As in Transaction.
absl::Status PutDocument(Connection& connection, const RequestId& request,
                         const EvidenceId& evidence, absl::string_view sealed);
absl::Status DeleteDocument(Connection& connection, const EvidenceId& evidence);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_DOCUMENT_TABLE_H_
