#include "delivery/letter_transport.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "delivery/smtp_transport.h"
#include "delivery/spool_transport.h"
#include "dsr/base/clock.h"
#include "dsr/base/file.h"
#include "dsr/base/proto_time.h"
#include "dsr/workflow/definitions.h"
#include "dsr/workflow/rulebook.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/delivery/smtp_server.h"
#include "unit/delivery/subprocess.h"
#include "unit/delivery/test_certificate.h"
#include "workflow/message_vocabulary.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kMark[] = "MARKED";

// Fills every text of `message`, at any depth, with a marked one.
void Mark(google::protobuf::Message& message) {
  using google::protobuf::FieldDescriptor;
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      const std::string text = absl::StrCat(kMark, "-", field->name());
      if (field->is_repeated()) {
        reflection->AddString(&message, field, text);
      } else {
        reflection->SetString(&message, field, text);
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Mark(field->is_repeated() ? *reflection->AddMessage(&message, field)
                                : *reflection->MutableMessage(&message, field));
    }
  }
}

class LetterTransportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::vector<Finding> findings;
    DSR_ASSERT_OK_AND_ASSIGN(files_, LoadDefinitionFiles(DSR_SOURCE_DIR "/workflows", &findings));
    DSR_ASSERT_OK_AND_ASSIGN(zone_, LoadZone(files_.policy.time_zone()));
    ASSERT_TRUE(MakeMailCertificate(folder_, "company"));
    DSR_ASSERT_OK_AND_ASSIGN(signer_,
                             LetterSigner::Open({.certificate_file = folder_.File("company.pem"),
                                                 .key_file = folder_.File("company.key")},
                                                now_));
    recipient_.set_name("recipients/parcel");
    recipient_.set_title("Parcel Ltd");
    way_.mutable_letter()->set_address("privacy@parcel.example");
    notice_.set_name("requests/r1/notices/n1");
    notice_.set_kind(v1::NOTICE_KIND_DELETE);
    notice_.set_language("en");
    notice_.add_categories("orders");
    notice_.add_subject_references("u-17");
    notice_.set_legal_basis("PIPL, article 47");
  }

  void StartServer() {
    server_ = std::make_unique<SmtpServer>();
    auto mail = SmtpTransport::Create({.host = "127.0.0.1",
                                       .port = server_->port(),
                                       .sender = "privacy@shop.example",
                                       .require_tls = false});
    ASSERT_THAT(mail, IsOk());
    mail_ = *std::move(mail);
  }
  void UseSpool() { mail_ = std::make_unique<SpoolTransport>(folder_.path(), "dsrd@localhost"); }

  DeliveryResult Deliver(absl::Duration later = absl::ZeroDuration(), bool forges = false) {
    LetterTransport transport({.policy = files_.policy,
                               .templates = files_.templates,
                               .zone = zone_,
                               .signer = *signer_,
                               .mail = *mail_,
                               .title_of = [](const std::string&) { return "Carrier Ltd"; }});
    return transport.Deliver({.recipient = recipient_,
                              .way = way_,
                              .notice = notice_,
                              .now = now_ + later,
                              .forges = forges});
  }

  // What the program openssl says to a mail; what was signed is then in the file `verified`.
  int Verify(const std::string& mail) const {
    return Subprocess({DSR_OPENSSL, "cms", "-verify", "-in", mail, "-CAfile",
                       folder_.File("company.pem"), "-out", folder_.File("verified")})
        .Finish();
  }

  const TempDir folder_;
  // Certificates of the program openssl begin when they are made.
  const absl::Time now_ = SystemClock().Now() + absl::Seconds(2);
  DefinitionFiles files_;
  absl::TimeZone zone_;
  std::unique_ptr<LetterSigner> signer_;
  std::unique_ptr<SmtpServer> server_;
  std::unique_ptr<MessageTransport> mail_;
  v1::Recipient recipient_;
  v1::Delivery way_;
  v1::Notice notice_;
};

TEST_F(LetterTransportTest, AMailServerGetsALetterWhoseSignatureIsValid) {
  ASSERT_NO_FATAL_FAILURE(StartServer());

  const DeliveryResult result = Deliver();

  ASSERT_TRUE(result.delivered) << result.code;
  EXPECT_THAT(server_->MailList("to"), ElementsAre("privacy@parcel.example"));
  EXPECT_EQ(server_->Mail("from"), "privacy@shop.example");
  EXPECT_EQ(server_->Mail("subject"), "Tmall: notice to delete personal information (n1)");
  EXPECT_THAT(server_->MailList("types"), ElementsAre("text/plain", "application/pkcs7-signature"));
  EXPECT_THAT(server_->Mail("plain"), AllOf(StartsWith("To: Parcel Ltd\n"), HasSubstr("\n- u-17\n"),
                                            HasSubstr("\nNotice: requests/r1/notices/n1\n")));
  EXPECT_EQ(Verify(server_->FileOf()), 0);
}

TEST_F(LetterTransportTest, ALetterWithOneByteChangedIsRejected) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  ASSERT_TRUE(Deliver().delivered);
  auto mail = ReadFile(server_->FileOf());
  ASSERT_THAT(mail, IsOk());
  // Within the signed text, whose bytes are base64.
  const size_t at = mail->find("base64\r\n\r\n") + 30;
  (*mail)[at] = (*mail)[at] == 'A' ? 'B' : 'A';
  ASSERT_THAT(WriteFileAtomically(folder_.File("changed.eml"), *mail), IsOk());

  EXPECT_NE(Verify(folder_.File("changed.eml")), 0);
}

TEST_F(LetterTransportTest, AForgedLetterIsRejected) {
  ASSERT_NO_FATAL_FAILURE(StartServer());

  ASSERT_TRUE(Deliver(absl::ZeroDuration(), /*forges=*/true).delivered);

  EXPECT_NE(Verify(server_->FileOf()), 0);
}

TEST_F(LetterTransportTest, TheSpoolKeepsALetterWhoseSignatureIsValid) {
  UseSpool();

  ASSERT_TRUE(Deliver().delivered);

  EXPECT_EQ(Verify(folder_.File("n1.eml")), 0);
  EXPECT_THAT(ReadFile(folder_.File("n1.eml")),
              IsOkAndHolds(HasSubstr("Message-ID: <n1@localhost>\r\n")));
}

TEST_F(LetterTransportTest, SpeaksTheLanguageOfTheNotice) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  notice_.set_language("zh-Hant-HK");

  ASSERT_TRUE(Deliver().delivered);
  notice_.set_language("fr");
  ASSERT_TRUE(Deliver().delivered);

  EXPECT_EQ(server_->Mail("subject", 0), "天猫：关于删除个人信息的通知（n1）");
  EXPECT_THAT(server_->Mail("plain", 0), AllOf(HasSubstr("致：Parcel Ltd\n"), HasSubstr("- 订单")));
  EXPECT_EQ(Verify(server_->FileOf(0)), 0);
  EXPECT_THAT(server_->Mail("plain", 1), HasSubstr("Dear Sir or Madam"));
}

TEST_F(LetterTransportTest, SaysNothingPersonalButTheReferences) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  const v1::Notice plain = notice_;
  Mark(notice_);
  Mark(recipient_);
  notice_.set_name(plain.name());
  notice_.set_language("en");
  notice_.set_legal_basis(plain.legal_basis());
  *notice_.mutable_categories() = plain.categories();
  *notice_.mutable_subject_references() = plain.subject_references();
  notice_.mutable_objection()->set_state(v1::Objection::STATE_REJECTED);
  recipient_.set_title("Parcel Ltd");

  for (const v1::NoticeKind kind :
       {v1::NOTICE_KIND_DELETE, v1::NOTICE_KIND_CORRECT, v1::NOTICE_KIND_STOP_PROCESSING,
        v1::NOTICE_KIND_RESUME_PROCESSING}) {
    notice_.set_kind(kind);
    ASSERT_TRUE(Deliver().delivered);
    const int number = kind - v1::NOTICE_KIND_DELETE;

    EXPECT_THAT(server_->Mail("plain", number), AllOf(HasSubstr("u-17"), Not(HasSubstr(kMark))));
    EXPECT_THAT(server_->Mail("text", number), Not(HasSubstr(kMark)));
    EXPECT_THAT(server_->Mail("subject", number),
                AllOf(Not(HasSubstr(kMark)), Not(HasSubstr("u-17"))));
  }
}

TEST_F(LetterTransportTest, HasOneMessageIdOnEveryAttemptAndAnotherWhenItIsSentAgain) {
  ASSERT_NO_FATAL_FAILURE(StartServer());

  ASSERT_TRUE(Deliver().delivered);
  ASSERT_TRUE(Deliver(absl::Minutes(5)).delivered);
  *notice_.mutable_send_time() = ToTimestamp(absl::FromUnixSeconds(1772323200));
  ASSERT_TRUE(Deliver(absl::Hours(24 * 7)).delivered);
  ASSERT_TRUE(Deliver(absl::Hours(24 * 8)).delivered);

  const std::string first = "Message-ID: <n1@shop.example>\r\n";
  const std::string reminder = "Message-ID: <n1-1772323200@shop.example>\r\n";
  EXPECT_THAT(server_->Mail("text", 0), HasSubstr(first));
  EXPECT_THAT(server_->Mail("text", 1), HasSubstr(first));
  EXPECT_THAT(server_->Mail("text", 2), HasSubstr(reminder));
  EXPECT_THAT(server_->Mail("text", 3), HasSubstr(reminder));
  EXPECT_EQ(server_->Mail("subject", 2),
            "Tmall: reminder of a notice to delete personal information (n1)");
  EXPECT_THAT(server_->Mail("plain", 2), HasSubstr("\nNotice: requests/r1/notices/n1\n"));
}

TEST_F(LetterTransportTest, ATestIsAboutNobodyAndHasAnIdOfItsOwn) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  notice_.clear_name();

  ASSERT_TRUE(Deliver().delivered);

  EXPECT_EQ(server_->Mail("subject"), "Tmall: test of letters to recipients");
  EXPECT_THAT(server_->Mail("text"), HasSubstr("Message-ID: <test-"));
  EXPECT_THAT(server_->Mail("plain"),
              AllOf(HasSubstr("It is about nobody"), Not(HasSubstr("Orders")),
                    Not(HasSubstr("u-17")), Not(HasSubstr("How to answer"))));
  EXPECT_EQ(Verify(server_->FileOf()), 0);
}

TEST_F(LetterTransportTest, TellsWhatTheMailServerSaid) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  way_.mutable_letter()->set_address("refuse-550@parcel.example");

  const DeliveryResult no_mailbox = Deliver();
  way_.mutable_letter()->set_address("refuse-451@parcel.example");
  const DeliveryResult later = Deliver();

  EXPECT_EQ(no_mailbox.code, "smtp-550");
  EXPECT_TRUE(no_mailbox.give_up);
  EXPECT_EQ(later.code, "smtp-451");
  EXPECT_FALSE(later.give_up);
}

TEST_F(LetterTransportTest, GivesUpWithoutAnAddressThatMailCanReach) {
  UseSpool();
  for (const char* address : {"", "parcel", "a@b.example\r\nBcc: c@d.example", "Ä@b.example"}) {
    way_.mutable_letter()->set_address(address);
    const DeliveryResult result = Deliver();

    EXPECT_EQ(result.code, "address-invalid") << address;
    EXPECT_TRUE(result.give_up);
  }
  way_.mutable_pull();
  EXPECT_EQ(Deliver().code, "no-letter");
  EXPECT_TRUE(Deliver().give_up);
}

TEST_F(LetterTransportTest, GivesUpOnANoticeWithoutKind) {
  UseSpool();
  notice_.clear_kind();

  EXPECT_EQ(Deliver().code, "internal");
  EXPECT_TRUE(Deliver().give_up);
}

TEST_F(LetterTransportTest, WaitsForATemplateThatIsMissing) {
  UseSpool();
  for (v1::Template& one : *files_.templates.mutable_templates()) {
    if (one.id() == kLetterTemplate) one.set_id("another");
  }

  EXPECT_EQ(Deliver().code, "template-missing");
  EXPECT_FALSE(Deliver().give_up);
}

TEST_F(LetterTransportTest, SignsNothingWithACertificateThatHasExpired) {
  UseSpool();

  const DeliveryResult result = Deliver(absl::Hours(24 * 31));

  EXPECT_EQ(result.code, "certificate-invalid");
  EXPECT_FALSE(result.give_up);
  EXPECT_FALSE(FileExists(folder_.File("n1.eml")));
}

}  // namespace
}  // namespace dsr
