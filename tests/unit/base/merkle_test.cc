#include "dsr/base/merkle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "dsr/base/crypto.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Leaf(uint64_t number) { return MerkleLeafHash({absl::StrCat("leaf ", number)}); }

// The definition of RFC 6962, section 2.1, word for word.
std::string RootByDefinition(absl::Span<const std::string> leaves) {
  if (leaves.empty()) return MerkleEmptyRoot();
  if (leaves.size() == 1) return leaves[0];
  size_t split = 1;
  while (split * 2 < leaves.size()) split *= 2;
  return MerkleNodeHash(RootByDefinition(leaves.subspan(0, split)),
                        RootByDefinition(leaves.subspan(split)));
}

TEST(MerkleHashTest, MatchesThePublishedVectors) {
  EXPECT_EQ(HexEncode(MerkleEmptyRoot()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HexEncode(MerkleLeafHash({""})),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");

  MerkleFrontier frontier;
  frontier.Append(MerkleLeafHash({""}));
  frontier.Append(MerkleLeafHash({absl::string_view("\0", 1)}));

  EXPECT_EQ(HexEncode(frontier.Root()),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
}

TEST(MerkleHashTest, LeafOfPartsIsTheLeafOfTheirBytes) {
  EXPECT_EQ(MerkleLeafHash({"clear", "sealed"}), MerkleLeafHash({"clearsealed"}));
}

TEST(MerkleFrontierTest, HasTheRootOfTheDefinitionAtEverySize) {
  MerkleFrontier frontier;
  std::vector<std::string> leaves;
  EXPECT_EQ(frontier.Root(), RootByDefinition(leaves));
  for (uint64_t size = 1; size <= 130; ++size) {
    leaves.push_back(Leaf(size));
    frontier.Append(leaves.back());

    EXPECT_EQ(frontier.size(), size);
    EXPECT_EQ(frontier.Root(), RootByDefinition(leaves)) << size;
  }
}

TEST(MerkleFrontierTest, TellsWhichSubtreesALeafCompletes) {
  MerkleFrontier frontier;
  frontier.Append(Leaf(0));
  frontier.Append(Leaf(1));

  const std::vector<MerkleNode> third = frontier.Append(Leaf(2));
  const std::vector<MerkleNode> fourth = frontier.Append(Leaf(3));

  const std::string pair = MerkleNodeHash(Leaf(2), Leaf(3));
  EXPECT_THAT(third, ElementsAre(MerkleNode{{0, 2}, Leaf(2)}));
  EXPECT_THAT(fourth, ElementsAre(MerkleNode{{0, 3}, Leaf(3)}, MerkleNode{{1, 1}, pair},
                                  MerkleNode{{2, 0}, frontier.Root()}));
}

TEST(MerkleFrontierTest, NamesTheSubtreesOfASizeLargestFirst) {
  EXPECT_THAT(MerkleFrontier::Positions(0), IsEmpty());
  EXPECT_THAT(MerkleFrontier::Positions(4), ElementsAre(MerklePosition{2, 0}));
  EXPECT_THAT(MerkleFrontier::Positions(13),
              ElementsAre(MerklePosition{3, 0}, MerklePosition{2, 2}, MerklePosition{0, 12}));
}

TEST(MerkleFrontierTest, GoesOnFromTheSavedSubtreesAtEverySize) {
  MerkleFrontier whole;
  std::map<std::pair<uint32_t, uint64_t>, std::string> saved;
  for (uint64_t size = 0; size <= 70; ++size) {
    std::vector<std::string> hashes;
    for (const MerklePosition& position : MerkleFrontier::Positions(size)) {
      hashes.push_back(saved.at({position.level, position.index}));
    }

    DSR_ASSERT_OK_AND_ASSIGN(MerkleFrontier restored, MerkleFrontier::Restore(size, hashes));

    EXPECT_EQ(restored.Root(), whole.Root()) << size;
    const std::vector<MerkleNode> complete = restored.Append(Leaf(size));
    EXPECT_EQ(complete, whole.Append(Leaf(size))) << size;
    for (const MerkleNode& node : complete) {
      saved[{node.position.level, node.position.index}] = node.hash;
    }
  }
}

TEST(MerkleFrontierTest, RefusesSubtreesThatDoNotMakeUpTheSize) {
  EXPECT_THAT(MerkleFrontier::Restore(3, {Leaf(0)}), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(MerkleFrontier::Restore(0, {Leaf(0)}), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(MerkleFrontier::Restore(1, {"short"}), StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace dsr
