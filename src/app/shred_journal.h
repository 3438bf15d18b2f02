// The journal of destroyed keys: a file beside the key file, for when either of the two, or the
// database, comes back from a backup that still knows the keys.
//
// Form: 32 bytes that tell what it is, then entries of 32 bytes: key number, time (microseconds
// since 1970), and 16 bytes of a keyed hash over these, the entry's position and the hash before
// it, so that no entry can be made, moved or taken out by whoever has not the installation's keys.
#ifndef DSR_APP_SHRED_JOURNAL_H_
#define DSR_APP_SHRED_JOURNAL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "app/server_secrets.h"
#include "dsr/store/records.h"

namespace dsr {

// Not thread-safe. Blocks on the disk.
class ShredJournal {
 public:
  // Opens the file, or makes an empty one. An entry that a crash left unfinished is dropped. The
  // entries up to `known` were verified by an earlier start and are not read again. Errors:
  // FAILED_PRECONDITION INSTALLATION_INVALID when it is no such journal, another installation's, or
  // altered. `secrets` outlives this.
  static absl::StatusOr<std::unique_ptr<ShredJournal>> Open(const std::string& path,
                                                            const ServerSecrets& secrets,
                                                            int64_t known);

  ShredJournal(const ShredJournal&) = delete;
  ShredJournal& operator=(const ShredJournal&) = delete;
  ~ShredJournal();

  // How many entries; their positions count from 1 without a hole.
  int64_t size() const { return size_; }

  // Entries from `after` + 1 on, at most `limit`. Errors: INSTALLATION_INVALID.
  absl::StatusOr<std::vector<KeyShred>> List(int64_t after, int64_t limit) const;

  // Adds entries, whose positions follow the last one, and makes them durable. Errors:
  // RESOURCE_EXHAUSTED DISK_FULL, INTERNAL; nothing is added then.
  absl::Status Append(const std::vector<KeyShred>& shreds);

 private:
  ShredJournal(int descriptor, const ServerSecrets& secrets)
      : descriptor_(descriptor), secrets_(secrets) {}

  // The bytes of an entry, after one that ends with `previous`.
  std::string Entry(const KeyShred& shred, absl::string_view previous) const;

  const int descriptor_;
  const ServerSecrets& secrets_;
  int64_t size_ = 0;
  std::string last_hash_;
};

}  // namespace dsr

#endif  // DSR_APP_SHRED_JOURNAL_H_
