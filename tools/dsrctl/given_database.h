// A database file that is read instead of asking a server.
#ifndef DSR_TOOLS_DSRCTL_GIVEN_DATABASE_H_
#define DSR_TOOLS_DSRCTL_GIVEN_DATABASE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dsr/store/store.h"
#include "store/sqlite/database_reader.h"

namespace dsr::dsrctl {

// Not changed by being read. Not thread-safe.
class GivenDatabase {
 public:
  // Errors: as DatabaseReader::Open; what a server could not do is told of the file.
  static absl::StatusOr<GivenDatabase> Open(const std::string& path);

  // Runs `body` with one snapshot, and returns what it returns. Blocks.
  absl::Status Read(const std::function<absl::Status(ReadView&)>& body);

 private:
  GivenDatabase(std::string path, std::unique_ptr<sqlite::DatabaseReader> reader)
      : path_(std::move(path)), reader_(std::move(reader)) {}

  std::string path_;
  std::unique_ptr<sqlite::DatabaseReader> reader_;
};

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_GIVEN_DATABASE_H_
