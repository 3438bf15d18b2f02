#include "app/offline_secrets.h"

#include "absl/strings/str_cat.h"
#include "app/key_file.h"
#include "app/key_source.h"
#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "dsr/base/status_macros.h"

namespace dsr {

absl::StatusOr<std::unique_ptr<ServerSecrets>> OpenSecrets(
    const std::string& key_file, const std::string& key_encryption_key_file) {
  if (!FileExists(key_file)) {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                     absl::StrCat("there is no key file ", key_file,
                                  "; a backup never holds it: take dsrd.keys of the same "
                                  "installation from where copies of it are kept"));
  }
  DSR_ASSIGN_OR_RETURN(const SecretKey key, ReadKeyEncryptionKey(key_encryption_key_file));
  DSR_ASSIGN_OR_RETURN(const std::unique_ptr<KeyFile> keys,
                       KeyFile::Open(key_file, key, /*create_if_missing=*/false));
  return std::make_unique<ServerSecrets>(keys->root_secret());
}

}  // namespace dsr
