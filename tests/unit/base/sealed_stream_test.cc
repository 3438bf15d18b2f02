#include "dsr/base/sealed_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "testing/status_matchers.h"

namespace dsr {
namespace {

class SealedStreamTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(InitCrypto(), IsOk());
    StreamSealer sealer(key_);
    header_ = sealer.header();
    chunks_ = {sealer.Seal("first", "about", false), sealer.Seal("second", "", false),
               sealer.Seal("last", "", true)};
  }

  // Opens these chunks one after the other, and returns the status of the last.
  absl::Status Open(const std::vector<std::string>& chunks) {
    const auto opener = StreamOpener::Begin(key_, header_);
    if (!opener.ok()) return opener.status();
    absl::Status status;
    for (size_t i = 0; i < chunks.size() && status.ok(); ++i) {
      status = (*opener)->Open(chunks[i], i == 0 ? "about" : "").status();
    }
    return status;
  }

  const SecretKey key_ = SecretKey::Generate();
  std::string header_;
  std::vector<std::string> chunks_;
};

TEST_F(SealedStreamTest, OpensWhatWasSealedAndTellsTheLastChunk) {
  const auto opener = StreamOpener::Begin(key_, header_);
  ASSERT_THAT(opener, IsOk());

  const auto first = (*opener)->Open(chunks_[0], "about");
  const auto second = (*opener)->Open(chunks_[1], "");
  const auto last = (*opener)->Open(chunks_[2], "");

  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(last, IsOk());
  EXPECT_EQ(first->plaintext, "first");
  EXPECT_EQ(second->plaintext, "second");
  EXPECT_EQ(last->plaintext, "last");
  EXPECT_FALSE(first->is_last);
  EXPECT_FALSE(second->is_last);
  EXPECT_TRUE(last->is_last);
}

TEST_F(SealedStreamTest, RefusesChunksThatAreLeftOutMovedOrRepeated) {
  EXPECT_THAT(Open({chunks_[0], chunks_[2]}), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(Open({chunks_[1], chunks_[0]}), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(Open({chunks_[0], chunks_[0]}), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(SealedStreamTest, RefusesEveryAlteredByte) {
  for (size_t i = 0; i < chunks_[0].size(); ++i) {
    std::string altered = chunks_[0];
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_THAT(Open({altered}), StatusIs(absl::StatusCode::kDataLoss)) << "byte " << i;
  }
}

TEST_F(SealedStreamTest, RefusesAnotherKeyHeaderOrAssociatedData) {
  const auto other_key = StreamOpener::Begin(SecretKey::Generate(), header_);
  ASSERT_THAT(other_key, IsOk());
  const auto other_data = StreamOpener::Begin(key_, header_);
  ASSERT_THAT(other_data, IsOk());

  EXPECT_THAT((*other_key)->Open(chunks_[0], "about"), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT((*other_data)->Open(chunks_[0], "other"), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(StreamOpener::Begin(key_, "short"), StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace dsr
