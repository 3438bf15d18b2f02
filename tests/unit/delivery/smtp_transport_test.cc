#include "delivery/smtp_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/delivery/http_stub.h"
#include "unit/delivery/smtp_server.h"
#include "unit/delivery/test_certificate.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kSent = absl::FromUnixSeconds(1772323200);

RenderedMessage Letter() {
  return {.message_id = "m1",
          .channel = "email",
          .address = "li@example.com",
          .subject = "删除",
          .text = "Hello\n.\nLi\n"};
}

class SmtpTransportTest : public ::testing::Test {
 protected:
  // Starts the mail server with further arguments.
  void StartServer(const std::vector<std::string>& arguments = {}) {
    server_ = std::make_unique<SmtpServer>(arguments);
    ASSERT_NE(server_->port(), 0);
    options_.port = server_->port();
  }

  // Starts it with TLS and a login, which the options then know too.
  void StartServerWithLogin() {
    const std::string certificate = MakeTestCertificate(files_);
    ASSERT_NE(certificate, "");
    ASSERT_NO_FATAL_FAILURE(StartServer({"--tls", certificate, "--login", "dsrd:pass word"}));
    ASSERT_THAT(WriteFileAtomically(files_.File("password"), "pass word\n"), IsOk());
    options_.require_tls = true;
    options_.ca_file = files_.File("certificate.pem");
    options_.username = "dsrd";
    options_.password_file = files_.File("password");
  }

  DeliveryResult Send(const RenderedMessage& message) {
    const auto transport = SmtpTransport::Create(options_);
    EXPECT_THAT(transport, IsOk());
    return (*transport)->Send(message, kSent);
  }

  bool HasMail() const { return server_->HasMail(); }
  std::string Mail(const std::string& member) const { return server_->Mail(member); }
  std::vector<std::string> MailList(const std::string& member) const {
    return server_->MailList(member);
  }

  const TempDir files_;
  SmtpOptions options_ = {
      .host = "127.0.0.1", .sender = "privacy@shop.example", .require_tls = false};
  std::unique_ptr<SmtpServer> server_;
};

TEST_F(SmtpTransportTest, HandsTheMessageToTheServer) {
  ASSERT_NO_FATAL_FAILURE(StartServer());

  const DeliveryResult result = Send(Letter());

  EXPECT_TRUE(result.delivered) << result.code;
  EXPECT_EQ(Mail("from"), "privacy@shop.example");
  EXPECT_THAT(MailList("to"), ElementsAre("li@example.com"));
  EXPECT_THAT(Mail("text"), HasSubstr("Message-ID: <m1@shop.example>\r\n"));
  EXPECT_THAT(Mail("text"), HasSubstr("Subject: =?UTF-8?B?" + Base64Encode("删除") + "?=\r\n"));
  EXPECT_THAT(Mail("text"), HasSubstr("\r\n\r\n" + Base64Encode("Hello\r\n.\r\nLi\r\n")));
}

TEST_F(SmtpTransportTest, BringsTextAndHtmlAsAMailReaderUnderstandsThem) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  RenderedMessage message = Letter();
  message.text = "您好：\n\n- 一\n  甲\n- 二\n\n--=_\n.\n";
  message.html =
      "<!DOCTYPE html>\n<html lang=\"zh-CN\"><title>删除</title><body><main><p>您好：</p>\n"
      "<ul>\n<li>一<br>\n甲</li>\n<li>二</li>\n</ul>\n<p>--=_<br>\n.</p></main></body></html>\n";

  const DeliveryResult result = Send(message);

  EXPECT_TRUE(result.delivered) << result.code;
  EXPECT_EQ(Mail("subject"), message.subject);
  EXPECT_THAT(MailList("types"), ElementsAre("text/plain", "text/html"));
  EXPECT_THAT(MailList("charsets"), ElementsAre("utf-8", "utf-8"));
  EXPECT_EQ(Mail("plain"), message.text);
  EXPECT_EQ(Mail("html"), message.html);
  EXPECT_EQ(Mail("shown"), "您好：\n- 一\n  甲\n- 二\n--=_\n.\n");
}

TEST_F(SmtpTransportTest, GivesUpWhenTheServerKnowsNoSuchMailbox) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  RenderedMessage message = Letter();
  message.address = "refuse-550@example.com";

  const DeliveryResult result = Send(message);

  EXPECT_FALSE(result.delivered);
  EXPECT_TRUE(result.give_up);
  EXPECT_EQ(result.code, "smtp-550");
}

TEST_F(SmtpTransportTest, IsToBeTriedAgainAfterAnyOtherRefusal) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  RenderedMessage message = Letter();

  for (const std::string status : {"451", "452", "554"}) {
    message.address = "refuse-" + status + "@example.com";
    const DeliveryResult result = Send(message);

    EXPECT_FALSE(result.delivered);
    EXPECT_FALSE(result.give_up);
    EXPECT_EQ(result.code, "smtp-" + status);
  }
}

TEST_F(SmtpTransportTest, SendsNothingInClearWhereTlsIsRequired) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  options_.require_tls = true;

  const DeliveryResult result = Send(Letter());

  EXPECT_FALSE(result.delivered);
  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "tls");
  EXPECT_FALSE(HasMail());
}

TEST_F(SmtpTransportTest, LogsInOverTls) {
  ASSERT_NO_FATAL_FAILURE(StartServerWithLogin());

  const DeliveryResult result = Send(Letter());

  EXPECT_TRUE(result.delivered) << result.code;
  EXPECT_EQ(Mail("login"), "dsrd");
}

TEST_F(SmtpTransportTest, TellsThatThePasswordIsWrong) {
  ASSERT_NO_FATAL_FAILURE(StartServerWithLogin());
  ASSERT_THAT(WriteFileAtomically(files_.File("password"), "another"), IsOk());

  const DeliveryResult result = Send(Letter());

  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "smtp-login");
  EXPECT_FALSE(HasMail());
}

TEST_F(SmtpTransportTest, TrustsNoCertificateThatIsNotKnown) {
  ASSERT_NO_FATAL_FAILURE(StartServerWithLogin());
  options_.ca_file.clear();

  const DeliveryResult result = Send(Letter());

  EXPECT_EQ(result.code, "tls");
  EXPECT_FALSE(HasMail());
}

TEST_F(SmtpTransportTest, IsToBeTriedAgainWhenTheServerIsDown) {
  const Listener refusing(/*listens=*/false);
  options_.port = refusing.port();

  const DeliveryResult result = Send(Letter());

  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "connection-refused");
}

TEST_F(SmtpTransportTest, GivesUpOnWhatIsNoMail) {
  Listener canary;
  options_.port = canary.port();
  RenderedMessage text_message = Letter();
  text_message.channel = "sms";
  RenderedMessage no_address = Letter();
  no_address.address = "li@example.com>\r\nRCPT TO:<all@example.com";
  RenderedMessage no_id = Letter();
  no_id.message_id = "m1>\r\nBcc: x";

  EXPECT_EQ(Send(text_message).code, "channel-unsupported");
  EXPECT_EQ(Send(no_address).code, "address-invalid");
  EXPECT_EQ(Send(no_id).code, "message-id-invalid");
  EXPECT_TRUE(Send(text_message).give_up && Send(no_address).give_up && Send(no_id).give_up);
  EXPECT_EQ(canary.CountConnections(), 0);
}

TEST(SmtpTransportCreateTest, NamesEveryWrongOption) {
  const auto transport = SmtpTransport::Create(
      {.host = "a/b", .port = 0, .sender = "nobody", .username = "dsrd", .require_tls = false});

  ASSERT_TRUE(BadRequestOf(transport.status()).has_value());
  EXPECT_EQ(BadRequestOf(transport.status())->field_violations_size(), 5);
}

TEST(SmtpTransportCreateTest, NeedsThePasswordFile) {
  const TempDir files;
  const auto transport = SmtpTransport::Create({.host = "mail.example",
                                                .sender = "privacy@shop.example",
                                                .username = "dsrd",
                                                .password_file = files.File("missing")});

  EXPECT_THAT(transport, ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

}  // namespace
}  // namespace dsr
