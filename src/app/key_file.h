// The key file: one random key for each data subject, wrapped by the key-encryption key.
//
// It is a file apart from the database, so that destroying a key erases a subject's data
// everywhere, backups of the database included. Form: a header of 64 bytes (magic, version, a check
// value that tells a wrong key-encryption key, the number of filled records), then records of 72
// bytes. Record n, from 1, is a box (XChaCha20-Poly1305, associated data n) of 32 random bytes. A
// record of zeros is a destroyed key.
#ifndef DSR_APP_KEY_FILE_H_
#define DSR_APP_KEY_FILE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/crypto.h"
#include "dsr/base/mutex.h"

namespace dsr {

// Reads the key-encryption key. Errors: FAILED_PRECONDITION INSTALLATION_INVALID when the file
// cannot be read, has not exactly 32 bytes, or may be read by anyone but its owner. Blocks on the
// disk.
absl::StatusOr<SecretKey> ReadKeyEncryptionKey(absl::string_view path);

// Thread-safe. Blocks on the disk.
class KeyFile {
 public:
  // Opens the file, or makes an empty one where there is none and `create_if_missing`.
  // Errors: FAILED_PRECONDITION INSTALLATION_INVALID when there is none, when it was made with
  // another key-encryption key, is no key file, is damaged, or may be read by anyone but its owner.
  static absl::StatusOr<std::unique_ptr<KeyFile>> Open(absl::string_view path,
                                                       const SecretKey& key_encryption_key,
                                                       bool create_if_missing);

  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;
  ~KeyFile();

  // How many records are filled; those are durable.
  int64_t filled() const { return filled_.load(std::memory_order_acquire); }

  // Adds random keys until `up_to` records are filled, and makes them durable. Does nothing when
  // they are. Errors: RESOURCE_EXHAUSTED DISK_FULL.
  absl::Status EnsureFilled(int64_t up_to);

  // Returns key `number`. Errors: FAILED_PRECONDITION ACTION_NOT_ALLOWED when it was destroyed;
  // INTERNAL when there is none of that number, or it is damaged.
  absl::StatusOr<SecretKey> Key(int64_t number) const;

  // Destroys key `number`, durably and for ever. Idempotent.
  absl::Status Destroy(int64_t number);

 private:
  KeyFile(int descriptor, SecretKey wrapping_key, int64_t filled);

  const int descriptor_;
  const SecretKey wrapping_key_;
  std::atomic<int64_t> filled_;
  // Held while records or the header are written.
  Mutex writing_;
};

}  // namespace dsr

#endif  // DSR_APP_KEY_FILE_H_
