#include "dsr/base/merkle.h"

#include <bit>
#include <utility>

#include "dsr/base/crypto.h"
#include "dsr/base/errors.h"

namespace dsr {
namespace {

// The prefixes keep a leaf from passing for a node (RFC 6962: second preimage resistance).
constexpr char kLeafPrefix = 0x00;
constexpr char kNodePrefix = 0x01;

}  // namespace

std::string MerkleLeafHash(std::initializer_list<absl::string_view> parts) {
  std::string data(1, kLeafPrefix);
  for (const absl::string_view part : parts) data.append(part.data(), part.size());
  return Sha256(data);
}

std::string MerkleNodeHash(absl::string_view left, absl::string_view right) {
  return Sha256Concat({absl::string_view(&kNodePrefix, 1), left, right});
}

std::string MerkleEmptyRoot() { return Sha256(""); }

std::vector<MerklePosition> MerkleFrontier::Positions(uint64_t size) {
  std::vector<MerklePosition> positions;
  for (uint32_t level = 64; level-- > 0;) {
    if ((size >> level & 1) == 0) continue;
    // All larger subtrees stand to the left; together they cover the higher bits of the size.
    positions.push_back({level, (size >> level) - 1});
  }
  return positions;
}

absl::StatusOr<MerkleFrontier> MerkleFrontier::Restore(uint64_t size,
                                                       std::vector<std::string> hashes) {
  bool is_whole = hashes.size() == static_cast<size_t>(std::popcount(size));
  for (const std::string& hash : hashes) is_whole = is_whole && hash.size() == kHashSize;
  if (!is_whole) {
    return MakeError(absl::StatusCode::kDataLoss, v1::ERROR_REASON_INTERNAL,
                     "the stored subtrees do not make up the audit log's tree");
  }
  MerkleFrontier frontier;
  frontier.size_ = size;
  frontier.hashes_ = std::move(hashes);
  return frontier;
}

std::vector<MerkleNode> MerkleFrontier::Append(absl::string_view leaf_hash) {
  MerkleNode node = {{0, size_}, std::string(leaf_hash)};
  std::vector<MerkleNode> complete = {node};
  // As in adding one to a binary number: each trailing one bit of the size is a subtree that the
  // new one joins.
  for (uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
    node.position = {node.position.level + 1, node.position.index / 2};
    node.hash = MerkleNodeHash(hashes_.back(), node.hash);
    hashes_.pop_back();
    complete.push_back(node);
  }
  hashes_.push_back(std::move(node.hash));
  ++size_;
  return complete;
}

std::string MerkleFrontier::Root() const {
  if (hashes_.empty()) return MerkleEmptyRoot();
  std::string root = hashes_.back();
  for (size_t i = hashes_.size() - 1; i-- > 0;) root = MerkleNodeHash(hashes_[i], root);
  return root;
}

}  // namespace dsr
