// How far an import came, kept in a file beside the one that is imported.
#ifndef DSR_TOOLS_DSRCTL_IMPORT_PROGRESS_H_
#define DSR_TOOLS_DSRCTL_IMPORT_PROGRESS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dsr::dsrctl {

// One line that was not recorded, and why; never the value.
struct LineProblem {
  int64_t line = 0;
  std::string field;
  std::string description;
};

// The state after the last batch that the server took. Holds no personal data.
struct ImportProgress {
  // What is imported and how; an import goes on only under the same.
  std::string kind;    // such as `disclosures`
  std::string format;  // `csv` or `jsonl`
  std::string zone;    // in which days without a time are read
  std::string mark;    // MarkOf the file
  // Where it goes on.
  int64_t offset = 0;
  int64_t lines = 0;
  // What became of the rows before.
  int64_t recorded = 0;
  int64_t failed = 0;
  int64_t error_bytes = 0;  // size of the error file
  // Rows of the batch after, which the server refused already. Going on leaves them out again, so
  // that the same batch is sent under the same key even if the server would take them by now.
  std::vector<LineProblem> refused;
};

// Returns what tells the file from another: its size and the hash of its beginning.
// INVALID_ARGUMENT when it cannot be read or is no regular file.
absl::StatusOr<std::string> MarkOf(const std::string& path);

// Makes `path` hold `progress`, whole or not at all.
absl::Status WriteProgress(const std::string& path, const ImportProgress& progress);

// INVALID_ARGUMENT when the file cannot be read or is none that WriteProgress made.
absl::StatusOr<ImportProgress> ReadProgress(const std::string& path);

}  // namespace dsr::dsrctl

#endif  // DSR_TOOLS_DSRCTL_IMPORT_PROGRESS_H_
