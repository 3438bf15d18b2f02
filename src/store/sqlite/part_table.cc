#include "store/sqlite/part_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"

namespace dsr::sqlite {
namespace {

constexpr char kListPart[] =
    "SELECT category, size_bytes FROM parts WHERE task_id = ?1 ORDER BY category";

constexpr char kFindSize[] = "SELECT size_bytes FROM parts WHERE task_id = ?1 AND category = ?2";

// The first chunk is the last one that begins at or before the offset.
constexpr char kReadChunks[] =
    "SELECT begin_offset, size_bytes, sealed FROM chunks "
    "WHERE task_id = ?1 AND category = ?2 AND begin_offset + size_bytes > ?3 AND begin_offset >= "
    "coalesce((SELECT max(begin_offset) FROM chunks "
    "WHERE task_id = ?1 AND category = ?2 AND begin_offset <= ?3), 0) "
    "ORDER BY begin_offset LIMIT ?4";

constexpr char kPutSize[] =
    "INSERT INTO parts (task_id, category, request_id, size_bytes) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (task_id, category) DO UPDATE SET size_bytes = excluded.size_bytes";

constexpr char kAppend[] =
    "INSERT INTO chunks (task_id, category, begin_offset, size_bytes, sealed) "
    "VALUES (?1, ?2, ?3, ?4, ?5)";

constexpr char kDeleteChunks[] = "DELETE FROM chunks WHERE task_id = ?1";
constexpr char kDeleteParts[] = "DELETE FROM parts WHERE task_id = ?1";
constexpr char kDeleteChunksOf[] = "DELETE FROM chunks WHERE task_id = ?1 AND category = ?2";
constexpr char kDeletePartOf[] = "DELETE FROM parts WHERE task_id = ?1 AND category = ?2";

absl::Status OffsetWrong(int64_t expected) {
  return MakeError(absl::StatusCode::kOutOfRange, v1::ERROR_REASON_OFFSET_WRONG,
                   absl::StrCat("the upload continues at offset ", expected),
                   {{"expected_offset", absl::StrCat(expected)}});
}

}  // namespace

absl::StatusOr<std::vector<PartRecord>> ListParts(Connection& connection, const TaskId& task) {
  Query query(connection, kListPart);
  query.Key(task);
  std::vector<PartRecord> parts;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return parts;
    parts.push_back({task, query.GetText(0), query.GetInt(1)});
  }
}

absl::StatusOr<std::vector<PartChunk>> ReadChunks(Connection& connection, const TaskId& task,
                                                  absl::string_view category, int64_t offset,
                                                  int limit) {
  Query query(connection, kReadChunks);
  query.Key(task).Text(category).Int(offset).Int(limit);
  std::vector<PartChunk> chunks;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return chunks;
    chunks.push_back({query.GetInt(0), query.GetInt(1), query.GetText(2)});
  }
}

absl::Status AppendChunk(Connection& connection, const RequestId& request, const TaskId& task,
                         absl::string_view category, const PartChunk& chunk) {
  int64_t size = 0;
  {
    Query query(connection, kFindSize);
    query.Key(task).Text(category);
    DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
    if (found) size = query.GetInt(0);
  }
  if (chunk.offset != size) return OffsetWrong(size);
  Query put_size(connection, kPutSize);
  put_size.Key(task).Text(category).Key(request).Int(size + chunk.size_bytes);
  DSR_RETURN_IF_ERROR(put_size.Run());
  // An upload without bytes is a part all the same: the system holds nothing.
  if (chunk.size_bytes == 0) return absl::OkStatus();
  Query append(connection, kAppend);
  append.Key(task).Text(category).Int(chunk.offset).Int(chunk.size_bytes).Blob(chunk.sealed);
  return append.Run();
}

absl::Status DeleteParts(Connection& connection, const TaskId& task,
                         const std::optional<std::string>& category) {
  // Chunks first: they refer to their part.
  Query chunks(connection, category.has_value() ? kDeleteChunksOf : kDeleteChunks);
  Query parts(connection, category.has_value() ? kDeletePartOf : kDeleteParts);
  for (Query* query : {&chunks, &parts}) {
    query->Key(task);
    if (category.has_value()) query->Text(*category);
    DSR_RETURN_IF_ERROR(query->Run());
  }
  return absl::OkStatus();
}

}  // namespace dsr::sqlite
