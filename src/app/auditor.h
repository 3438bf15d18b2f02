// The audit log, verified.
#ifndef DSR_APP_AUDITOR_H_
#define DSR_APP_AUDITOR_H_

#include "absl/status/statusor.h"
#include "dsr/store/store.h"
#include "dsr/v1/audit_service.pb.h"

namespace dsr {

// Returns the log's size and root.
absl::StatusOr<v1::Checkpoint> MakeCheckpoint(ReadView& view);

// Hashes every stored record again and compares it with its leaf, the leaves with the stored
// subtrees, and each request's events with its leaves. Reads in pages, each from a snapshot of its
// own, so that it holds nothing up however long it takes. Damage is a finding, not an error.
// Blocks.
absl::StatusOr<v1::VerifyLogResponse> VerifyLog(Store& store);

}  // namespace dsr

#endif  // DSR_APP_AUDITOR_H_
