#include "app/key_rotator.h"

#include "dsr/base/errors.h"
#include "dsr/base/log.h"
#include "dsr/base/status_macros.h"

namespace dsr {

absl::StatusOr<std::unique_ptr<KeyFile>> OpenKeyFile(const std::string& path,
                                                     const KeySource& current,
                                                     const KeySource& next,
                                                     bool create_if_missing) {
  absl::StatusOr<SecretKey> key = current.Read();
  if (next.is_set() && (!key.ok() || !KeyFile::IsWrappedBy(path, *key))) {
    const absl::StatusOr<SecretKey> other = next.Read();
    if (other.ok() && KeyFile::IsWrappedBy(path, *other)) {
      Log(LogLevel::kWarning, "next_key_in_use",
          {{"next_step",
            "make the next key-encryption key the key-encryption key of the "
            "configuration"}});
      return KeyFile::Open(path, *other, /*create_if_missing=*/false);
    }
  }
  DSR_RETURN_IF_ERROR(key.status());
  return KeyFile::Open(path, *key, create_if_missing);
}

absl::StatusOr<KeyFileCounts> KeyRotator::Rotate() {
  MutexLock lock(rotating_);
  if (!next_.is_set()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                     "the configuration names no key to go over to: next_key_encryption_key_file "
                     "or next_key_encryption_key_command");
  }
  DSR_ASSIGN_OR_RETURN(const SecretKey key, next_.Read());
  DSR_ASSIGN_OR_RETURN(const KeyFileCounts counts, keys_.Rewrap(key));
  Log(LogLevel::kInfo, "keys_rewrapped",
      {{"keys", counts.keys}, {"destroyed", counts.destroyed}, {"damaged", counts.damaged}});
  return counts;
}

}  // namespace dsr
