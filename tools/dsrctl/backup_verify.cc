#include "dsrctl/backup_verify.h"

#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "app/offline_secrets.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"
#include "dsrctl/backup_restore.h"

namespace dsr::dsrctl {
namespace {

// What an error says is wrong with the backup; nothing for an error that is not about what it
// holds.
std::optional<std::string> FindingOf(const absl::Status& status) {
  if (ReasonOf(status) != v1::ERROR_REASON_BACKUP_INVALID) return std::nullopt;
  const std::optional<v1::ErrorInfo> info = ErrorInfoOf(status);
  const auto problem = info->metadata().find("problem");
  if (problem != info->metadata().end() && problem->second == "other_installation") {
    return std::nullopt;
  }
  return std::string(status.message());
}

// Adds what is wrong to the findings, or returns the error.
absl::Status Take(const absl::Status& status, std::vector<std::string>& findings) {
  if (status.ok()) return status;
  std::optional<std::string> finding = FindingOf(status);
  if (!finding.has_value()) return status;
  findings.push_back(*std::move(finding));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<VerifiedBackup> VerifyBackup(const VerifyOptions& options,
                                            const ByteProgress& progress) {
  VerifiedBackup verified;
  DSR_ASSIGN_OR_RETURN(verified.header, ReadBackupHeader(options.backup));
  verified.has_checksum = FileExists(absl::StrCat(options.backup, ".sha256"));
  if (verified.has_checksum) {
    DSR_RETURN_IF_ERROR(
        Take(CheckBackupChecksum(options.backup, progress).status(), verified.findings));
  }
  if (options.key_encryption_key_file.empty()) return verified;
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<ServerSecrets> secrets,
                       OpenSecrets(options.key_file, options.key_encryption_key_file));
  // Never finished, so that it is removed.
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<NewFile> file,
                       NewFile::Create(absl::StrCat(options.work_dir, "/dsrctl-backup")));
  const absl::Status opened = OpenAndCheck(options.backup, *secrets, *file, progress).status();
  DSR_RETURN_IF_ERROR(Take(opened, verified.findings));
  verified.is_opened = opened.ok();
  return verified;
}

}  // namespace dsr::dsrctl
