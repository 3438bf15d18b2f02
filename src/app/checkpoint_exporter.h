// Checkpoints of the audit log, written to a directory on a schedule.
#ifndef DSR_APP_CHECKPOINT_EXPORTER_H_
#define DSR_APP_CHECKPOINT_EXPORTER_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "app/server_secrets.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"
#include "dsr/base/signed_note.h"
#include "dsr/base/thread.h"
#include "dsr/store/store.h"

namespace dsr {

// What became of one attempt to write a checkpoint.
enum class CheckpointExport {
  kWritten,
  kUnchanged,  // the log has not grown since the last one
  kDiverged,   // the log does not begin with what the last one says: nothing was written
};

// Returns the name of a checkpoint's file: `checkpoint-`, the size in 20 digits, `.note`.
std::string CheckpointFileName(int64_t size);

// Writes the checkpoint of `store` as of `now` to `directory`, which is made when it is missing,
// under a name of its own and whole or not at all; unless the log has not grown since the last
// checkpoint there that `signer` signed, or is not consistent with it. Files of others are left
// alone. Errors: those of the files and the store. Blocks.
absl::StatusOr<CheckpointExport> ExportCheckpoint(Store& store, const NoteSigner& signer,
                                                  absl::string_view directory, absl::Time now);

// Exports at its start, then once each interval, and at the end. A failure is logged and tried
// again after a minute; so is a log that has diverged, which is for people to look into.
// Thread-safe; works on a thread of its own.
class CheckpointExporter {
 public:
  struct Parts {
    // These outlive the exporter.
    Store& store;
    Clock& clock;
    const ServerSecrets& secrets;
    std::string directory;
    absl::Duration interval;
  };

  // Begins at once.
  explicit CheckpointExporter(Parts parts);
  CheckpointExporter(const CheckpointExporter&) = delete;
  CheckpointExporter& operator=(const CheckpointExporter&) = delete;
  ~CheckpointExporter() { Stop(); }

  // Blocks until nothing is due. Returns at once when it is stopped.
  void AwaitIdle();

  // Exports once more, and ends. Idempotent. The store must still be open.
  void Stop();

 private:
  void Run();
  // Returns how long to wait for the next time.
  absl::Duration ExportOnce();
  // False when it is to end.
  bool Wait(absl::Time next);

  const Parts parts_;
  const NoteSigner signer_;
  Mutex mutex_;
  CondVar changed_;
  CondVar idle_;
  // InfinitePast while it is at work.
  absl::Time waiting_until_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: it uses all of the above.
  Thread thread_;
};

}  // namespace dsr

#endif  // DSR_APP_CHECKPOINT_EXPORTER_H_
