// Destroys keys, so that nothing brings them back.
#ifndef DSR_APP_KEY_SHREDDER_H_
#define DSR_APP_KEY_SHREDDER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "app/key_file.h"
#include "app/server_secrets.h"
#include "app/shred_journal.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"
#include "dsr/store/store.h"

namespace dsr {

// A key dies in three steps, each durable before the next: the database says so, in the transaction
// that decides it and with an audit record; the journal beside the key file says so; the key file
// forgets the key. A crash between them leaves the rest to the next start, which comes before
// anything is served. There, whichever of the three files came from a backup is led to what the
// others know.
//
// Thread-safe. Blocks on the disk.
class KeyShredder {
 public:
  // Opens the journal at `path` and catches up with it: keys that were destroyed since the database
  // or the key file was backed up are destroyed again, and subjects that the restored database
  // knows by them are retired. All arguments outlive this. Errors: FAILED_PRECONDITION
  // INSTALLATION_INVALID when the journal is damaged or not of this database.
  static absl::StatusOr<std::unique_ptr<KeyShredder>> Open(const std::string& path, Store& store,
                                                           KeyFile& keys,
                                                           const ServerSecrets& secrets,
                                                           const Clock& clock);

  KeyShredder(const KeyShredder&) = delete;
  KeyShredder& operator=(const KeyShredder&) = delete;

  // First step, in a transaction: key `number` is destroyed at `now`. `about` names whose it was,
  // such as `subjects/{id}`.
  static absl::Status Record(Transaction& transaction, int64_t number, absl::string_view about,
                             absl::Time now);

  // The other steps, for everything recorded since. Idempotent.
  absl::Status Follow();

 private:
  KeyShredder(std::unique_ptr<ShredJournal> journal, Store& store, KeyFile& keys)
      : store_(store), keys_(keys), journal_(std::move(journal)) {}

  absl::Status TeachDatabase(int64_t known, const Clock& clock);
  absl::Status LearnFromKeyFile(const Clock& clock);

  Store& store_;
  KeyFile& keys_;
  Mutex mutex_;
  const std::unique_ptr<ShredJournal> journal_ ABSL_PT_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_APP_KEY_SHREDDER_H_
