// What some files hold, read again when one of them changed.
#ifndef DSR_BASE_WATCHED_FILES_H_
#define DSR_BASE_WATCHED_FILES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/mutex.h"

namespace dsr {

// What tells one state of a file from another; all zero when there is no file.
struct FileVersion {
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t size = 0;
  int64_t modified_nanos = 0;
  // Of the owner and the permissions, too.
  int64_t changed_nanos = 0;
  bool operator==(const FileVersion&) const = default;
};

// Returns the version of the file at `path`. Thread-safe. Looks at the disk.
FileVersion VersionOfFile(const std::string& path);
// Returns the versions of all of them, in their order.
std::vector<FileVersion> VersionsOfFiles(const std::vector<std::string>& paths);

// Log that files were read again, or why what they held before stays in force. `name` is that of
// the files in the configuration.
void LogFilesRead(absl::string_view name);
void LogFilesInvalid(absl::string_view name, const absl::Status& status);

// Keeps what `load` makes of some files. Files that cannot be used any more are logged once, as
// `file_invalid`, and what was made before stays in force. Thread-safe.
template <class T>
class WatchedFiles {
 public:
  // Reads the files at `paths`. Its error texts name no path and nothing that a file holds.
  using Load = std::function<absl::StatusOr<T>()>;

  // Loads for the first time. `name` says in the log what was read. Errors: those of `load`.
  static absl::StatusOr<std::unique_ptr<WatchedFiles>> Open(std::string name,
                                                            std::vector<std::string> paths,
                                                            Load load) {
    std::unique_ptr<WatchedFiles> files(
        new WatchedFiles(std::move(name), std::move(paths), std::move(load)));
    MutexLock lock(files->mutex_);
    // Before they are read: what changes in between is then seen the next time.
    files->versions_ = VersionsOfFiles(files->paths_);
    absl::StatusOr<T> loaded = files->load_();
    if (!loaded.ok()) return loaded.status();
    files->present_ = std::make_shared<const T>(*std::move(loaded));
    return files;
  }

  // Returns what the files hold now, or held when they could last be used. Looks at the disk each
  // time, so that a change counts from the next call on.
  std::shared_ptr<const T> Present() {
    MutexLock lock(mutex_);
    std::vector<FileVersion> versions = VersionsOfFiles(paths_);
    if (versions == versions_) return present_;
    versions_ = std::move(versions);
    absl::StatusOr<T> loaded = load_();
    if (loaded.ok()) {
      present_ = std::make_shared<const T>(*std::move(loaded));
      LogFilesRead(name_);
    } else {
      LogFilesInvalid(name_, loaded.status());
    }
    return present_;
  }

 private:
  WatchedFiles(std::string name, std::vector<std::string> paths, Load load)
      : name_(std::move(name)), paths_(std::move(paths)), load_(std::move(load)) {}

  const std::string name_;
  const std::vector<std::string> paths_;
  const Load load_;

  Mutex mutex_;
  std::shared_ptr<const T> present_ ABSL_GUARDED_BY(mutex_);
  // Of the files that were read last, usable or not.
  std::vector<FileVersion> versions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dsr

#endif  // DSR_BASE_WATCHED_FILES_H_
