#include "dsrctl/input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "dsr/v1/request.pb.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ReadInputTest, ReadsStdinForADash) {
  std::istringstream in("424242\n");

  EXPECT_THAT(ReadInput("-", in), IsOkAndHolds("424242\n"));
}

TEST(ReadInputTest, ReadsAFileAndNamesOneThatIsMissing) {
  const TempDir directory;
  WriteText(directory.File("code"), "1234");
  std::istringstream in;

  EXPECT_THAT(ReadInput(directory.File("code"), in), IsOkAndHolds("1234"));
  EXPECT_THAT(ReadInput(directory.File("none"), in),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("/none")));
}

TEST(ParseJsonTest, ReadsProtobufJson) {
  v1::Request request;

  ASSERT_THAT(ParseJson(R"({"subjectAccount":"张三","requester":{"relation":"RELATION_SUBJECT"}})",
                        request),
              IsOk());

  EXPECT_EQ(request.subject_account(), "张三");
  EXPECT_EQ(request.requester().relation(), v1::RELATION_SUBJECT);
}

TEST(ParseJsonTest, NamesTheFieldAndNeverTheValue) {
  v1::Request request;

  EXPECT_THAT(ParseJson(R"({"requester":{"relation":"13800138000"}})", request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("relation"), Not(HasSubstr("13800138000")))));
  EXPECT_THAT(ParseJson(R"({"subjectAccount": "13800138000" oops)", request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("well-formed"), Not(HasSubstr("13800138000")))));
  EXPECT_THAT(ParseJson(R"({"phone13800138000":"x"})", request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("dsr.v1.Request"), Not(HasSubstr("13800138000")))));
}

TEST(ParseJsonTest, NamesAFieldThatTheMessageHasNot) {
  v1::Request request;
  std::string field;

  EXPECT_THAT(
      ParseJson(R"({"requester":{"relaton":"SUBJECT"}})", request, &field),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no field requester.relaton")));
  EXPECT_EQ(field, "requester.relaton");
}

}  // namespace
}  // namespace dsr::dsrctl
