// Going over to another key-encryption key, while the server serves.
#ifndef DSR_APP_KEY_ROTATOR_H_
#define DSR_APP_KEY_ROTATOR_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "app/key_file.h"
#include "app/key_source.h"
#include "dsr/base/mutex.h"

namespace dsr {

// Opens the key file with the key of `current`, or, where another wraps it, with that of `next`: a
// rotation that went through before the configuration followed. Errors: those of KeySource and
// KeyFile::Open.
absl::StatusOr<std::unique_ptr<KeyFile>> OpenKeyFile(const std::string& path,
                                                     const KeySource& current,
                                                     const KeySource& next, bool create_if_missing);

// Thread-safe. The key file outlives this.
class KeyRotator {
 public:
  KeyRotator(KeyFile& keys, KeySource next) : keys_(keys), next_(std::move(next)) {}

  // Wraps all keys with that of the next source. Doing it again wraps them anew with the same.
  // Errors: FAILED_PRECONDITION INSTALLATION_INVALID when there is no next source, or it gives no
  // key; RESOURCE_EXHAUSTED DISK_FULL. Blocks, for some seconds where there are millions of keys.
  absl::StatusOr<KeyFileCounts> Rotate();

 private:
  KeyFile& keys_;
  const KeySource next_;
  // One at a time.
  Mutex rotating_;
};

}  // namespace dsr

#endif  // DSR_APP_KEY_ROTATOR_H_
