// The audit log, signed and verified.
#ifndef DSR_APP_AUDITOR_H_
#define DSR_APP_AUDITOR_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dsr/base/log_checkpoint.h"
#include "dsr/base/signed_note.h"
#include "dsr/store/store.h"
#include "dsr/v1/audit_service.pb.h"

namespace dsr {

// Returns the log's size and root, signed by `signer` at `now`.
absl::StatusOr<v1::Checkpoint> MakeCheckpoint(ReadView& view, const NoteSigner& signer,
                                              absl::Time now);

// Runs a body with one snapshot of the database that is verified, each time with a newer one: a
// store's Read, or that of a file's reader.
using SnapshotSource = std::function<absl::Status(const std::function<absl::Status(ReadView&)>&)>;

// What the log is compared with beyond itself.
struct LogVerification {
  // Checkpoints of this log whose signatures were checked. Whoever can write the database can make
  // it fit itself; it cannot make it fit these.
  std::vector<LogCheckpoint> checkpoints;
  // Told how many leaves are done, now and then; may be null.
  std::function<void(int64_t leaves)> progress;
};

// Hashes every stored record again and compares it with its leaf and its row, the leaves with every
// stored node and with the checkpoints, and each request's number of events with its leaves.
//
// An emptied record is what a purge leaves: it is a finding unless it is a request's event, and a
// later record `request_purged` says so; when it happened is then told by nothing but its row.
// What the events say of a request is not folded here. Reads in pages, each from a snapshot of its
// own, so that it holds nothing up however long it takes. Damage is a finding, not an error.
// Blocks.
absl::StatusOr<v1::VerifyLogResponse> VerifyLog(const SnapshotSource& read,
                                                const LogVerification& verification);
absl::StatusOr<v1::VerifyLogResponse> VerifyLog(Store& store,
                                                const LogVerification& verification = {});

}  // namespace dsr

#endif  // DSR_APP_AUDITOR_H_
