// Backups as files: one container of a header and the database, sealed.
//
// Form: the magic `dsrdbackup`, a byte of version, 4 bytes with the size of the header (big
// endian), the header (BackupHeader), 24 bytes that the stream begins with (sealed_stream.h), then
// the database in chunks of 1 MiB, each 17 bytes longer for its seal; the last is marked as that.
// All that stands before the chunks is authenticated with the first. A file `<backup>.sha256`
// beside it, in the form of sha256sum, lets those check it who have no keys.
//
// Errors of all functions, besides those of files: FAILED_PRECONDITION BACKUP_INVALID with the
// metadata `problem`: `not_a_backup`, `other_installation`, `no_checksum`, `checksum`, `incomplete`
// or `damaged`.
#ifndef DSR_APP_BACKUP_FILE_H_
#define DSR_APP_BACKUP_FILE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "app/server_secrets.h"
#include "dsr/base/file.h"
#include "dsr/storage/v1/backup.pb.h"

namespace dsr {

// Told while a long file is read: how many bytes were, of all.
using ByteProgress = std::function<void(int64_t done, int64_t total)>;

// Seals the database file `database`, which nobody writes, into the backup `path`, with its
// checksum beside it. Durable when this returns OK; otherwise nothing of that name is there.
// Returns the SHA-256 of the backup in hexadecimal digits. Blocks.
absl::StatusOr<std::string> WriteBackup(const std::string& database,
                                        const storage::v1::BackupHeader& header,
                                        const ServerSecrets& secrets, const std::string& path);

// Returns what the backup says of itself, not authenticated.
absl::StatusOr<storage::v1::BackupHeader> ReadBackupHeader(const std::string& path);

// Appends the database to `out`. What was appended before an error is worth nothing. Blocks.
absl::StatusOr<storage::v1::BackupHeader> OpenBackup(const std::string& path,
                                                     const ServerSecrets& secrets, NewFile& out,
                                                     const ByteProgress& progress);

// Hashes the backup and compares it with the file beside it; returns the hash. Blocks.
absl::StatusOr<std::string> CheckBackupChecksum(const std::string& path,
                                                const ByteProgress& progress);

// The error for a backup that cannot be used.
absl::Status BackupInvalid(absl::string_view problem, absl::string_view message);

}  // namespace dsr

#endif  // DSR_APP_BACKUP_FILE_H_
