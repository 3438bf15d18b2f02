#include "dsrctl/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dsr/base/errors.h"
#include "testing/status_matchers.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

absl::Status StaleEtag() {
  return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_ETAG_MISMATCH,
                   "the request changed since it was read", {{"etag", "7"}});
}

TEST(ExitCodeTest, TellsTheKindOfErrorByNumber) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), ExitCode::kOk);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("")), ExitCode::kOther);
  EXPECT_EQ(ExitCodeOf(absl::ResourceExhaustedError("")), ExitCode::kOther);
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("")), ExitCode::kUsage);
  EXPECT_EQ(ExitCodeOf(absl::OutOfRangeError("")), ExitCode::kUsage);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("")), ExitCode::kNotFound);
  EXPECT_EQ(ExitCodeOf(absl::PermissionDeniedError("")), ExitCode::kNotAllowed);
  EXPECT_EQ(ExitCodeOf(absl::UnauthenticatedError("")), ExitCode::kNotAllowed);
  EXPECT_EQ(ExitCodeOf(absl::FailedPreconditionError("")), ExitCode::kConflict);
  EXPECT_EQ(ExitCodeOf(absl::AbortedError("")), ExitCode::kConflict);
  EXPECT_EQ(ExitCodeOf(absl::AlreadyExistsError("")), ExitCode::kConflict);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("")), ExitCode::kUnavailable);
  EXPECT_EQ(ExitCodeOf(absl::DeadlineExceededError("")), ExitCode::kUnavailable);
}

TEST(ErrorTextTest, TellsMessageReasonMetadataAndNextStep) {
  EXPECT_EQ(ErrorText(StaleEtag()),
            "dsrctl: the request changed since it was read\n"
            "  reason: ETAG_MISMATCH\n"
            "  etag: 7\n"
            "  next: Read it again, look at what changed, and repeat with the new etag.\n");
}

TEST(ErrorTextTest, TellsEveryWrongField) {
  FieldErrors errors;
  errors.AddMissing("request.type");
  errors.AddInvalid("request.channel", "takes a-z, 0-9 and -");

  EXPECT_THAT(ErrorText(errors.ToStatus()),
              AllOf(HasSubstr("  field request.type: is required\n"),
                    HasSubstr("  field request.channel: takes a-z, 0-9 and -\n")));
}

TEST(ErrorTextTest, DoesNotPassEscapeSequencesToTheTerminal) {
  EXPECT_THAT(ErrorText(absl::InternalError("\x1b[2J")), HasSubstr("\\x1b[2J"));
}

TEST(ErrorTextTest, SaysWhereToLookWhenNoServerAnswers) {
  EXPECT_THAT(ErrorText(absl::UnavailableError("refused")), HasSubstr("Check that dsrd runs"));
}

TEST(ErrorJsonTest, IsOneObjectOnOneLine) {
  EXPECT_EQ(ErrorJson(StaleEtag()),
            "{\"code\":\"ABORTED\",\"reason\":\"ETAG_MISMATCH\","
            "\"message\":\"the request changed since it was read\","
            "\"metadata\":{\"etag\":\"7\"},\"violations\":[],"
            "\"next\":\"Read it again, look at what changed, and repeat with the new etag.\"}\n");
}

TEST(ErrorJsonTest, ListsViolations) {
  EXPECT_THAT(ErrorJson(MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, "name", "is required")),
              HasSubstr("\"violations\":[{\"field\":\"name\",\"description\":\"is required\"}]"));
}

TEST(FromGrpcStatusTest, KeepsCodeAndMessageWhereThereAreNoDetails) {
  EXPECT_THAT(FromGrpcStatus(grpc::Status(grpc::StatusCode::NOT_FOUND, "gone")),
              StatusIs(absl::StatusCode::kNotFound, "gone"));
  EXPECT_THAT(FromGrpcStatus(grpc::Status::OK), IsOk());
}

TEST(FromGrpcStatusTest, DecodesReasonAndMetadata) {
  v1::ErrorInfo info;
  info.set_reason("CODE_WRONG");
  (*info.mutable_metadata())["attempts_left"] = "2";
  v1::Status details;
  google::protobuf::Any& any = *details.add_details();
  any.set_type_url(std::string(kErrorInfoTypeUrl));
  any.set_value(info.SerializeAsString());

  const absl::Status status = FromGrpcStatus(grpc::Status(
      grpc::StatusCode::FAILED_PRECONDITION, "wrong code", details.SerializeAsString()));

  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_CODE_WRONG));
  EXPECT_THAT(ErrorText(status), HasSubstr("attempts_left: 2"));
}

TEST(FromGrpcStatusTest, SurvivesDetailsThatAreNoMessage) {
  EXPECT_THAT(FromGrpcStatus(grpc::Status(grpc::StatusCode::ABORTED, "stale", "\xff\xff\xff\xff")),
              StatusIs(absl::StatusCode::kAborted, "stale"));
}

}  // namespace
}  // namespace dsr::dsrctl
