#include "app/collected_parts.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/strip.h"
#include "app/flat_json.h"
#include "app/sealer.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

constexpr int kChunksARead = 4;
constexpr size_t kMaxRecordBytes = size_t{4} << 20;
constexpr size_t kMaxKeys = 2000;

absl::Status Malformed(absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_FIELD_INVALID, message);
}

absl::Status VisitLine(absl::string_view line,
                       const std::function<absl::Status(absl::string_view)>& visit) {
  absl::ConsumeSuffix(&line, "\r");
  return line.empty() ? absl::OkStatus() : visit(line);
}

}  // namespace

absl::StatusOr<std::set<std::string>> CollectedParts::Categories() const {
  std::set<std::string> categories;
  DSR_RETURN_IF_ERROR(store_.Read([&](ReadView& view) -> absl::Status {
    for (const TaskId& task : tasks_) {
      DSR_ASSIGN_OR_RETURN(const std::vector<PartRecord> parts, view.ListParts(task));
      for (const PartRecord& part : parts) categories.insert(part.category);
    }
    return absl::OkStatus();
  }));
  return categories;
}

absl::Status CollectedParts::ForEachChunk(
    const TaskId& task, absl::string_view category,
    const std::function<absl::Status(absl::string_view)>& visit) const {
  int64_t offset = 0;
  while (true) {
    std::vector<PartChunk> chunks;
    DSR_RETURN_IF_ERROR(store_.Read([&](ReadView& view) -> absl::Status {
      DSR_ASSIGN_OR_RETURN(chunks, view.ReadChunks(task, category, offset, kChunksARead));
      return absl::OkStatus();
    }));
    if (chunks.empty()) return absl::OkStatus();
    for (const PartChunk& chunk : chunks) {
      DSR_ASSIGN_OR_RETURN(const std::string bytes,
                           OpenChunk(key_, task.bytes(), category, chunk.offset, chunk.sealed));
      DSR_RETURN_IF_ERROR(visit(bytes));
      offset = chunk.offset + chunk.size_bytes;
    }
  }
}

absl::Status CollectedParts::ForEachRecord(
    absl::string_view category, const std::function<absl::Status(absl::string_view)>& visit) const {
  for (const TaskId& task : tasks_) {
    std::string line;
    DSR_RETURN_IF_ERROR(ForEachChunk(task, category, [&](absl::string_view bytes) -> absl::Status {
      for (size_t end = bytes.find('\n'); end != absl::string_view::npos; end = bytes.find('\n')) {
        line.append(bytes.data(), end);
        DSR_RETURN_IF_ERROR(VisitLine(line, visit));
        line.clear();
        bytes.remove_prefix(end + 1);
      }
      line.append(bytes.data(), bytes.size());
      if (line.size() > kMaxRecordBytes) return Malformed("a record has more than 4 MiB");
      return absl::OkStatus();
    }));
    // The last line of an upload need not end in a newline.
    DSR_RETURN_IF_ERROR(VisitLine(line, visit));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> CollectedParts::Keys(absl::string_view category) const {
  std::vector<std::string> keys;
  absl::flat_hash_set<std::string> known;
  DSR_RETURN_IF_ERROR(ForEachRecord(category, [&](absl::string_view line) -> absl::Status {
    DSR_ASSIGN_OR_RETURN(const std::vector<JsonMember> members, ParseFlatJson(line));
    for (const JsonMember& member : members) {
      if (known.insert(member.key).second) keys.push_back(member.key);
    }
    return keys.size() <= kMaxKeys ? absl::OkStatus()
                                   : Malformed("the records have more than 2000 fields");
  }));
  return keys;
}

}  // namespace dsr
