// The Store contract: documents that were handed in as evidence.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "contract/store_contract.h"

namespace dsr {
namespace {

class DocumentContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    ASSERT_THAT(Write(sample_.NextDecision(kNow)), IsOk());
  }

  absl::Status Put(const EvidenceId& evidence, absl::string_view sealed) {
    return Write([&](Transaction& t) { return t.PutDocument(sample_.id(), evidence, sealed); });
  }
  absl::Status Delete(const EvidenceId& evidence) {
    return Write([&](Transaction& t) { return t.DeleteDocument(evidence); });
  }
  absl::StatusOr<std::string> Find(const EvidenceId& evidence) {
    return Read([&](ReadView& v) { return v.FindDocument(evidence); });
  }

  RequestSample sample_{1, kNow};
  const EvidenceId first_ = SampleId<EvidenceId>(kNow, 1);
  const EvidenceId second_ = SampleId<EvidenceId>(kNow, 2);
};

TEST_P(DocumentContract, IsKeptByteForByteUntilItIsDestroyed) {
  const std::string bytes("box\0with\xff zeros", 15);
  EXPECT_THAT(Find(first_), StatusIs(absl::StatusCode::kNotFound));

  ASSERT_THAT(Put(first_, bytes), IsOk());
  ASSERT_THAT(Put(second_, "another"), IsOk());
  EXPECT_THAT(Find(first_), IsOkAndHolds(bytes));
  Reopen();
  EXPECT_THAT(Find(first_), IsOkAndHolds(bytes));

  ASSERT_THAT(Delete(first_), IsOk());

  EXPECT_THAT(Find(first_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Find(first_).status(), ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  EXPECT_THAT(Find(second_), IsOkAndHolds("another"));
}

TEST_P(DocumentContract, MayBeDestroyedTwiceAndWhenThereWasNone) {
  ASSERT_THAT(Put(first_, "box"), IsOk());

  EXPECT_THAT(Delete(first_), IsOk());
  EXPECT_THAT(Delete(first_), IsOk());
  EXPECT_THAT(Delete(second_), IsOk());
}

TEST_P(DocumentContract, IsNotReplacedByASecondOneOfTheSameEvidence) {
  ASSERT_THAT(Put(first_, "the first"), IsOk());

  const absl::Status again = Put(first_, "the second");

  EXPECT_THAT(again, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Find(first_), IsOkAndHolds("the first"));
}

TEST_P(DocumentContract, CanBeAsLargeAsTheApiTakesItAndItsSeal) {
  const std::string largest(2 * 1024 * 1024 + 1000, 'd');

  ASSERT_THAT(Put(first_, largest), IsOk());

  const auto found = Find(first_);
  ASSERT_THAT(found, IsOk());
  EXPECT_TRUE(*found == largest);
}

TEST_P(DocumentContract, IsNeitherKeptNorDestroyedByABodyThatFails) {
  ASSERT_THAT(Put(first_, "kept before"), IsOk());

  const absl::Status status = Write([&](Transaction& t) {
    EXPECT_THAT(t.DeleteDocument(first_), IsOk());
    EXPECT_THAT(t.PutDocument(sample_.id(), second_, "undone"), IsOk());
    // It sees what it wrote itself.
    EXPECT_THAT(t.FindDocument(first_), StatusIs(absl::StatusCode::kNotFound));
    EXPECT_THAT(t.FindDocument(second_), IsOkAndHolds("undone"));
    return absl::CancelledError("no");
  });

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(Find(first_), IsOkAndHolds("kept before"));
  EXPECT_THAT(Find(second_), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(DocumentContract, IsKeptTogetherWithItsDecisionOrNotAtAll) {
  const DecisionWrite next = sample_.NextDecision(kNow + absl::Seconds(1));
  const auto body = [&](Transaction& t) {
    DSR_RETURN_IF_ERROR(t.PutDocument(sample_.id(), first_, "box"));
    return t.WriteDecision(next);
  };
  ASSERT_THAT(Write(body), IsOk());
  ASSERT_THAT(Delete(first_), IsOk());

  // The version that the decision was made from is no longer the stored one.
  EXPECT_THAT(Write(body), StatusIs(absl::StatusCode::kAborted));

  EXPECT_THAT(Find(first_), StatusIs(absl::StatusCode::kNotFound));
}

INSTANTIATE_TEST_SUITE_P(Backends, DocumentContract, ::testing::ValuesIn(AllBackends()),
                         NameOfBackend);

}  // namespace
}  // namespace dsr
