// A database file without a server: a copy, a restored backup, or the file of one that runs.
#ifndef DSR_STORE_DATABASE_FILE_H_
#define DSR_STORE_DATABASE_FILE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dsr/store/store.h"

namespace dsr {

// Reads the file and changes nothing. Not thread-safe.
class DatabaseFile {
 public:
  virtual ~DatabaseFile() = default;

  // Runs `body` with one snapshot, and returns what it returns. Blocks.
  virtual absl::Status Read(const std::function<absl::Status(ReadView&)>& body) = 0;

  // Reads every page, and returns what does not fit together, in words; at most 100 of it. Blocks.
  virtual absl::StatusOr<std::vector<std::string>> CheckPages() = 0;
};

// Opens the file at that path.
using DatabaseFileOpener =
    std::function<absl::StatusOr<std::unique_ptr<DatabaseFile>>(const std::string& path)>;

}  // namespace dsr

#endif  // DSR_STORE_DATABASE_FILE_H_
