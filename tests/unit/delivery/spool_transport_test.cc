#include "delivery/spool_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <iterator>

#include "dsr/base/file.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;

const absl::Time kSpooled = absl::FromUnixSeconds(1772323200);

class SpoolTransportTest : public ::testing::Test {
 protected:
  static RenderedMessage Message() {
    return {.message_id = "m1",
            .channel = "sms",
            .address = "+8613800000000",
            .subject = "",
            .text = "验证码 123456"};
  }

  int FileCount() const {
    return static_cast<int>(std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
  }

  const TempDir folder_;
  SpoolTransport transport_{folder_.path(), "privacy@shop.example"};
};

TEST_F(SpoolTransportTest, WritesOneReadableFileNamedByTheMessage) {
  EXPECT_TRUE(transport_.Send(Message(), kSpooled).delivered);

  EXPECT_EQ(FileCount(), 1);
  EXPECT_THAT(ReadFile(folder_.File("m1.eml")), IsOkAndHolds(HasSubstr("To: +8613800000000\r\n")));
  EXPECT_THAT(ReadFile(folder_.File("m1.eml")), IsOkAndHolds(HasSubstr("\r\n\r\n验证码 123456")));
}

TEST_F(SpoolTransportTest, KeepsTheFileFromOtherUsers) {
  ASSERT_TRUE(transport_.Send(Message(), kSpooled).delivered);

  struct stat file;
  ASSERT_EQ(stat(folder_.File("m1.eml").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
}

TEST_F(SpoolTransportTest, ReplacesTheFileOnASecondDelivery) {
  ASSERT_TRUE(transport_.Send(Message(), kSpooled).delivered);
  ASSERT_TRUE(transport_.Send(Message(), kSpooled + absl::Minutes(5)).delivered);

  EXPECT_EQ(FileCount(), 1);
  EXPECT_THAT(ReadFile(folder_.File("m1.eml")), IsOkAndHolds(HasSubstr("00:05:00")));
}

TEST_F(SpoolTransportTest, WritesNothingOutsideItsFolder) {
  RenderedMessage message = Message();
  message.message_id = "../m1";

  const DeliveryResult result = transport_.Send(message, kSpooled);

  EXPECT_FALSE(result.delivered);
  EXPECT_TRUE(result.give_up);
  EXPECT_EQ(result.code, "message-id-invalid");
  EXPECT_FALSE(FileExists(folder_.File("../m1.eml")));
}

TEST_F(SpoolTransportTest, RefusesAnAddressThatWouldForgeAHeader) {
  RenderedMessage message = Message();
  message.address = "+86\r\nBcc: x";

  const DeliveryResult result = transport_.Send(message, kSpooled);

  EXPECT_TRUE(result.give_up);
  EXPECT_EQ(result.code, "address-invalid");
  EXPECT_EQ(FileCount(), 0);
}

TEST_F(SpoolTransportTest, IsToBeTriedAgainWhenTheFolderIsMissing) {
  SpoolTransport transport(folder_.File("missing"), "privacy@shop.example");

  const DeliveryResult result = transport.Send(Message(), kSpooled);

  EXPECT_FALSE(result.delivered);
  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "spool-failed_precondition");
}

}  // namespace
}  // namespace dsr
