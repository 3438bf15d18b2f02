#include "dsr/base/text_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dsr/base/file.h"
#include "dsr/config/v1/config.pb.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ReadTextFileTest : public ::testing::Test {
 protected:
  absl::Status Read(absl::string_view contents) {
    const std::string path = folder_.File("secrets.textproto");
    EXPECT_THAT(WriteFileAtomically(path, contents), IsOk());
    return ReadTextFile(path, message_);
  }

  const TempDir folder_;
  config::v1::WebhookSecrets message_;
};

TEST_F(ReadTextFileTest, ReadsTextFormat) {
  ASSERT_THAT(Read("secrets { id: \"parcel\" keys: \"k\" }"), IsOk());

  ASSERT_EQ(message_.secrets_size(), 1);
  EXPECT_EQ(message_.secrets(0).id(), "parcel");
}

TEST_F(ReadTextFileTest, NamesTheLineOfAMistakeAndNotWhatStandsThere) {
  const absl::Status status = Read("secrets { id: \"parcel\"\n keys: \"whsec_hidden\" oops }");

  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(":2:"), Not(HasSubstr("hidden"))));
}

TEST_F(ReadTextFileTest, FailsWithoutAFile) {
  EXPECT_THAT(ReadTextFile(folder_.File("none"), message_),
              ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

}  // namespace
}  // namespace dsr
