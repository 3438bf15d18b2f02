#include "rpc/status_conversion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::Status DetailsOf(const grpc::Status& status) {
  v1::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

v1::ErrorInfo InfoOf(const grpc::Status& status) {
  v1::ErrorInfo info;
  const v1::Status details = DetailsOf(status);
  for (const auto& detail : details.details()) {
    if (detail.type_url() == kErrorInfoTypeUrl) info.ParseFromString(detail.value());
  }
  return info;
}

TEST(StatusConversionTest, OkStaysOk) { EXPECT_TRUE(ToGrpcStatus(absl::OkStatus(), "M").ok()); }

TEST(StatusConversionTest, CodeMessageReasonAndFieldsArrive) {
  const grpc::Status status = ToGrpcStatus(
      MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, "request.type", "is required"), "M");

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "request.type: is required");
  EXPECT_EQ(DetailsOf(status).code(), 3);
  EXPECT_EQ(InfoOf(status).reason(), "FIELD_MISSING");
  EXPECT_EQ(InfoOf(status).domain(), "dsrd");
}

TEST(StatusConversionTest, AFaultTellsAnIdAndNothingElse) {
  for (const absl::Status& fault :
       {absl::InternalError("SELECT secret"), absl::DataLossError("SELECT secret"),
        absl::NotFoundError("SELECT secret"),
        MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL, "SELECT secret")}) {
    const grpc::Status status = ToGrpcStatus(fault, "M");

    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_THAT(status.error_message(), Not(HasSubstr("SELECT")));
    EXPECT_THAT(status.error_details(), Not(HasSubstr("SELECT")));
    EXPECT_EQ(InfoOf(status).reason(), "INTERNAL");
    EXPECT_EQ(InfoOf(status).metadata().at("correlation_id").size(), 16u);
  }
}

TEST(StatusConversionTest, ManyViolationsFitIntoAHeader) {
  FieldErrors errors;
  for (int i = 0; i < 10'000; ++i) {
    errors.AddInvalid(absl::StrCat("request.categories[", i, "]"), "是策略中的数据类别");
  }

  const grpc::Status status = ToGrpcStatus(errors.ToStatus(), "M");

  EXPECT_LT(status.error_details().size(), 6000u);
  EXPECT_LT(status.error_message().size(), 1100u);
  EXPECT_THAT(status.error_details(), HasSubstr("request.categories[0]"));
}

TEST(StatusConversionTest, AnAnswerNamesAsManyRowsOfABatchAsFit) {
  FieldErrors errors;
  for (int i = 0; i < 1000; ++i) {
    errors.AddInvalid(absl::StrCat("disclosures[", i, "].recipient"), "is not registered");
  }

  const grpc::Status status = ToGrpcStatus(errors.ToStatus(), "M");

  EXPECT_LT(status.error_details().size(), 4500u);
  EXPECT_THAT(status.error_details(), HasSubstr("disclosures[49].recipient"));
}

}  // namespace
}  // namespace dsr
