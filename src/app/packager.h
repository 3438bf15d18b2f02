// dsrd's own worker: makes packages and answers.
#ifndef DSR_APP_PACKAGER_H_
#define DSR_APP_PACKAGER_H_

#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "app/command_executor.h"
#include "app/key_file.h"
#include "app/package_builder.h"
#include "app/rulebook_catalog.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"
#include "dsr/base/thread.h"
#include "dsr/store/store.h"

namespace dsr {

// Leases the tasks of `systems/dsrd`, one at a time, builds what each asks for, and completes it.
// After a crash the lease runs out and the task is begun anew: what was written of it is removed
// first. Failures count as those of any data system. Thread-safe; does its work on a thread of its
// own.
class Packager {
 public:
  // All of it outlives the packager.
  struct Parts {
    Store& store;
    Clock& clock;
    RulebookCatalog& rulebooks;
    const KeyFile& keys;
    CommandExecutor& executor;
  };

  explicit Packager(const Parts& parts);
  Packager(const Packager&) = delete;
  Packager& operator=(const Packager&) = delete;
  ~Packager() { Close(); }

  // Looks for tasks at once. Call it when a commit made some for `systems/dsrd`. Does not block.
  void Wake();

  // Finishes the task under way and ends. Idempotent. The store must still be open.
  void Close();

 private:
  void Run();
  // Does one task; false when there is none.
  absl::StatusOr<bool> DoOne();
  absl::StatusOr<std::optional<LeasedTask>> Lease();
  absl::StatusOr<PackageContents> ReadContents(const LeasedTask& lease, v1::Task& task,
                                               std::vector<TaskId>& collected);
  absl::StatusOr<storage::v1::PackageBuilt> Build(const LeasedTask& lease);
  absl::Status Report(const LeasedTask& lease, Command command);

  const Parts parts_;
  Mutex mutex_;
  CondVar changed_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = true;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: it uses all of the above.
  Thread thread_;
};

}  // namespace dsr

#endif  // DSR_APP_PACKAGER_H_
