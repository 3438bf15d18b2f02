#include "app/checkpoint_exporter.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "app/auditor.h"
#include "app/deletion_certificate.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/log.h"
#include "dsr/base/log_checkpoint.h"
#include "dsr/base/merkle_proof.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr absl::Duration kRetryPause = absl::Minutes(1);
constexpr char kFilePrefix[] = "checkpoint-";
constexpr char kFileSuffix[] = ".note";

absl::Status DirectoryFailed() {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   "the directory of the audit log's checkpoints cannot be made or read");
}

// The names of its checkpoints, the largest first, which is the order of the digits.
absl::StatusOr<std::set<std::string, std::greater<>>> CheckpointNamesIn(
    const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  std::filesystem::directory_iterator entry(directory, error);
  if (error) return DirectoryFailed();
  std::set<std::string, std::greater<>> names;
  while (entry != std::filesystem::directory_iterator()) {
    std::string name = entry->path().filename().string();
    if (absl::StartsWith(name, kFilePrefix) && absl::EndsWith(name, kFileSuffix)) {
      names.insert(std::move(name));
    }
    entry.increment(error);
    if (error) return DirectoryFailed();
  }
  return names;
}

// The last one that this installation signed; nothing when there is none.
absl::StatusOr<std::optional<LogCheckpoint>> LastExported(const std::string& directory,
                                                          const NoteSigner& signer) {
  DSR_ASSIGN_OR_RETURN(const NoteVerifier verifier, NoteVerifier::Parse(signer.verifier_key()));
  DSR_ASSIGN_OR_RETURN(const auto names, CheckpointNamesIn(directory));
  for (const std::string& name : names) {
    DSR_ASSIGN_OR_RETURN(const std::string note, ReadFile(absl::StrCat(directory, "/", name)));
    absl::StatusOr<LogCheckpoint> checkpoint = OpenCheckpoint(note, verifier);
    if (checkpoint.ok()) return std::optional<LogCheckpoint>(*std::move(checkpoint));
    Log(LogLevel::kWarning, "checkpoint_not_ours", {{"file", name}});
  }
  return std::optional<LogCheckpoint>();
}

// Proves to itself that the log begins with what it had at the older checkpoint.
absl::StatusOr<bool> IsConsistent(ReadView& view, const LogCheckpoint& old_one, int64_t size,
                                  absl::string_view root) {
  if (old_one.size > size) return false;
  const auto old_size = static_cast<uint64_t>(old_one.size);
  const auto new_size = static_cast<uint64_t>(size);
  DSR_ASSIGN_OR_RETURN(
      const std::vector<std::string> proof,
      MakeConsistencyProof(old_size, new_size, [&view](const MerklePosition& position) {
        return view.FindLogNode(position);
      }));
  return VerifyConsistency(old_size, old_one.root, new_size, root, proof);
}

}  // namespace

std::string CheckpointFileName(int64_t size) {
  return absl::StrFormat("%s%020d%s", kFilePrefix, size, kFileSuffix);
}

absl::StatusOr<CheckpointExport> ExportCheckpoint(Store& store, const NoteSigner& signer,
                                                  absl::string_view directory, absl::Time now) {
  const std::string folder(directory);
  DSR_ASSIGN_OR_RETURN(const std::optional<LogCheckpoint> last, LastExported(folder, signer));
  v1::Checkpoint checkpoint;
  bool is_consistent = true;
  DSR_RETURN_IF_ERROR(store.Read([&](ReadView& view) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(checkpoint, MakeCheckpoint(view, signer, now));
    if (!last.has_value()) return absl::OkStatus();
    DSR_ASSIGN_OR_RETURN(const std::string root, Base64Decode(checkpoint.root()));
    DSR_ASSIGN_OR_RETURN(is_consistent, IsConsistent(view, *last, checkpoint.size(), root));
    return absl::OkStatus();
  }));
  if (!is_consistent) {
    Log(LogLevel::kError, "checkpoint_diverged",
        {{"exported_size", last->size}, {"size", checkpoint.size()}});
    return CheckpointExport::kDiverged;
  }
  if (checkpoint.size() == (last.has_value() ? last->size : 0)) return CheckpointExport::kUnchanged;
  // For everybody: it is there to be carried away, and tells nothing but a number.
  constexpr mode_t kReadableByAll = 0644;
  DSR_RETURN_IF_ERROR(
      WriteFileAtomically(absl::StrCat(folder, "/", CheckpointFileName(checkpoint.size())),
                          checkpoint.note(), kReadableByAll));
  Log(LogLevel::kInfo, "checkpoint_exported", {{"size", checkpoint.size()}});
  return CheckpointExport::kWritten;
}

CheckpointExporter::CheckpointExporter(Parts parts)
    : parts_(std::move(parts)),
      signer_(InstallationSigner(parts_.secrets)),
      thread_("checkpoints", [this] { Run(); }) {}

void CheckpointExporter::AwaitIdle() {
  MutexLock lock(mutex_);
  while (!stopping_ && waiting_until_ <= parts_.clock.Now()) idle_.Wait(mutex_);
}

void CheckpointExporter::Stop() {
  {
    MutexLock lock(mutex_);
    if (std::exchange(stopping_, true)) return;
    changed_.NotifyAll();
    idle_.NotifyAll();
  }
  thread_.Join();
  // What happened since the last one would otherwise have none until the next start.
  ExportOnce();
}

void CheckpointExporter::Run() {
  absl::Duration pause;
  do {
    pause = ExportOnce();
  } while (Wait(parts_.clock.Now() + pause));
}

bool CheckpointExporter::Wait(absl::Time next) {
  MutexLock lock(mutex_);
  waiting_until_ = next;
  idle_.NotifyAll();
  while (!stopping_ && parts_.clock.Now() < next) {
    parts_.clock.WaitUntil(changed_, mutex_, next);
  }
  waiting_until_ = absl::InfinitePast();
  return !stopping_;
}

absl::Duration CheckpointExporter::ExportOnce() {
  const absl::StatusOr<CheckpointExport> exported =
      ExportCheckpoint(parts_.store, signer_, parts_.directory, parts_.clock.Now());
  if (exported.ok() && *exported != CheckpointExport::kDiverged) return parts_.interval;
  if (!exported.ok()) {
    Log(LogLevel::kError, "checkpoint_not_exported",
        {{"reason", ErrorReasonName(ReasonOf(exported.status()))}});
  }
  return std::min(kRetryPause, parts_.interval);
}

}  // namespace dsr
