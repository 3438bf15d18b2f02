// Uploads of COLLECT tasks and packages, in sealed chunks.
#ifndef DSR_STORE_SQLITE_PART_TABLE_H_
#define DSR_STORE_SQLITE_PART_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/ids.h"
#include "dsr/store/records.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView.
absl::StatusOr<std::vector<PartRecord>> ListParts(Connection& connection, const TaskId& task);
absl::StatusOr<std::vector<PartChunk>> ReadChunks(Connection& connection, const TaskId& task,
                                                  absl::string_view category, int64_t offset,
                                                  int limit);

// As in Transaction.
absl::Status AppendChunk(Connection& connection, const RequestId& request, const TaskId& task,
                         absl::string_view category, const PartChunk& chunk);
absl::Status DeleteParts(Connection& connection, const TaskId& task,
                         const std::optional<std::string>& category);

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_PART_TABLE_H_
