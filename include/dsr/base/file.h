// Small files: configuration, definitions, keys.
//
// Errors are FAILED_PRECONDITION (INSTALLATION_INVALID) with the metadata `file`, the name without
// its folder, because a path does not belong into a message; RESOURCE_EXHAUSTED (DISK_FULL) when
// there is no room. Thread-safe. All functions block on the disk.
#ifndef DSR_BASE_FILE_H_
#define DSR_BASE_FILE_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dsr {

// Tells whether something of this name exists; false when that cannot be told.
bool FileExists(absl::string_view path);

// Returns the bytes of the file.
absl::StatusOr<std::string> ReadFile(absl::string_view path);

// Makes `path` hold `contents`: durable when this returns OK, and after a crash either the old file
// or the new one, whole. `mode` is the new file's, whatever the umask.
absl::Status WriteFileAtomically(absl::string_view path, absl::string_view contents,
                                 mode_t mode = 0600);

// Makes what was renamed, added or removed in the folder `path` durable.
absl::Status SyncFolder(absl::string_view path);

// A file that has its name only once it is whole. Until then it stands beside that under a
// temporary name, `<path>.` and six characters, and is removed unless it was finished. Not
// thread-safe.
class NewFile {
 public:
  static absl::StatusOr<std::unique_ptr<NewFile>> Create(absl::string_view path,
                                                         mode_t mode = 0600);

  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  // Where it stands until it is finished.
  const std::string& temporary_path() const { return temporary_path_; }

  absl::Status Append(absl::string_view bytes);
  // Makes what was appended durable.
  absl::Status Sync();
  // Gives it its name, in place of what has that, durably. Nothing may be appended after.
  absl::Status Finish();

 private:
  NewFile(std::string path, std::string temporary_path, int descriptor);

  const std::string path_;
  const std::string temporary_path_;
  const int descriptor_;
  bool is_finished_ = false;
};

// Keeps a second process out for as long as this object lives. The lock dies with the process, so a
// crash leaves nothing behind but the file, which stays.
class LockFile {
 public:
  // Creates the file if need be and takes its lock. Does not wait: FAILED_PRECONDITION
  // (INSTALLATION_INVALID) when another process, or another LockFile of this one, has it.
  static absl::StatusOr<std::unique_ptr<LockFile>> Acquire(absl::string_view path);

  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}

  const int descriptor_;
};

}  // namespace dsr

#endif  // DSR_BASE_FILE_H_
