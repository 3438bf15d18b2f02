#include "dsr/base/merkle_proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "dsr/base/crypto.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::IsEmpty;

constexpr uint64_t kMostLeaves = 130;

// A log whose nodes are kept as the store keeps them.
class MerkleLog {
 public:
  explicit MerkleLog(const std::vector<std::string>& leaf_hashes) : leaves_(leaf_hashes) {
    MerkleFrontier frontier;
    for (const std::string& hash : leaf_hashes) {
      for (const MerkleNode& node : frontier.Append(hash)) {
        nodes_[{node.position.level, node.position.index}] = node.hash;
      }
    }
  }

  MerkleNodeSource Nodes() const {
    return [this](const MerklePosition& position) -> absl::StatusOr<std::string> {
      const auto found = nodes_.find({position.level, position.index});
      if (found == nodes_.end()) return absl::NotFoundError("no such node");
      return found->second;
    };
  }
  absl::Span<const std::string> leaves(uint64_t size) const {
    return absl::MakeConstSpan(leaves_).subspan(0, size);
  }

 private:
  const std::vector<std::string> leaves_;
  std::map<std::pair<uint32_t, uint64_t>, std::string> nodes_;
};

MerkleLog NumberedLog(uint64_t size) {
  std::vector<std::string> leaves;
  for (uint64_t i = 0; i < size; ++i) leaves.push_back(MerkleLeafHash({absl::StrCat("leaf ", i)}));
  return MerkleLog(leaves);
}

// The eight leaves that Certificate Transparency's own tests use.
MerkleLog PublishedLog() {
  std::vector<std::string> leaves;
  for (const char* hex : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                          "606162636465666768696a6b6c6d6e6f"}) {
    leaves.push_back(MerkleLeafHash({*HexDecode(hex)}));
  }
  return MerkleLog(leaves);
}

// The definitions of RFC 6962, section 2.1, word for word.
size_t SplitByDefinition(size_t count) {
  size_t split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

std::string ProofRoot(absl::Span<const std::string> leaves) {
  if (leaves.empty()) return MerkleEmptyRoot();
  if (leaves.size() == 1) return leaves[0];
  const size_t split = SplitByDefinition(leaves.size());
  return MerkleNodeHash(ProofRoot(leaves.subspan(0, split)), ProofRoot(leaves.subspan(split)));
}

std::vector<std::string> PathByDefinition(size_t leaf, absl::Span<const std::string> leaves) {
  if (leaves.size() == 1) return {};
  const size_t split = SplitByDefinition(leaves.size());
  const absl::Span<const std::string> left = leaves.subspan(0, split);
  const absl::Span<const std::string> right = leaves.subspan(split);
  std::vector<std::string> path =
      leaf < split ? PathByDefinition(leaf, left) : PathByDefinition(leaf - split, right);
  path.push_back(ProofRoot(leaf < split ? right : left));
  return path;
}

std::vector<std::string> SubproofByDefinition(size_t old_size, absl::Span<const std::string> leaves,
                                              bool is_whole) {
  if (old_size == leaves.size()) {
    return is_whole ? std::vector<std::string>() : std::vector<std::string>{ProofRoot(leaves)};
  }
  const size_t split = SplitByDefinition(leaves.size());
  const absl::Span<const std::string> left = leaves.subspan(0, split);
  const absl::Span<const std::string> right = leaves.subspan(split);
  std::vector<std::string> proof = old_size <= split
                                       ? SubproofByDefinition(old_size, left, is_whole)
                                       : SubproofByDefinition(old_size - split, right, false);
  proof.push_back(ProofRoot(old_size <= split ? right : left));
  return proof;
}

std::vector<std::string> Hex(const std::vector<std::string>& proof) {
  std::vector<std::string> hex;
  for (const std::string& hash : proof) hex.push_back(HexEncode(hash));
  return hex;
}

// Every way to alter a proof a little: each byte of each hash, one more, one fewer, two exchanged.
std::vector<std::vector<std::string>> Altered(const std::vector<std::string>& proof) {
  std::vector<std::vector<std::string>> altered;
  for (size_t i = 0; i < proof.size(); ++i) {
    for (size_t byte = 0; byte < proof[i].size(); ++byte) {
      altered.push_back(proof);
      altered.back()[i][byte] = static_cast<char>(altered.back()[i][byte] ^ 1);
    }
    altered.push_back(proof);
    altered.back()[i].pop_back();
    altered.push_back(proof);
    altered.back()[i] += '\0';
    altered.push_back(proof);
    altered.back().erase(altered.back().begin() + static_cast<std::ptrdiff_t>(i));
    altered.push_back(proof);
    altered.back().insert(altered.back().begin() + static_cast<std::ptrdiff_t>(i), proof[i]);
  }
  altered.push_back(proof);
  altered.back().push_back(std::string(kHashSize, 'x'));
  if (proof.size() > 1 && proof.front() != proof.back()) {
    altered.push_back(proof);
    std::swap(altered.back().front(), altered.back().back());
  }
  return altered;
}

constexpr char kRootOfEight[] = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";
constexpr char kNodeOfFour[] = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";

TEST(MerkleProofTest, TellsThePublishedRootOfEverySize) {
  const MerkleLog log = PublishedLog();
  const std::vector<std::string> roots = {
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      kNodeOfFour,
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      kRootOfEight};
  for (uint64_t size = 0; size < roots.size(); ++size) {
    DSR_ASSERT_OK_AND_ASSIGN(const std::string root, MerkleRootAt(size, log.Nodes()));
    EXPECT_EQ(HexEncode(root), roots[size]) << size;
  }
}

TEST(MerkleProofTest, MatchesThePublishedInclusionProofs) {
  const MerkleLog log = PublishedLog();
  const auto path = [&log](uint64_t leaf, uint64_t size) {
    return Hex(*MakeInclusionProof(leaf, size, log.Nodes()));
  };

  EXPECT_THAT(path(0, 1), IsEmpty());
  EXPECT_EQ(path(0, 8), (std::vector<std::string>{
                            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(path(5, 8),
            (std::vector<std::string>{
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", kNodeOfFour}));
  EXPECT_EQ(path(2, 3), (std::vector<std::string>{
                            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}));
  EXPECT_EQ(path(1, 5), (std::vector<std::string>{
                            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
}

TEST(MerkleProofTest, MatchesThePublishedConsistencyProofs) {
  const MerkleLog log = PublishedLog();
  const auto proof = [&log](uint64_t old_size, uint64_t size) {
    return Hex(*MakeConsistencyProof(old_size, size, log.Nodes()));
  };

  EXPECT_THAT(proof(1, 1), IsEmpty());
  EXPECT_EQ(proof(1, 8), (std::vector<std::string>{
                             "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                             "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(proof(6, 8),
            (std::vector<std::string>{
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", kNodeOfFour}));
  EXPECT_EQ(proof(2, 5), (std::vector<std::string>{
                             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                             "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
}

TEST(MerkleProofTest, InclusionIsThatOfTheDefinitionAtEverySizeAndVerifies) {
  const MerkleLog log = NumberedLog(kMostLeaves);
  for (uint64_t size = 1; size <= kMostLeaves; ++size) {
    const absl::Span<const std::string> leaves = log.leaves(size);
    const std::string root = ProofRoot(leaves);
    for (uint64_t leaf = 0; leaf < size; ++leaf) {
      DSR_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> proof,
                               MakeInclusionProof(leaf, size, log.Nodes()));
      ASSERT_EQ(proof, PathByDefinition(leaf, leaves)) << leaf << " of " << size;
      ASSERT_TRUE(VerifyInclusion(leaves[leaf], leaf, size, proof, root)) << leaf << " of " << size;
      ASSERT_FALSE(VerifyInclusion(leaves[leaf], leaf + 1, size, proof, root));
      if (size > 1) {
        ASSERT_FALSE(VerifyInclusion(leaves[(leaf + 1) % size], leaf, size, proof, root));
      }
    }
  }
}

TEST(MerkleProofTest, ConsistencyIsThatOfTheDefinitionAtEverySizeAndVerifies) {
  const MerkleLog log = NumberedLog(kMostLeaves);
  for (uint64_t size = 1; size <= kMostLeaves; ++size) {
    const std::string root = ProofRoot(log.leaves(size));
    for (uint64_t old_size = 0; old_size <= size; ++old_size) {
      const std::string old_root = ProofRoot(log.leaves(old_size));
      DSR_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> proof,
                               MakeConsistencyProof(old_size, size, log.Nodes()));
      if (old_size > 0) {
        ASSERT_EQ(proof, SubproofByDefinition(old_size, log.leaves(size), true))
            << old_size << " of " << size;
      }
      ASSERT_TRUE(VerifyConsistency(old_size, old_root, size, root, proof))
          << old_size << " of " << size;
      const std::string other(kHashSize, 'x');
      ASSERT_FALSE(VerifyConsistency(old_size, other, size, root, proof));
      if (old_size == 0) continue;
      ASSERT_FALSE(VerifyConsistency(old_size, old_root, size, other, proof));
    }
  }
}

TEST(MerkleProofTest, AnInclusionProofThatWasAlteredAnywhereIsRefused) {
  const MerkleLog log = NumberedLog(kMostLeaves);
  for (const uint64_t size : {1, 2, 3, 7, 8, 13, 64, 100, 130}) {
    const std::string root = ProofRoot(log.leaves(size));
    for (const uint64_t leaf : {uint64_t{0}, size / 2, size - 1}) {
      const auto proof = MakeInclusionProof(leaf, size, log.Nodes());
      ASSERT_THAT(proof, IsOk());
      for (const std::vector<std::string>& altered : Altered(*proof)) {
        ASSERT_FALSE(VerifyInclusion(log.leaves(size)[leaf], leaf, size, altered, root));
      }
    }
  }
}

TEST(MerkleProofTest, AConsistencyProofThatWasAlteredAnywhereIsRefused) {
  const MerkleLog log = NumberedLog(kMostLeaves);
  for (const uint64_t size : {1, 2, 3, 7, 8, 13, 64, 100, 130}) {
    const std::string root = ProofRoot(log.leaves(size));
    for (const uint64_t old_size : {uint64_t{0}, uint64_t{1}, size / 2, size - 1, size}) {
      const std::string old_root = ProofRoot(log.leaves(old_size));
      const auto proof = MakeConsistencyProof(old_size, size, log.Nodes());
      ASSERT_THAT(proof, IsOk());
      for (const std::vector<std::string>& altered : Altered(*proof)) {
        ASSERT_FALSE(VerifyConsistency(old_size, old_root, size, root, altered))
            << old_size << " of " << size;
      }
    }
  }
}

TEST(MerkleProofTest, WhatTheTreeHasNotCannotBeProved) {
  const MerkleLog log = NumberedLog(5);
  EXPECT_THAT(MakeInclusionProof(5, 5, log.Nodes()), StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(MakeConsistencyProof(6, 5, log.Nodes()), StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_FALSE(VerifyInclusion(log.leaves(5)[0], 0, 0, {}, MerkleEmptyRoot()));
  EXPECT_FALSE(VerifyConsistency(6, ProofRoot(log.leaves(5)), 5, ProofRoot(log.leaves(5)), {}));
}

TEST(MerkleProofTest, AMissingNodeIsTheErrorOfItsSource) {
  const MerkleLog log = NumberedLog(5);
  EXPECT_THAT(MerkleRootAt(6, log.Nodes()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(MakeInclusionProof(0, 6, log.Nodes()), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace dsr
