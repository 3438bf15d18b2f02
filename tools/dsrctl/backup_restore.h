// A backup becomes the data file again; no server is involved.
#ifndef DSR_TOOLS_DSRCTL_BACKUP_RESTORE_H_
#define DSR_TOOLS_DSRCTL_BACKUP_RESTORE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "app/backup_file.h"
#include "app/database_check.h"
#include "app/server_secrets.h"
#include "dsr/base/file.h"
#include "dsr/storage/v1/backup.pb.h"

namespace dsr::dsrctl {

// What was restored, or would be.
struct RestoredBackup {
  storage::v1::BackupHeader header;
  // Where the data file is that was there before; empty when none was.
  std::string moved_to;
  // The data directory has its key file.
  bool has_keys = false;
};

struct RestoreOptions {
  std::string backup;
  std::string data_dir;
  std::string key_encryption_key_file;
  // Empty: that of the data directory.
  std::string key_file;
  // Move the data file that is there out of the way.
  bool force = false;
  absl::Time now;
};

// Opens the backup into `file`, and checks what it holds (database_check.h) against what it says of
// itself. Errors: those of OpenBackup; FAILED_PRECONDITION BACKUP_INVALID when it is damaged;
// INSTALLATION_INVALID when it is of another schema version. Blocks.
absl::StatusOr<storage::v1::BackupHeader> OpenAndCheck(const std::string& backup,
                                                       const ServerSecrets& secrets, NewFile& file,
                                                       const ByteProgress& progress);

// Restores the backup as the data file of the directory, which is made if need be. Nothing is
// deleted or overwritten; without an error the data file is whole and durable, and with one it is
// as it was. Errors: as OpenAndCheck; FAILED_PRECONDITION INSTALLATION_INVALID when a server
// runs there or a key does not fit; ALREADY_EXISTS INSTALLATION_INVALID when a data file is there
// and `force` is not set. Blocks.
absl::StatusOr<RestoredBackup> RestoreBackup(const RestoreOptions& options,
                                             const ByteProgress& progress);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_BACKUP_RESTORE_H_
