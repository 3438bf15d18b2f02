#include "dsr/base/log_checkpoint.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

// A checkpoint with more would only make its reader work.
constexpr size_t kMostExtensions = 100;

absl::Status NoCheckpoint(absl::string_view problem) {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_CHECKPOINT_INVALID,
                   absl::StrCat("this is no checkpoint of the log: ", problem));
}

// Decimal, without sign, leading zeros or spaces: each size is written in one way only.
bool ParseSize(absl::string_view text, int64_t& size) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         (text.size() == 1 || text[0] != '0') && absl::SimpleAtoi(text, &size);
}

}  // namespace

std::string CheckpointTimeLine(absl::Time time) {
  return absl::StrCat("time ", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()));
}

std::string CheckpointText(const LogCheckpoint& checkpoint) {
  std::string text = absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n",
                                  Base64Encode(checkpoint.root), "\n");
  for (const std::string& line : checkpoint.extensions) absl::StrAppend(&text, line, "\n");
  return text;
}

std::string SignCheckpoint(const NoteSigner& signer, int64_t size, absl::string_view root,
                           absl::Time time) {
  return signer.Sign(CheckpointText({.origin = signer.name(),
                                     .size = size,
                                     .root = std::string(root),
                                     .extensions = {CheckpointTimeLine(time)}}));
}

absl::StatusOr<LogCheckpoint> ParseCheckpointText(absl::string_view text) {
  if (!absl::ConsumeSuffix(&text, "\n")) return NoCheckpoint("it ends without a line feed");
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (lines.size() < 3 || lines[0].empty()) return NoCheckpoint("it has no origin, size and root");
  LogCheckpoint checkpoint;
  checkpoint.origin = lines[0];
  if (!ParseSize(lines[1], checkpoint.size)) return NoCheckpoint("its size is no number");
  absl::StatusOr<std::string> root = Base64Decode(lines[2]);
  if (!root.ok() || root->size() != kHashSize) {
    return NoCheckpoint("its root is not 32 bytes in base64");
  }
  if (checkpoint.size == 0 && *root != Sha256("")) {
    return NoCheckpoint("its root is not that of an empty log");
  }
  checkpoint.root = *std::move(root);
  checkpoint.extensions.assign(lines.begin() + 3, lines.end());
  if (checkpoint.extensions.size() > kMostExtensions) return NoCheckpoint("it has too many lines");
  for (const std::string& line : checkpoint.extensions) {
    if (line.empty()) return NoCheckpoint("it has an empty line");
  }
  return checkpoint;
}

absl::StatusOr<LogCheckpoint> OpenCheckpoint(absl::string_view note, const NoteVerifier& verifier) {
  const absl::StatusOr<std::string> text = OpenNote(note, verifier);
  if (!text.ok()) return NoCheckpoint(text.status().message());
  DSR_ASSIGN_OR_RETURN(LogCheckpoint checkpoint, ParseCheckpointText(*text));
  if (checkpoint.origin != verifier.name()) {
    return NoCheckpoint("it is of another log than that of the key that signed it");
  }
  return checkpoint;
}

absl::StatusOr<LogCheckpoint> ReadUnverifiedCheckpoint(absl::string_view note) {
  const size_t border = note.rfind("\n\n");
  if (!IsNoteText(note) || border == absl::string_view::npos) {
    return NoCheckpoint("it is no signed note");
  }
  return ParseCheckpointText(note.substr(0, border + 1));
}

}  // namespace dsr
