#include "store/sqlite/log_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dsr/base/status_macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/sqlite_status.h"

namespace dsr::sqlite {
namespace {

// Enough to notice a torn end of the file; the nightly check of a backup reads the rest.
constexpr int64_t kCheckedLeaves = 256;

constexpr char kListEvents[] =
    "SELECT sequence, time, clear, sealed, hash, leaf FROM log "
    "WHERE request_id = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3";

constexpr char kSize[] = "SELECT max(leaf) + 1 FROM log";
constexpr char kLeafHash[] = "SELECT hash FROM log WHERE leaf = ?1";
constexpr char kNodeHash[] = "SELECT hash FROM log_nodes WHERE level = ?1 AND position = ?2";

constexpr char kListLeaves[] =
    "SELECT leaf, hash, request_id, sequence, time, clear, sealed FROM log "
    "WHERE leaf >= ?1 ORDER BY leaf LIMIT ?2";
// An event's bytes stand after the columns that are read, so that its overflow pages are not.
constexpr char kListLeavesWithoutRecords[] =
    "SELECT leaf, hash, request_id, sequence, time, CASE WHEN request_id IS NULL THEN clear END, "
    "CASE WHEN request_id IS NULL THEN sealed END FROM log "
    "WHERE leaf >= ?1 ORDER BY leaf LIMIT ?2";
constexpr char kFindEventLeaf[] =
    "SELECT leaf, hash, request_id, sequence, time, clear, sealed FROM log "
    "WHERE request_id = ?1 AND sequence = ?2";
constexpr char kListNodes[] =
    "SELECT level, position, hash FROM log_nodes WHERE (level, position) >= (?1, ?2) "
    "ORDER BY level, position LIMIT ?3";

constexpr char kInsertLeaf[] =
    "INSERT INTO log (leaf, hash, request_id, sequence, time, clear, sealed) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr char kInsertNode[] = "INSERT INTO log_nodes (level, position, hash) VALUES (?1, ?2, ?3)";

absl::StatusOr<int64_t> ReadSize(Connection& connection) {
  Query query(connection, kSize);
  DSR_RETURN_IF_ERROR(query.Step().status());
  return query.IsNull(0) ? 0 : query.GetInt(0);
}

// Reads the row of a statement that lists leaves.
absl::StatusOr<AuditLeaf> LeafOf(const Query& query) {
  AuditLeaf leaf;
  leaf.index = query.GetInt(0);
  leaf.hash = query.GetText(1);
  if (!query.IsNull(2)) {
    DSR_ASSIGN_OR_RETURN(leaf.request, query.GetKey<RequestId>(2));
  }
  leaf.sequence = query.GetInt(3);
  if (!query.IsNull(4)) leaf.time = query.GetTime(4);
  leaf.clear = query.GetText(5);
  leaf.sealed = query.GetText(6);
  return leaf;
}

// Computes the root over the leaves [first, first + count), a power of two, from their stored
// hashes.
absl::StatusOr<std::string> RootOver(const std::vector<AuditLeaf>& leaves, size_t first,
                                     size_t count) {
  if (count == 1) return leaves[first].hash;
  DSR_ASSIGN_OR_RETURN(const std::string left, RootOver(leaves, first, count / 2));
  DSR_ASSIGN_OR_RETURN(const std::string right, RootOver(leaves, first + count / 2, count / 2));
  return MerkleNodeHash(left, right);
}

absl::Status CheckLeaf(const AuditLeaf& leaf) {
  // A purged record is gone for good; only its hash is left.
  const bool is_purged = leaf.clear.empty() && leaf.sealed.empty();
  if (is_purged || leaf.hash == MerkleLeafHash({leaf.clear, leaf.sealed})) return absl::OkStatus();
  return Damaged(absl::StrCat("leaf ", leaf.index, " of the audit log"));
}

}  // namespace

absl::StatusOr<std::vector<StoredEvent>> ListEvents(Connection& connection, const RequestId& id,
                                                    int64_t after_sequence, int limit) {
  Query query(connection, kListEvents);
  query.Key(id).Int(after_sequence).Int(limit);
  std::vector<StoredEvent> events;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return events;
    StoredEvent event;
    event.sequence = query.GetInt(0);
    event.time = query.GetTime(1);
    event.clear = query.GetText(2);
    event.sealed = query.GetText(3);
    if (!event.clear.empty() && query.GetBlob(4) != MerkleLeafHash({event.clear, event.sealed})) {
      return Damaged(absl::StrCat("leaf ", query.GetInt(5), " of the audit log"));
    }
    events.push_back(std::move(event));
  }
}

absl::StatusOr<LogHead> FindLogHead(Connection& connection) {
  LogHead head;
  DSR_ASSIGN_OR_RETURN(head.size, ReadSize(connection));
  for (const MerklePosition& position : MerkleFrontier::Positions(head.size)) {
    DSR_ASSIGN_OR_RETURN(std::string hash, FindLogNode(connection, position));
    head.subtrees.push_back(std::move(hash));
  }
  return head;
}

absl::StatusOr<std::vector<AuditLeaf>> ListLeaves(Connection& connection, int64_t first, int limit,
                                                  bool with_records) {
  Query query(connection, with_records ? kListLeaves : kListLeavesWithoutRecords);
  query.Int(first).Int(limit);
  std::vector<AuditLeaf> leaves;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return leaves;
    DSR_ASSIGN_OR_RETURN(AuditLeaf leaf, LeafOf(query));
    leaves.push_back(std::move(leaf));
  }
}

absl::StatusOr<std::optional<AuditLeaf>> FindEventLeaf(Connection& connection, const RequestId& id,
                                                       int64_t sequence) {
  Query query(connection, kFindEventLeaf);
  query.Key(id).Int(sequence);
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::optional<AuditLeaf>();
  DSR_ASSIGN_OR_RETURN(AuditLeaf leaf, LeafOf(query));
  return std::optional<AuditLeaf>(std::move(leaf));
}

absl::StatusOr<std::string> FindLogNode(Connection& connection, const MerklePosition& position) {
  Query query(connection, position.level == 0 ? kLeafHash : kNodeHash);
  if (position.level > 0) query.Int(position.level);
  query.Int(static_cast<int64_t>(position.index));
  DSR_ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) {
    return Damaged(
        absl::StrCat("node ", position.index, " of level ", position.level, " of the audit log"));
  }
  return query.GetText(0);
}

absl::StatusOr<std::vector<LogNode>> ListLogNodes(Connection& connection, int64_t level,
                                                  int64_t index, int limit) {
  Query query(connection, kListNodes);
  query.Int(level).Int(index).Int(limit);
  std::vector<LogNode> nodes;
  while (true) {
    DSR_ASSIGN_OR_RETURN(const bool has_row, query.Step());
    if (!has_row) return nodes;
    nodes.push_back({query.GetInt(0), query.GetInt(1), query.GetText(2)});
  }
}

absl::Status CheckLogTail(Connection& connection) {
  DSR_ASSIGN_OR_RETURN(const LogHead head, FindLogHead(connection));
  const int64_t first = std::max<int64_t>(0, head.size - kCheckedLeaves);
  DSR_ASSIGN_OR_RETURN(const std::vector<AuditLeaf> leaves,
                       ListLeaves(connection, first, kCheckedLeaves, /*with_records=*/true));
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i].index != first + static_cast<int64_t>(i)) {
      return Damaged(absl::StrCat("leaf ", first + static_cast<int64_t>(i), " of the audit log"));
    }
    DSR_RETURN_IF_ERROR(CheckLeaf(leaves[i]));
  }
  const std::vector<MerklePosition> positions = MerkleFrontier::Positions(head.size);
  for (size_t i = 0; i < positions.size(); ++i) {
    const int64_t count = int64_t{1} << positions[i].level;
    const int64_t begin = static_cast<int64_t>(positions[i].index) * count;
    if (begin < first) continue;
    DSR_ASSIGN_OR_RETURN(const std::string root, RootOver(leaves, begin - first, count));
    if (root != head.subtrees[i]) {
      return Damaged(absl::StrCat("the subtree over leaf ", begin, " of the audit log"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> LogAppender::AddToTree(Connection& connection, absl::string_view hash) {
  if (!frontier_.has_value()) {
    DSR_ASSIGN_OR_RETURN(LogHead head, FindLogHead(connection));
    DSR_ASSIGN_OR_RETURN(frontier_, MerkleFrontier::Restore(head.size, std::move(head.subtrees)));
  }
  const int64_t leaf = static_cast<int64_t>(frontier_->size());
  size_ = leaf + 1;
  for (const MerkleNode& node : frontier_->Append(hash)) {
    if (node.position.level == 0) continue;
    Query query(connection, kInsertNode);
    query.Int(node.position.level).Int(static_cast<int64_t>(node.position.index)).Blob(node.hash);
    DSR_RETURN_IF_ERROR(query.Run());
  }
  return leaf;
}

absl::Status LogAppender::AppendEvent(Connection& connection, const RequestId& id,
                                      const StoredEvent& event) {
  const std::string hash = MerkleLeafHash({event.clear, event.sealed});
  DSR_ASSIGN_OR_RETURN(const int64_t leaf, AddToTree(connection, hash));
  Query query(connection, kInsertLeaf);
  query.Int(leaf).Blob(hash).Key(id).Int(event.sequence).Time(event.time);
  query.Blob(event.clear).Blob(event.sealed);
  return query.Run();
}

absl::Status LogAppender::AppendRecord(Connection& connection, absl::string_view clear,
                                       absl::string_view sealed) {
  const std::string hash = MerkleLeafHash({clear, sealed});
  DSR_ASSIGN_OR_RETURN(const int64_t leaf, AddToTree(connection, hash));
  Query query(connection, kInsertLeaf);
  query.Int(leaf).Blob(hash).Null().Int(0).Null().Blob(clear).Blob(sealed);
  return query.Run();
}

}  // namespace dsr::sqlite
