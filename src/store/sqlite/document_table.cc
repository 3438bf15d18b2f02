#include "store/sqlite/document_table.h"

#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"

namespace dsr::sqlite {
namespace {

constexpr char kFindDocument[] = "SELECT sealed FROM documents WHERE evidence_id = ?1";
constexpr char kPutDocument[] =
    "INSERT INTO documents (evidence_id, request_id, sealed) VALUES (?1, ?2, ?3)";
constexpr char kDeleteDocument[] = "DELETE FROM documents WHERE evidence_id = ?1";

}  // namespace

absl::StatusOr<std::string> FindDocument(Connection& connection, const EvidenceId& evidence) {
  Query query(connection, kFindDocument);
  query.Key(evidence);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (found) return query.GetText(0);
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_RESOURCE_NOT_FOUND,
                   "there is no such document, or it was destroyed");
}

absl::Status PutDocument(Connection& connection, const RequestId& request,
                         const EvidenceId& evidence, absl::string_view sealed) {
  Query query(connection, kPutDocument);
  query.Key(evidence).Key(request).Blob(sealed);
  return query.Run();
}

absl::Status DeleteDocument(Connection& connection, const EvidenceId& evidence) {
  Query query(connection, kDeleteDocument);
  query.Key(evidence);
  return query.Run();
}

}  // namespace dsr::sqlite
