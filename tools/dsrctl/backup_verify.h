// What can be told of a backup without a server.
#ifndef DSR_TOOLS_DSRCTL_BACKUP_VERIFY_H_
#define DSR_TOOLS_DSRCTL_BACKUP_VERIFY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "app/backup_file.h"
#include "dsr/storage/v1/backup.pb.h"

namespace dsr::dsrctl {

struct VerifyOptions {
  std::string backup;
  // Both empty: only the checksum is verified.
  std::string key_file;
  std::string key_encryption_key_file;
  // Where the opened backup is kept meanwhile.
  std::string work_dir;
};

struct VerifiedBackup {
  storage::v1::BackupHeader header;
  bool has_checksum = false;
  // It was opened, and what it holds was checked.
  bool is_opened = false;
  // Empty when nothing is wrong.
  std::vector<std::string> findings;
};

// Verifies the checksum and, with keys, opens every chunk and checks the database in it. What is
// wrong with the backup is a finding. Errors: FAILED_PRECONDITION BACKUP_INVALID when it is no
// backup at all, or of another installation; INSTALLATION_INVALID for files and keys. Blocks.
absl::StatusOr<VerifiedBackup> VerifyBackup(const VerifyOptions& options,
                                            const ByteProgress& progress);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_BACKUP_VERIFY_H_
