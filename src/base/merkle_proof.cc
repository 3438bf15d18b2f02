#include "dsr/base/merkle_proof.h"

#include <bit>
#include <utility>

#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"
#include "dsr/base/status_macros.h"

namespace dsr {
namespace {

// The leaves [first, first + count).
struct LeafRange {
  uint64_t first = 0;
  uint64_t count = 0;
};

absl::Status BeyondTheTree() {
  return MakeError(absl::StatusCode::kOutOfRange, v1::ERROR_REASON_FIELD_INVALID,
                   "the tree has not so many leaves");
}

// Where a tree of `count` > 1 leaves divides: the largest power of two below.
uint64_t SplitOf(uint64_t count) { return std::bit_floor(count - 1); }

// `range` is one that the definition's recursion comes to: its first leaf is a multiple of the
// smallest power of two that is not less than its count.
absl::StatusOr<std::string> RootOf(const LeafRange& range, const MerkleNodeSource& nodes) {
  if (range.count == 0) return MerkleEmptyRoot();
  if (std::has_single_bit(range.count)) {
    const auto level = static_cast<uint32_t>(std::countr_zero(range.count));
    return nodes({level, range.first >> level});
  }
  const uint64_t split = SplitOf(range.count);
  DSR_ASSIGN_OR_RETURN(const std::string left, RootOf({range.first, split}, nodes));
  DSR_ASSIGN_OR_RETURN(const std::string right,
                       RootOf({range.first + split, range.count - split}, nodes));
  return MerkleNodeHash(left, right);
}

// PATH(m, D[n]) of the RFC.
absl::Status AddPath(uint64_t leaf, const LeafRange& range, const MerkleNodeSource& nodes,
                     std::vector<std::string>& proof) {
  if (range.count == 1) return absl::OkStatus();
  const uint64_t split = SplitOf(range.count);
  const LeafRange left = {range.first, split};
  const LeafRange right = {range.first + split, range.count - split};
  const bool is_left = leaf < right.first;
  DSR_RETURN_IF_ERROR(AddPath(leaf, is_left ? left : right, nodes, proof));
  DSR_ASSIGN_OR_RETURN(std::string sibling, RootOf(is_left ? right : left, nodes));
  proof.push_back(std::move(sibling));
  return absl::OkStatus();
}

// SUBPROOF(m, D[n], b) of the RFC: `is_old_root` is b, that the old tree's root is this subtree's.
absl::Status AddSubproof(uint64_t old_count, const LeafRange& range, bool is_old_root,
                         const MerkleNodeSource& nodes, std::vector<std::string>& proof) {
  if (old_count == range.count) {
    if (is_old_root) return absl::OkStatus();
    DSR_ASSIGN_OR_RETURN(std::string root, RootOf(range, nodes));
    proof.push_back(std::move(root));
    return absl::OkStatus();
  }
  const uint64_t split = SplitOf(range.count);
  const LeafRange left = {range.first, split};
  const LeafRange right = {range.first + split, range.count - split};
  const bool is_left = old_count <= split;
  if (is_left) {
    DSR_RETURN_IF_ERROR(AddSubproof(old_count, left, is_old_root, nodes, proof));
  } else {
    DSR_RETURN_IF_ERROR(AddSubproof(old_count - split, right, false, nodes, proof));
  }
  DSR_ASSIGN_OR_RETURN(std::string other, RootOf(is_left ? right : left, nodes));
  proof.push_back(std::move(other));
  return absl::OkStatus();
}

bool AreHashes(absl::Span<const std::string> proof) {
  for (const std::string& hash : proof) {
    if (hash.size() != kHashSize) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::string> MerkleRootAt(uint64_t size, const MerkleNodeSource& nodes) {
  return RootOf({0, size}, nodes);
}

absl::StatusOr<std::vector<std::string>> MakeInclusionProof(uint64_t leaf, uint64_t size,
                                                            const MerkleNodeSource& nodes) {
  if (leaf >= size) return BeyondTheTree();
  std::vector<std::string> proof;
  DSR_RETURN_IF_ERROR(AddPath(leaf, {0, size}, nodes, proof));
  return proof;
}

absl::StatusOr<std::vector<std::string>> MakeConsistencyProof(uint64_t old_size, uint64_t size,
                                                              const MerkleNodeSource& nodes) {
  if (old_size > size) return BeyondTheTree();
  std::vector<std::string> proof;
  if (old_size == 0 || old_size == size) return proof;
  DSR_RETURN_IF_ERROR(AddSubproof(old_size, {0, size}, true, nodes, proof));
  return proof;
}

bool VerifyInclusion(absl::string_view leaf_hash, uint64_t leaf, uint64_t size,
                     absl::Span<const std::string> proof, absl::string_view root) {
  if (leaf >= size || leaf_hash.size() != kHashSize || !AreHashes(proof)) return false;
  std::string hash(leaf_hash);
  uint64_t node = leaf;
  uint64_t last = size - 1;
  for (const std::string& sibling : proof) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      hash = MerkleNodeHash(sibling, hash);
      // A node that is the last of its level and a left one moves up alone.
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = MerkleNodeHash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

bool VerifyConsistency(uint64_t old_size, absl::string_view old_root, uint64_t size,
                       absl::string_view root, absl::Span<const std::string> proof) {
  if (old_size > size || !AreHashes(proof)) return false;
  if (old_size == size) return proof.empty() && old_root == root;
  // Every log begins with the empty one, whose root is a constant.
  if (old_size == 0) return proof.empty() && old_root == MerkleEmptyRoot();
  if (proof.empty()) return false;
  std::vector<std::string> path(proof.begin(), proof.end());
  // A whole old tree is a node of the new one: the verifier knows its hash, and it is left out.
  if (std::has_single_bit(old_size)) path.insert(path.begin(), std::string(old_root));
  uint64_t node = old_size - 1;
  uint64_t last = size - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  std::string old_hash = path[0];
  std::string hash = path[0];
  for (size_t i = 1; i < path.size(); ++i) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      old_hash = MerkleNodeHash(path[i], old_hash);
      hash = MerkleNodeHash(path[i], hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = MerkleNodeHash(hash, path[i]);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && old_hash == old_root && hash == root;
}

}  // namespace dsr
