#include "delivery/mail_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "dsr/base/crypto.h"

namespace dsr {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1772323200);

RenderedMessage Message() {
  return {.message_id = "m1",
          .channel = "email",
          .address = "li@example.com",
          .subject = "Your request",
          .text = "Hello\nLi\n"};
}

std::string TextOf(const RenderedMessage& message,
                   MailEncoding encoding = MailEncoding::kEightBit) {
  return MailText(message, "privacy@shop.example", kNow, encoding);
}

std::string HeadersOf(const std::string& mail) { return mail.substr(0, mail.find("\r\n\r\n")); }

// Puts the encoded words of a subject together again.
std::string DecodedSubject(const std::string& mail) {
  std::string decoded;
  for (absl::string_view word : absl::StrSplit(mail, "=?UTF-8?B?")) {
    const size_t end = word.find("?=");
    if (end != absl::string_view::npos) decoded += Base64Decode(word.substr(0, end)).value();
  }
  return decoded;
}

TEST(MailTextTest, HasTheHeadersOfAMailFromAMachine) {
  EXPECT_EQ(TextOf(Message()),
            "Date: Sun, 01 Mar 2026 00:00:00 +0000\r\n"
            "From: privacy@shop.example\r\n"
            "To: li@example.com\r\n"
            "Subject: Your request\r\n"
            "Message-ID: <m1@shop.example>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 8bit\r\n"
            "\r\n"
            "Hello\r\nLi\r\n");
}

TEST(MailTextTest, EncodesTheBodyForTheWire) {
  RenderedMessage message = Message();
  message.text = "删除";

  EXPECT_THAT(
      TextOf(message, MailEncoding::kBase64),
      EndsWith("Content-Transfer-Encoding: base64\r\n\r\n" + Base64Encode("删除\r\n") + "\r\n"));
}

TEST(MailTextTest, HasTextAndHtmlAsTwoFormsOfOneContent) {
  RenderedMessage message = Message();
  message.html = "<p>Hello<br>\nLi</p>\n";

  const std::string mail = TextOf(message);

  const std::string begin = "Content-Type: multipart/alternative; boundary=\"";
  const size_t at = mail.find(begin) + begin.size();
  const std::string boundary = mail.substr(at, mail.find('"', at) - at);
  EXPECT_THAT(mail, EndsWith("\r\n\r\n--" + boundary +
                             "\r\n"
                             "Content-Type: text/plain; charset=utf-8\r\n"
                             "Content-Transfer-Encoding: 8bit\r\n"
                             "\r\n"
                             "Hello\r\nLi\r\n"
                             "--" +
                             boundary +
                             "\r\n"
                             "Content-Type: text/html; charset=utf-8\r\n"
                             "Content-Transfer-Encoding: 8bit\r\n"
                             "\r\n"
                             "<p>Hello<br>\r\nLi</p>\r\n"
                             "--" +
                             boundary + "--\r\n"));
}

TEST(MailTextTest, CarriesASignedEntityAsItIsWhateverTheEncoding) {
  RenderedMessage message = Message();
  const std::string content = TextEntity("删除\n");
  message.entity = SignedEntity(content, "signature");

  for (const MailEncoding encoding : {MailEncoding::kEightBit, MailEncoding::kBase64}) {
    const std::string mail = TextOf(message, encoding);
    EXPECT_THAT(mail, HasSubstr("MIME-Version: 1.0\r\nContent-Type: multipart/signed;"));
    EXPECT_THAT(mail, EndsWith(message.entity));
    EXPECT_THAT(mail, Not(HasSubstr("Li")));
  }
  EXPECT_THAT(message.entity, HasSubstr("\r\n" + content + "\r\n--"));
  EXPECT_THAT(message.entity, HasSubstr("\r\n\r\n" + Base64Encode("signature") + "\r\n--"));
}

TEST(MailTextTest, SignsTextThatIsAsciiInLinesThatEndInCrLf) {
  const std::string content = TextEntity("删除 " + std::string(2000, 'x') + "\n");

  for (const char c : content) EXPECT_GT(c, 0);
  for (absl::string_view line : absl::StrSplit(content, "\r\n")) {
    EXPECT_LE(line.size(), 76u);
    EXPECT_EQ(line.find_first_of("\r\n"), absl::string_view::npos);
  }
  EXPECT_THAT(content, EndsWith("\r\n"));
}

TEST(MailTextTest, KeepsLinesOfTheWireShort) {
  RenderedMessage message = Message();
  message.text = std::string(5000, 'x');
  message.html = std::string(5000, 'z');
  message.subject = std::string(500, 'y');

  const std::string mail = TextOf(message, MailEncoding::kBase64);
  for (absl::string_view line : absl::StrSplit(mail, "\r\n")) {
    EXPECT_LE(line.size(), 100u);
  }
}

TEST(MailTextTest, EncodesASubjectAtBordersOfCharacters) {
  RenderedMessage message = Message();
  message.subject = "Re: ";
  for (int i = 0; i < 50; ++i) message.subject += "删";

  const std::string mail = TextOf(message);
  EXPECT_EQ(DecodedSubject(mail), message.subject);
  for (absl::string_view word : absl::StrSplit(mail, "=?UTF-8?B?")) {
    const size_t end = word.find("?=");
    if (end == absl::string_view::npos) continue;
    const std::string bytes = Base64Decode(word.substr(0, end)).value();
    EXPECT_NE(static_cast<unsigned char>(bytes[0]) & 0xc0, 0x80) << "begins within a character";
  }
}

TEST(MailTextTest, LetsNoSubjectAddAHeader) {
  RenderedMessage message = Message();
  message.subject = "Hi\r\nBcc: all@example.com\n\nbody";

  const std::string headers = HeadersOf(TextOf(message));
  EXPECT_THAT(headers, HasSubstr("Subject: Hi  Bcc: all@example.com  body\r\n"));
  EXPECT_THAT(headers, Not(HasSubstr("\nBcc")));
}

TEST(MailTextTest, EncodesASubjectThatLooksEncoded) {
  RenderedMessage message = Message();
  message.subject = "=?UTF-8?B?eA==?=";

  EXPECT_EQ(DecodedSubject(TextOf(message)), "=?UTF-8?B?eA==?=");
  EXPECT_THAT(TextOf(message), Not(HasSubstr("Subject: =?UTF-8?B?eA==?=")));
}

TEST(IsPlainIdTest, TakesWhatMayNameAFile) {
  EXPECT_TRUE(IsPlainId("01kjj5-A_9"));
  for (const char* id : {"", ".", "..", "a/b", "../x", "a.b", "a b", "a\n", "删"}) {
    EXPECT_FALSE(IsPlainId(id)) << id;
  }
  EXPECT_FALSE(IsPlainId(std::string(101, 'a')));
}

}  // namespace
}  // namespace dsr
