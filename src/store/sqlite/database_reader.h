// Reads a database file without a server: a backup, or the file of one that runs.
#ifndef DSR_STORE_SQLITE_DATABASE_READER_H_
#define DSR_STORE_SQLITE_DATABASE_READER_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dsr/store/database_file.h"
#include "dsr/store/store.h"
#include "store/sqlite/read_pool.h"

namespace dsr::sqlite {

// Changes nothing, and makes nothing beside a file that is no server's. Not thread-safe.
class DatabaseReader final : public DatabaseFile {
 public:
  // Errors: NOT_FOUND when there is no such file; FAILED_PRECONDITION INSTALLATION_INVALID when it
  // is no database of dsrd, is a newer program's, or an older one's that no server has upgraded
  // yet; UNAVAILABLE RETRY_LATER when it is locked.
  static absl::StatusOr<std::unique_ptr<DatabaseReader>> Open(const std::string& path);

  absl::Status Read(const std::function<absl::Status(ReadView&)>& body) override;
  absl::Status Inspect(const std::function<absl::Status(ReadView&, RowView&)>& body) override;
  absl::StatusOr<std::vector<std::string>> CheckPages() override;

 private:
  DatabaseReader(std::string path, std::unique_ptr<ReadPool> pool)
      : path_(std::move(path)), pool_(std::move(pool)) {}

  const std::string path_;
  std::unique_ptr<ReadPool> pool_;
};

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_DATABASE_READER_H_
