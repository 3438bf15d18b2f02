// The audit log: events and records that stand in it alone, as leaves of a hash tree.
#ifndef DSR_STORE_SQLITE_LOG_TABLE_H_
#define DSR_STORE_SQLITE_LOG_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dsr/base/ids.h"
#include "dsr/base/merkle.h"
#include "dsr/store/records.h"
#include "store/sqlite/connection.h"

namespace dsr::sqlite {

// As in ReadView. ListEvents tests each event against its leaf: DATA_LOSS when it was altered.
absl::StatusOr<std::vector<StoredEvent>> ListEvents(Connection& connection, const RequestId& id,
                                                    int64_t after_sequence, int limit);
absl::StatusOr<LogHead> FindLogHead(Connection& connection);
absl::StatusOr<std::vector<AuditLeaf>> ListLeaves(Connection& connection, int64_t first, int limit,
                                                  bool with_records);
absl::StatusOr<std::optional<AuditLeaf>> FindEventLeaf(Connection& connection, const RequestId& id,
                                                       int64_t sequence);
absl::StatusOr<std::string> FindLogNode(Connection& connection, const MerklePosition& position);
absl::StatusOr<std::vector<LogNode>> ListLogNodes(Connection& connection, int64_t level,
                                                  int64_t index, int limit);

// Tests the last leaves against their records, and the subtrees over them against the leaves.
// DATA_LOSS when one does not fit. Costs the same however long the log is.
absl::Status CheckLogTail(Connection& connection);

// Appends leaves. Keeps the tree's complete subtrees in memory, because reading them back for each
// leaf would cost more than the leaf.
//
// Not thread-safe; used by the writer's thread only.
class LogAppender {
 public:
  // `size` is the number of leaves stored.
  explicit LogAppender(int64_t size) : size_(size) {}

  // A leaf is MerkleLeafHash({clear, sealed}): SHA-256 over a zero byte, the bytes of `clear` and
  // those of `sealed`, with nothing between them. The box is authenticated, so that a moved border
  // does not open.
  absl::Status AppendEvent(Connection& connection, const RequestId& id, const StoredEvent& event);
  absl::Status AppendRecord(Connection& connection, absl::string_view clear,
                            absl::string_view sealed);

  // To be called when a savepoint or transaction that appended was undone; `size` is the number of
  // leaves before it. The subtrees are read again before the next leaf.
  void Forget(int64_t size) {
    frontier_.reset();
    size_ = size;
  }

  // The number of leaves, those included whose append failed on its way.
  int64_t size() const { return size_; }

 private:
  // Adds the leaf to the tree and returns its index.
  absl::StatusOr<int64_t> AddToTree(Connection& connection, absl::string_view hash);

  std::optional<MerkleFrontier> frontier_;
  int64_t size_;
};

}  // namespace dsr::sqlite

#endif  // DSR_STORE_SQLITE_LOG_TABLE_H_
