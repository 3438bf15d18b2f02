// Proofs that a record is in the audit log, for those who have no access to it.
#ifndef DSR_APP_INCLUSION_PROOF_H_
#define DSR_APP_INCLUSION_PROOF_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dsr/base/log_checkpoint.h"
#include "dsr/base/signed_note.h"
#include "dsr/store/store.h"
#include "dsr/v1/audit_service.pb.h"

namespace dsr {

// Proves that `leaf`, read from `view` with its record, is in the log as of `now`. Without the
// record, when not `with_record` or purged, the proof is about the hash alone. Errors: DATA_LOSS
// INTERNAL when the stored tree or record is damaged.
absl::StatusOr<v1::InclusionProof> ProveInclusion(ReadView& view, const NoteSigner& signer,
                                                  absl::Time now, const AuditLeaf& leaf,
                                                  bool with_record);

// What a proof shows.
struct ProvedInclusion {
  LogCheckpoint checkpoint;
  // What the record says, read from the bytes that were proved; with its place and hash alone when
  // the proof has no record.
  v1::AuditEvent event;
  bool has_record = false;
};

// Checks a proof with nothing but the installation's verifier key. Nothing in it is believed: not
// the key that it names, nor what it says of the record. Errors: INVALID_ARGUMENT
// CHECKPOINT_INVALID when the checkpoint is not one that this key signed; DATA_LOSS FIELD_INVALID
// when the proof does not hold.
absl::StatusOr<ProvedInclusion> CheckInclusionProof(const v1::InclusionProof& proof,
                                                    const NoteVerifier& verifier);

}  // namespace dsr

#endif  // DSR_APP_INCLUSION_PROOF_H_
