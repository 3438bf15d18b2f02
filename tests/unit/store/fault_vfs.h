// A layer between SQLite and the operating system that counts and fails what a test wants.
#ifndef DSR_TESTS_UNIT_STORE_FAULT_VFS_H_
#define DSR_TESTS_UNIT_STORE_FAULT_VFS_H_

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace dsr::sqlite {

// Passes every call on to SQLite's own layer, but for writes and syncs. Registered under `name()`
// while it lives; outlives every store that was opened with it. Thread-safe; `on_sync` is set
// before the store is opened.
class FaultVfs {
 public:
  FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;
  ~FaultVfs();

  const std::string& name() const { return name_; }

  // How often a file was forced to the disk.
  int64_t syncs() const { return syncs_; }
  // From now on, writes that make a file longer fail with SQLITE_FULL, or succeed again.
  void SetDiskFull(bool is_full) { is_disk_full_ = is_full; }
  // From now on, syncs fail with SQLITE_IOERR_FSYNC.
  void FailSyncs() { is_sync_failing_ = true; }
  // Called before each sync, on the thread that syncs.
  void OnSync(std::function<void()> on_sync) { on_sync_ = std::move(on_sync); }

 private:
  // What SQLite allocates for an open file: ours first, then that of the layer below.
  struct File;

  // What SQLite knows of this object.
  struct Registered : sqlite3_vfs {
    FaultVfs* owner;
  };

  static int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags,
                  int* out_flags);
  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset);
  static int Sync(sqlite3_file* file, int flags);
  static const sqlite3_io_methods kMethods;

  const std::string name_;
  sqlite3_vfs* const below_;
  Registered vfs_;
  std::atomic<int64_t> syncs_ = 0;
  std::atomic<bool> is_disk_full_ = false;
  std::atomic<bool> is_sync_failing_ = false;
  std::function<void()> on_sync_;
};

}  // namespace dsr::sqlite

#endif  // DSR_TESTS_UNIT_STORE_FAULT_VFS_H_
