// The hash tree of the audit log (RFC 6962, section 2.1), grown leaf by leaf.
//
// A tree of n leaves is a row of complete subtrees, one for each bit of n, the largest first. Node
// (level, index) is the root over the leaves [index * 2^level, (index + 1) * 2^level). Such a node
// never changes once it is complete, so the store saves it once and no start computes it again.
#ifndef DSR_BASE_MERKLE_H_
#define DSR_BASE_MERKLE_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dsr {

// Returns SHA-256(0x00 || parts...), the leaf over the parts' bytes one after the other.
std::string MerkleLeafHash(std::initializer_list<absl::string_view> parts);

// Returns SHA-256(0x01 || left || right), the node over two subtrees.
std::string MerkleNodeHash(absl::string_view left, absl::string_view right);

// Returns SHA-256 of nothing, the root of a tree without leaves.
std::string MerkleEmptyRoot();

// The place of a node. Leaves are at level 0; index counts from the left, from 0.
struct MerklePosition {
  uint32_t level = 0;
  uint64_t index = 0;

  friend bool operator==(const MerklePosition&, const MerklePosition&) = default;
};

// The root of a complete subtree.
struct MerkleNode {
  MerklePosition position;
  // 32 bytes.
  std::string hash;

  friend bool operator==(const MerkleNode&, const MerkleNode&) = default;
};

// The complete subtrees that a tree of some size consists of: all that is needed to add leaves and
// to tell the root. A value: copy it to try leaves in a transaction that may be rolled back. Not
// thread-safe; used by the writer's thread only.
class MerkleFrontier {
 public:
  // An empty tree.
  MerkleFrontier() = default;

  // Returns the positions of the subtrees that a tree of `size` leaves consists of, largest first.
  static std::vector<MerklePosition> Positions(uint64_t size);

  // Returns the tree of `size` leaves whose subtrees, in the order of Positions(size), have these
  // hashes. DATA_LOSS (INTERNAL) when their number or a hash's length is wrong.
  static absl::StatusOr<MerkleFrontier> Restore(uint64_t size, std::vector<std::string> hashes);

  // Adds one leaf and returns every node that is complete by it: the leaf first, then its ancestors
  // upwards. `leaf_hash` is one MerkleLeafHash returned.
  std::vector<MerkleNode> Append(absl::string_view leaf_hash);

  // The number of leaves.
  uint64_t size() const { return size_; }

  // Returns the root over all leaves.
  std::string Root() const;

 private:
  uint64_t size_ = 0;
  // Roots of the complete subtrees, largest first.
  std::vector<std::string> hashes_;
};

}  // namespace dsr

#endif  // DSR_BASE_MERKLE_H_
