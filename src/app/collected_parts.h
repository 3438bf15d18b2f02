// What data systems uploaded for one request, record by record.
#ifndef DSR_APP_COLLECTED_PARTS_H_
#define DSR_APP_COLLECTED_PARTS_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/crypto.h"
#include "dsr/base/ids.h"
#include "dsr/store/store.h"

namespace dsr {

// Reads uploads in small pieces, each in a short read of its own, so that the largest costs no more
// memory than one record and a few chunks. Not thread-safe; blocks on the database.
class CollectedParts {
 public:
  // `store` and `key`, the subject's, outlive this. `tasks` are the completed COLLECT tasks, in
  // order.
  CollectedParts(Store& store, const SecretKey& key, std::vector<TaskId> tasks)
      : store_(store), key_(key), tasks_(std::move(tasks)) {}

  // The categories something was uploaded for.
  absl::StatusOr<std::set<std::string>> Categories() const;

  // Visits every record of a category, of all systems, as its line of JSON; empty lines are passed
  // over. Stops with the status `visit` returns. INVALID_ARGUMENT FIELD_INVALID for a record of
  // more than 4 MiB.
  absl::Status ForEachRecord(
      absl::string_view category,
      const std::function<absl::Status(absl::string_view line)>& visit) const;

  // The keys of all records of a category, each once, in the order of their first appearance.
  // INVALID_ARGUMENT FIELD_INVALID for a malformed record, or more than 2000 keys.
  absl::StatusOr<std::vector<std::string>> Keys(absl::string_view category) const;

 private:
  absl::Status ForEachChunk(
      const TaskId& task, absl::string_view category,
      const std::function<absl::Status(absl::string_view bytes)>& visit) const;

  Store& store_;
  const SecretKey& key_;
  const std::vector<TaskId> tasks_;
};

}  // namespace dsr

#endif  // DSR_APP_COLLECTED_PARTS_H_
