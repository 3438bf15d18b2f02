// Checkpoints of the audit log (C2SP tlog-checkpoint): what its size and root were, as a signed
// note.
//
//   dsrd-5b3c90fe
//   292
//   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//   time 2026-11-29T10:00:00Z
//
//   — dsrd-5b3c90fe Uw2QOkn8srV1yJGh...
//
// Kept outside of the machine, it lets anybody tell later whether an older leaf was changed, taken
// out or put in: whoever has the database can rewrite all that stands in it, and no checkpoint.
#ifndef DSR_BASE_LOG_CHECKPOINT_H_
#define DSR_BASE_LOG_CHECKPOINT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dsr/base/signed_note.h"

namespace dsr {

// What a checkpoint says.
struct LogCheckpoint {
  // Which log: the name of the key that signs its checkpoints.
  std::string origin;
  int64_t size = 0;
  // 32 bytes.
  std::string root;
  // Further lines, which only their maker understands; none is empty.
  std::vector<std::string> extensions;

  friend bool operator==(const LogCheckpoint&, const LogCheckpoint&) = default;
};

// Returns the line that tells when a checkpoint was made, for its extensions.
std::string CheckpointTimeLine(absl::Time time);

// Returns the text that is signed, which ends with a line feed.
std::string CheckpointText(const LogCheckpoint& checkpoint);

// Returns the checkpoint as a note by `signer`, whose name is its origin.
std::string SignCheckpoint(const NoteSigner& signer, int64_t size, absl::string_view root,
                           absl::Time time);

// Returns what the text of a note says. Errors: INVALID_ARGUMENT CHECKPOINT_INVALID when it is not
// exactly in that form.
absl::StatusOr<LogCheckpoint> ParseCheckpointText(absl::string_view text);

// Returns what the checkpoint says, when `verifier` signed it and it is of the log of that name.
// Errors: INVALID_ARGUMENT CHECKPOINT_INVALID otherwise.
absl::StatusOr<LogCheckpoint> OpenCheckpoint(absl::string_view note, const NoteVerifier& verifier);

// The same without looking at who signed it: for comparison only, and proof of nothing.
absl::StatusOr<LogCheckpoint> ReadUnverifiedCheckpoint(absl::string_view note);

}  // namespace dsr

#endif  // DSR_BASE_LOG_CHECKPOINT_H_
