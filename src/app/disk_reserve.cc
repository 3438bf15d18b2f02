#include "app/disk_reserve.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "dsr/base/errors.h"
#include "dsr/base/log.h"

namespace dsr {
namespace {

// As much again, over the reserve: writing that goes on for a moment only helps nobody.
constexpr int64_t kRoomFactor = 2;

bool HasRoom(int descriptor, int64_t bytes) {
  struct statvfs status;
  if (fstatvfs(descriptor, &status) != 0) return false;
  return static_cast<int64_t>(status.f_bavail) * static_cast<int64_t>(status.f_frsize) >= bytes;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DiskReserve>> DiskReserve::Open(const std::string& path,
                                                               int64_t bytes) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_INSTALLATION_INVALID,
                     "the file dsrd.reserve in the data directory cannot be opened");
  }
  std::unique_ptr<DiskReserve> reserve(new DiskReserve(descriptor, bytes));
  MutexLock lock(reserve->mutex_);
  if (bytes == 0) {
    if (ftruncate(descriptor, 0) != 0) Log(LogLevel::kWarning, "reserve_not_freed");
  } else if (!reserve->Allocate()) {
    reserve->is_full_ = true;
    Log(LogLevel::kError, "disk_full", {{"reserve_bytes", bytes}, {"at", "start"}});
  }
  return reserve;
}

DiskReserve::~DiskReserve() { close(descriptor_); }

bool DiskReserve::Allocate() {
  if (posix_fallocate(descriptor_, 0, bytes_) == 0 && ftruncate(descriptor_, bytes_) == 0) {
    return true;
  }
  // What was allocated of it before the disk was full is needed elsewhere.
  if (ftruncate(descriptor_, 0) != 0) Log(LogLevel::kWarning, "reserve_not_freed");
  return false;
}

void DiskReserve::OnDiskFull() {
  if (bytes_ == 0 || is_full_) return;
  MutexLock lock(mutex_);
  if (is_full_.exchange(true)) return;
  const bool is_freed = ftruncate(descriptor_, 0) == 0;
  Log(LogLevel::kError, "disk_full",
      {{"freed_bytes", is_freed ? bytes_ : 0}, {"clients", "may read only"}});
}

bool DiskReserve::IsFull() {
  if (!is_full_) return false;
  MutexLock lock(mutex_);
  if (!is_full_) return false;
  if (!HasRoom(descriptor_, kRoomFactor * bytes_) || !Allocate()) return true;
  is_full_ = false;
  Log(LogLevel::kInfo, "disk_has_room", {{"reserve_bytes", bytes_}});
  return false;
}

absl::Status DiskReserve::CheckRoom() {
  if (!IsFull()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_DISK_FULL,
                   "the server's disk is full: until there is room it only reads");
}

}  // namespace dsr
