// The key file: random keys for what is personal, wrapped by the key-encryption key.
//
// It is a file apart from the database, so that destroying a key erases what was sealed with it
// everywhere, backups of the database included. Form: a header of 256 bytes (magic, version, a
// check value that tells a wrong key-encryption key, the number of filled records, how far the
// journal of destroyed keys was followed, the wrapped root secret), then records of 72 bytes.
// Record n, from 1, is a box (XChaCha20-Poly1305, associated data n) of 32 random bytes. A record
// of zeros is a destroyed key.
#ifndef DSR_APP_KEY_FILE_H_
#define DSR_APP_KEY_FILE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/crypto.h"
#include "dsr/base/mutex.h"

namespace dsr {

// What a wrapping anew found.
struct KeyFileCounts {
  int64_t keys = 0;
  int64_t destroyed = 0;
  int64_t damaged = 0;  // taken over as they were; they open neither before nor after
};

// Thread-safe. Blocks on the disk.
class KeyFile {
 public:
  // Opens the file, or makes an empty one where there is none and `create_if_missing`. One of an
  // earlier form is brought to the present one first. Errors: FAILED_PRECONDITION
  // INSTALLATION_INVALID when there is none, when it was made with another key-encryption key, is
  // no key file, is damaged, or may be read by anyone but its owner.
  static absl::StatusOr<std::unique_ptr<KeyFile>> Open(absl::string_view path,
                                                       const SecretKey& key_encryption_key,
                                                       bool create_if_missing);

  // Tells whether the file is there, in a form that this program knows, and wrapped by that key.
  static bool IsWrappedBy(absl::string_view path, const SecretKey& key_encryption_key);

  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;

  // How many records are filled; those are durable.
  int64_t filled() const { return filled_.load(std::memory_order_acquire); }

  // What the installation's other secrets are derived from. The same as long as the file lives,
  // whatever wraps it. Valid as long as this object.
  const SecretKey& root_secret() const { return root_secret_; }

  // Adds random keys until `up_to` records are filled, and makes them durable. Does nothing when
  // they are. Errors: RESOURCE_EXHAUSTED DISK_FULL.
  absl::Status EnsureFilled(int64_t up_to);

  // Returns key `number`. Errors: FAILED_PRECONDITION CONTENT_ERASED when it was destroyed;
  // INTERNAL when there is none of that number, or it is damaged.
  absl::StatusOr<SecretKey> Key(int64_t number) const;

  // Tells whether key `number` was destroyed.
  bool IsDestroyed(int64_t number) const;

  // The numbers of all destroyed keys; reads the whole file.
  absl::StatusOr<std::vector<int64_t>> ListDestroyed() const;

  // Destroys key `number`, durably and for ever. Idempotent.
  absl::Status Destroy(int64_t number);

  // How many entries of the journal of destroyed keys (shred_journal.h) this file has followed.
  int64_t shreds_followed() const { return shreds_followed_.load(std::memory_order_acquire); }
  // Keeps that number, durably.
  absl::Status SetShredsFollowed(int64_t count);

  // Wraps every key, and the root secret, with another key-encryption key: into a new file, which
  // takes the old one's place whole. Until then and after a crash the file opens with the old key,
  // from then on with the new one alone. Keys are read meanwhile; filling and destroying wait.
  absl::StatusOr<KeyFileCounts> Rewrap(const SecretKey& key_encryption_key);

 private:
  struct Wrapped;

  KeyFile(std::string path, std::shared_ptr<const Wrapped> wrapped, SecretKey root_secret);

  std::shared_ptr<const Wrapped> Current() const ABSL_LOCKS_EXCLUDED(current_mutex_);

  const std::string path_;
  const SecretKey root_secret_;
  std::atomic<int64_t> filled_;
  std::atomic<int64_t> shreds_followed_;
  mutable Mutex current_mutex_;
  std::shared_ptr<const Wrapped> current_ ABSL_GUARDED_BY(current_mutex_);
  // Held while records or the header are written.
  Mutex writing_;
};

}  // namespace dsr

#endif  // DSR_APP_KEY_FILE_H_
