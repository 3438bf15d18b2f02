// The Store in one SQLite file.
//
//   DSR_ASSIGN_OR_RETURN(const auto store, sqlite::SqliteStore::Open({.path = path, .clock =
//   &clock}));
#ifndef DSR_STORE_SQLITE_SQLITE_STORE_H_
#define DSR_STORE_SQLITE_SQLITE_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dsr/base/clock.h"
#include "dsr/base/file.h"
#include "dsr/base/mutex.h"
#include "dsr/store/store.h"
#include "store/sqlite/database_copy.h"
#include "store/sqlite/read_pool.h"
#include "store/sqlite/writer.h"

namespace dsr::sqlite {

struct SqliteStoreOptions {
  // The database file; created when it is not there. Beside it stand `<path>-wal` and `<path>-shm`,
  // which belong to it, and `<path>.lock`.
  std::string path;
  // Bounds the time of a group. Outlives the store. Required.
  const Clock* clock = nullptr;
  // Reads that can be under way at once.
  int readers = 4;
  GroupLimits group;
  // Pages of 4 KiB: when the log is written back, and when it is cut off.
  Checkpointer::Limits checkpoint = {.step_pages = 1000, .truncate_pages = 16384};
  // Called by the writer's thread each time that a body's writes found no room on the disk.
  // Outlives the store. May be null.
  std::function<void()> on_disk_full = nullptr;
  int64_t writer_cache_kib = 64 << 10;
  int64_t reader_cache_kib = 8 << 10;
  // The name of a registered layer between SQLite and the operating system, for tests that inject
  // faults; empty for SQLite's own.
  std::string vfs;
};

// Thread-safe.
class SqliteStore final : public Store {
 public:
  // Opens or creates the file, takes its lock, brings its schema up to date and tests the end of
  // the audit log. Errors: FAILED_PRECONDITION INSTALLATION_INVALID when another process has it
  // open, when it is newer than this program, or is no database of dsrd; DATA_LOSS INTERNAL when it
  // is damaged; RESOURCE_EXHAUSTED DISK_FULL.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const SqliteStoreOptions& options);

  ~SqliteStore() override { Close(); }

  void Transact(Body body, Done done) override;
  absl::Status Read(const std::function<absl::Status(ReadView&)>& body) override;
  int64_t DurableLeaves() const override;
  // Must not be called by a body, a `done` or a reader.
  void Close() override;

  // Copies the database, as it is at one instant, to a file that is not there yet, as CopyDatabase.
  // Takes one of the readers. Blocks.
  absl::Status CopyTo(const std::string& path, const CopyLimits& limits);

  // Whether the file had not been closed when it was opened: its log was there, from a crash.
  bool was_recovered() const { return was_recovered_; }
  // As sqlite::CheckPages. Takes one of the readers. Blocks.
  absl::StatusOr<std::vector<std::string>> CheckPages(const std::function<bool()>& is_cancelled);

  WriterStats Stats() const { return writer_->Stats(); }
  // The texts of all statements prepared so far, in no order. For tests of query plans.
  std::vector<std::string> StatementTexts();

 private:
  SqliteStore(std::string path, bool was_recovered, std::unique_ptr<LockFile> lock,
              std::unique_ptr<ReadPool> readers, std::unique_ptr<Writer> writer);

  const std::string path_;
  const bool was_recovered_;
  Mutex close_mutex_;
  // Released last.
  std::unique_ptr<LockFile> lock_ ABSL_GUARDED_BY(close_mutex_);
  const std::unique_ptr<ReadPool> readers_;
  const std::unique_ptr<Writer> writer_;
};

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_SQLITE_STORE_H_
