// Room on the disk that is kept for when there is none left.
#ifndef DSR_APP_DISK_RESERVE_H_
#define DSR_APP_DISK_RESERVE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dsr/base/mutex.h"

namespace dsr {

// A file beside the database that holds nothing. When the disk is full it is made empty, once, so
// that what must go on can be written: deadlines, what was sent, the audit log, a clean end. Client
// calls that change something are refused from then on, until there is room for the file again.
// Thread-safe.
class DiskReserve {
 public:
  // Makes the file, or takes the one that is there. Where there is no room for it the disk counts
  // as full. `bytes` 0: there is no reserve, and the disk never counts as full. Errors:
  // FAILED_PRECONDITION INSTALLATION_INVALID when the file cannot be opened. Blocks on the disk.
  static absl::StatusOr<std::unique_ptr<DiskReserve>> Open(const std::string& path, int64_t bytes);

  DiskReserve(const DiskReserve&) = delete;
  DiskReserve& operator=(const DiskReserve&) = delete;
  ~DiskReserve();

  // To be called when something could not be written for want of room.
  void OnDiskFull();

  // Tells whether the disk is full. While it is, each call looks whether there is room again, and
  // makes the file anew then.
  bool IsFull();

  // OK, or RESOURCE_EXHAUSTED DISK_FULL while the disk is full.
  absl::Status CheckRoom();

 private:
  DiskReserve(int descriptor, int64_t bytes) : descriptor_(descriptor), bytes_(bytes) {}

  bool Allocate() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int descriptor_;
  const int64_t bytes_;
  std::atomic<bool> is_full_ = false;
  Mutex mutex_;
};

}  // namespace dsr

#endif  // DSR_APP_DISK_RESERVE_H_
