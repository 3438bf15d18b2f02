#include "unit/store/fault_vfs.h"

#include "absl/strings/str_cat.h"

namespace dsr::sqlite {

struct FaultVfs::File {
  sqlite3_file base;
  FaultVfs* vfs;
};

namespace {

// The file of the layer below stands behind ours, in the same allocation.
constexpr size_t kFileSize = (sizeof(sqlite3_file) + sizeof(void*) + 15) / 16 * 16;

sqlite3_file* Below(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kFileSize);
}

template <auto Method, class... Args>
int Pass(sqlite3_file* file, Args... args) {
  sqlite3_file* const below = Below(file);
  return (below->pMethods->*Method)(below, args...);
}

void ShmBarrier(sqlite3_file* file) { Below(file)->pMethods->xShmBarrier(Below(file)); }

}  // namespace

const sqlite3_io_methods FaultVfs::kMethods = {
    .iVersion = 2,
    .xClose = &Pass<&sqlite3_io_methods::xClose>,
    .xRead = &Pass<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>,
    .xWrite = &Write,
    .xTruncate = &Pass<&sqlite3_io_methods::xTruncate, sqlite3_int64>,
    .xSync = &Sync,
    .xFileSize = &Pass<&sqlite3_io_methods::xFileSize, sqlite3_int64*>,
    .xLock = &Pass<&sqlite3_io_methods::xLock, int>,
    .xUnlock = &Pass<&sqlite3_io_methods::xUnlock, int>,
    .xCheckReservedLock = &Pass<&sqlite3_io_methods::xCheckReservedLock, int*>,
    .xFileControl = &Pass<&sqlite3_io_methods::xFileControl, int, void*>,
    .xSectorSize = &Pass<&sqlite3_io_methods::xSectorSize>,
    .xDeviceCharacteristics = &Pass<&sqlite3_io_methods::xDeviceCharacteristics>,
    .xShmMap = &Pass<&sqlite3_io_methods::xShmMap, int, int, int, void volatile**>,
    .xShmLock = &Pass<&sqlite3_io_methods::xShmLock, int, int, int>,
    .xShmBarrier = &ShmBarrier,
    .xShmUnmap = &Pass<&sqlite3_io_methods::xShmUnmap, int>,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

FaultVfs::FaultVfs()
    : name_(absl::StrCat("fault-", reinterpret_cast<uintptr_t>(this))),
      below_(sqlite3_vfs_find(nullptr)),
      vfs_{*below_, this} {
  static_assert(sizeof(File) <= kFileSize);
  vfs_.szOsFile = static_cast<int>(kFileSize) + below_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  // The other calls of the layer below use its own data only, which the copy has.
  vfs_.xOpen = &Open;
  sqlite3_vfs_register(&vfs_, /*makeDflt=*/0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&vfs_); }

int FaultVfs::Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags,
                   int* out_flags) {
  FaultVfs* const self = static_cast<Registered*>(vfs)->owner;
  file->pMethods = nullptr;
  reinterpret_cast<File*>(file)->vfs = self;
  const int code = self->below_->xOpen(self->below_, path, Below(file), flags, out_flags);
  if (code == SQLITE_OK) file->pMethods = &kMethods;
  return code;
}

int FaultVfs::Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  sqlite3_int64 length = 0;
  Below(file)->pMethods->xFileSize(Below(file), &length);
  const bool grows = offset + size > length;
  if (grows && reinterpret_cast<File*>(file)->vfs->is_disk_full_) return SQLITE_FULL;
  return Below(file)->pMethods->xWrite(Below(file), data, size, offset);
}

int FaultVfs::Sync(sqlite3_file* file, int flags) {
  FaultVfs& vfs = *reinterpret_cast<File*>(file)->vfs;
  if (vfs.on_sync_) vfs.on_sync_();
  ++vfs.syncs_;
  if (vfs.is_sync_failing_) return SQLITE_IOERR_FSYNC;
  return Below(file)->pMethods->xSync(Below(file), flags);
}

}  // namespace dsr::sqlite
