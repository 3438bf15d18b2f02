// The installation's secrets for tools that work without a server.
#ifndef DSR_APP_OFFLINE_SECRETS_H_
#define DSR_APP_OFFLINE_SECRETS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "app/server_secrets.h"

namespace dsr {

// Reads them from the key file and the key-encryption key, and changes neither. Errors:
// FAILED_PRECONDITION INSTALLATION_INVALID when one of them is missing, cannot be read, or the two
// do not belong together. Blocks on the disk.
absl::StatusOr<std::unique_ptr<ServerSecrets>> OpenSecrets(
    const std::string& key_file, const std::string& key_encryption_key_file);

}  // namespace dsr

#endif  // DSR_APP_OFFLINE_SECRETS_H_
