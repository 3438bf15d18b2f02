// Makes backups of the database while the server runs, and keeps the newest.
#ifndef DSR_APP_BACKUPS_H_
#define DSR_APP_BACKUPS_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "app/server_secrets.h"
#include "dsr/base/clock.h"
#include "dsr/base/mutex.h"
#include "dsr/base/thread.h"
#include "dsr/store/database_file.h"
#include "dsr/v1/admin_service.pb.h"

namespace dsr {

// A backup is copied as it is at one instant into a file beside the database, checked there (pages
// and audit log), and sealed into the backup directory (backup_file.h); the copy is removed
// whatever comes of it. A copy that breaks off because too much was written meanwhile is begun anew
// twice. Thread-safe; regular backups are made on a thread of its own.
class Backups {
 public:
  // All of it outlives this.
  struct Parts {
    Clock& clock;
    const ServerSecrets& secrets;
    // Where backups are; made if need be.
    std::string directory;
    // Where the copy is made, and only that.
    std::string copy_path;
    // How many to keep; 0 keeps all.
    int keep = 0;
    // How often one is made by itself; zero: never.
    absl::Duration every;
    // Copies the database to that new file, unless `is_cancelled`. Errors: UNAVAILABLE when it is
    // to be tried again.
    std::function<absl::Status(const std::string& to, const std::function<bool()>& is_cancelled)>
        copy;
    DatabaseFileOpener open;
  };

  // Removes what a crash left behind. Errors: FAILED_PRECONDITION INSTALLATION_INVALID when the
  // directory cannot be used.
  static absl::StatusOr<std::unique_ptr<Backups>> Open(Parts parts);
  Backups(const Backups&) = delete;
  Backups& operator=(const Backups&) = delete;
  ~Backups() { Close(); }

  // Makes one. Errors: UNAVAILABLE RETRY_LATER while another is being made, when too much was
  // written meanwhile, or after Close; FAILED_PRECONDITION BACKUP_INVALID when the copy is damaged;
  // RESOURCE_EXHAUSTED DISK_FULL. Blocks.
  absl::StatusOr<v1::Backup> Create();

  // Those in the directory, newest first, at most 1000. A file that is none is left out.
  absl::StatusOr<std::vector<v1::Backup>> List() const;

  // Breaks off what is being made, and makes no more. Does not wait for Create. Idempotent.
  void Close();

 private:
  explicit Backups(Parts parts);

  absl::StatusOr<v1::Backup> Make();
  absl::Status Copy();
  void RemoveOld() const;
  void Run();

  const Parts parts_;
  std::atomic<bool> is_closed_ = false;
  std::atomic<bool> is_making_ = false;
  Mutex mutex_;
  CondVar changed_;
  bool is_ending_ ABSL_GUARDED_BY(mutex_) = false;
  // Last: it uses all of the above.
  Thread thread_;
};

}  // namespace dsr

#endif  // DSR_APP_BACKUPS_H_
