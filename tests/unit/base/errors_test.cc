#include "dsr/base/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/cord.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(MakeErrorTest, CarriesCodeMessageReasonDomainAndMetadata) {
  const absl::Status status = MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_ETAG_MISMATCH,
                                        "read again", {{"etag", "7"}, {"resource", "requests/x"}});

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted, "read again"));
  const std::optional<v1::ErrorInfo> info = ErrorInfoOf(status);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->reason(), "ETAG_MISMATCH");
  EXPECT_EQ(info->domain(), "dsrd");
  EXPECT_THAT(info->metadata(),
              UnorderedElementsAre(Pair("etag", "7"), Pair("resource", "requests/x")));
  EXPECT_FALSE(BadRequestOf(status).has_value());
}

TEST(MakeErrorTest, StoresTheErrorInfoUnderTheTypeUrlThatStandardClientsKnow) {
  const absl::Status status =
      MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL, "a fault");

  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo").has_value());
}

TEST(MakeErrorTest, GivesEqualErrorsForEqualArguments) {
  const auto make = [] {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ACTION_NOT_ALLOWED,
                     "not now", {{"state", "ready"}, {"action", "AssessRequest"}, {"x", "y"}});
  };
  const absl::Status first = make();
  // A map's order in the bytes varies from one message to the next, unless it is fixed.
  for (int i = 0; i < 100; ++i) ASSERT_EQ(make(), first);
}

TEST(ReasonOfTest, ReturnsTheReasonOfEveryKnownCause) {
  const google::protobuf::EnumDescriptor& reasons = *v1::ErrorReason_descriptor();
  for (int i = 0; i < reasons.value_count(); ++i) {
    const auto reason = static_cast<v1::ErrorReason>(reasons.value(i)->number());

    EXPECT_EQ(ReasonOf(MakeError(absl::StatusCode::kInternal, reason, "")), reason);
  }
}

TEST(ReasonOfTest, IsUnspecifiedForAStatusWithoutReason) {
  EXPECT_EQ(ReasonOf(absl::OkStatus()), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(ReasonOf(absl::InternalError("bare")), v1::ERROR_REASON_UNSPECIFIED);
}

TEST(ReasonOfTest, IsUnspecifiedForAReasonOfANewerProgram) {
  v1::ErrorInfo info;
  info.set_reason("FROM_THE_FUTURE");
  absl::Status status = absl::InternalError("");
  status.SetPayload(kErrorInfoTypeUrl, absl::Cord(info.SerializeAsString()));

  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_UNSPECIFIED);
}

TEST(ErrorInfoOfTest, IsAbsentWhenThePayloadIsDamaged) {
  absl::Status status = absl::InternalError("");
  status.SetPayload(kErrorInfoTypeUrl, absl::Cord("\xff\xff"));

  EXPECT_FALSE(ErrorInfoOf(status).has_value());
}

TEST(MakeFieldErrorTest, NamesTheFieldInMessageAndBadRequest) {
  const absl::Status status =
      MakeFieldError(v1::ERROR_REASON_LIST_TOO_LONG, "categories", "at most 100 entries");

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("categories")));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_LIST_TOO_LONG));
  ASSERT_EQ(BadRequestOf(status)->field_violations_size(), 1);
  EXPECT_EQ(BadRequestOf(status)->field_violations(0).field(), "categories");
  EXPECT_EQ(BadRequestOf(status)->field_violations(0).description(), "at most 100 entries");
}

TEST(FieldErrorsTest, AreOkWhenNothingIsWrong) {
  const FieldErrors errors;

  EXPECT_TRUE(errors.empty());
  EXPECT_THAT(errors.ToStatus(), IsOk());
}

TEST(FieldErrorsTest, TellAllThatIsWrongAndTakeTheReasonOfTheFirst) {
  FieldErrors errors;
  errors.AddMissing("reason");
  errors.AddInvalid("page_size", "must not be negative");

  const absl::Status status = errors.ToStatus();

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               "reason: is required; page_size: must not be negative"));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
  EXPECT_EQ(BadRequestOf(status)->field_violations_size(), 2);
}

TEST(FieldErrorsTest, PlaceTheViolationsOfAPartUnderItsPath) {
  FieldErrors part;
  part.AddMissing("relation");
  FieldErrors whole;

  whole.AddAll("request.requester.", part.ToStatus());

  EXPECT_EQ(BadRequestOf(whole.ToStatus())->field_violations(0).field(),
            "request.requester.relation");
  EXPECT_THAT(whole.ToStatus(), ReasonIs(v1::ERROR_REASON_FIELD_MISSING));
}

TEST(FieldErrorsTest, TakeNothingFromAStatusThatIsOk) {
  FieldErrors errors;

  errors.AddAll("request.", absl::OkStatus());

  EXPECT_TRUE(errors.empty());
}

}  // namespace
}  // namespace dsr
