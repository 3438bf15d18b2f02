#include "dsrctl/backup_restore.h"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "app/deletion_certificate.h"
#include "app/offline_secrets.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/database_reader.h"

namespace dsr::dsrctl {
namespace {

absl::Status CannotRestore(absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                   message);
}

// The keys that the backup is opened with, which are to be those of the directory's own key file.
absl::StatusOr<std::unique_ptr<ServerSecrets>> SecretsFor(const RestoreOptions& options,
                                                          const std::string& own_keys) {
  const bool is_own = options.key_file.empty();
  DSR_ASSIGN_OR_RETURN(
      std::unique_ptr<ServerSecrets> secrets,
      OpenSecrets(is_own ? own_keys : options.key_file, options.key_encryption_key_file));
  if (is_own || !FileExists(own_keys)) return secrets;
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<ServerSecrets> own,
                       OpenSecrets(own_keys, options.key_encryption_key_file));
  if (InstallationSigner(*own).name() != InstallationSigner(*secrets).name()) {
    return CannotRestore(absl::StrCat("the key file ", own_keys,
                                      " is of another installation than ", options.key_file));
  }
  return secrets;
}

absl::Status DataFileExists(const std::string& data_file) {
  return MakeError(absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_INSTALLATION_INVALID,
                   absl::StrCat("there is a data file already: ", data_file,
                                "; --force moves it out of the way"));
}

// Moves the data file and its log to a new name, and returns that.
absl::StatusOr<std::string> MoveAside(const std::string& data_file, absl::Time now) {
  const std::string aside = absl::StrCat(
      data_file, ".before-restore-", absl::FormatTime("%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone()));
  if (FileExists(aside)) return CannotRestore(absl::StrCat(aside, " is there already"));
  // The log first: a data file without its log would lack what was committed last.
  for (const char* suffix : {"-wal", "-shm", ""}) {
    if (!FileExists(data_file + suffix)) continue;
    std::error_code error;
    std::filesystem::rename(data_file + suffix, aside + suffix, error);
    if (error) return CannotRestore(absl::StrCat("cannot rename ", data_file, suffix));
  }
  return aside;
}

}  // namespace

absl::StatusOr<storage::v1::BackupHeader> OpenAndCheck(const std::string& backup,
                                                       const ServerSecrets& secrets, NewFile& file,
                                                       const ByteProgress& progress) {
  DSR_ASSIGN_OR_RETURN(storage::v1::BackupHeader header,
                       OpenBackup(backup, secrets, file, progress));
  DSR_RETURN_IF_ERROR(file.Sync());
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<DatabaseFile> database,
                       sqlite::DatabaseReader::Open(file.temporary_path()));
  DSR_ASSIGN_OR_RETURN(const DatabaseCheck check, CheckDatabase(*database));
  if (!check.findings.empty()) return BackupInvalid("damaged", check.findings.front());
  if (check.log_size != header.log_size() || check.log_root != header.log_root()) {
    return BackupInvalid("damaged", "the audit log in the backup is not the one it names");
  }
  return header;
}

absl::StatusOr<RestoredBackup> RestoreBackup(const RestoreOptions& options,
                                             const ByteProgress& progress) {
  const std::string data_file = absl::StrCat(options.data_dir, "/dsrd.db");
  const std::string own_keys = absl::StrCat(options.data_dir, "/dsrd.keys");
  RestoredBackup restored;
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<ServerSecrets> secrets, SecretsFor(options, own_keys));
  std::error_code error;
  std::filesystem::create_directories(options.data_dir, error);
  if (error) return CannotRestore(absl::StrCat(options.data_dir, " cannot be made"));
  // Held to the end: no server may begin here meanwhile.
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<LockFile> lock,
                       LockFile::Acquire(absl::StrCat(data_file, ".lock")));
  const bool is_there = FileExists(data_file) || FileExists(data_file + "-wal");
  if (is_there && !options.force) return DataFileExists(data_file);
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<NewFile> file, NewFile::Create(data_file));
  DSR_ASSIGN_OR_RETURN(restored.header, OpenAndCheck(options.backup, *secrets, *file, progress));
  if (is_there) {
    DSR_ASSIGN_OR_RETURN(restored.moved_to, MoveAside(data_file, options.now));
  }
  DSR_RETURN_IF_ERROR(file->Finish());
  restored.has_keys = FileExists(own_keys);
  return restored;
}

}  // namespace dsr::dsrctl
