#include "delivery/letter_signer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "dsr/base/clock.h"
#include "dsr/base/file.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/delivery/subprocess.h"
#include "unit/delivery/test_certificate.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class LetterSignerTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(MakeMailCertificate(files_, "company")); }

  LetterSignerFiles Files() const {
    return {.certificate_file = files_.File("company.pem"), .key_file = files_.File("company.key")};
  }
  std::string Contents(const std::string& name) const {
    return ReadFile(files_.File(name)).value_or("");
  }
  void Write(const std::string& name, const std::string& contents) const {
    ASSERT_THAT(WriteFileAtomically(files_.File(name), contents), IsOk());
  }

  // Returns what Open says to the files as they are.
  absl::Status OpenStatus(absl::Duration later = absl::ZeroDuration()) const {
    return LetterSigner::Open(Files(), now_ + later).status();
  }
  // Expects that Open names that key of the configuration and says `what`.
  void ExpectRefusal(const std::string& key, const std::string& what,
                     absl::Duration later = absl::ZeroDuration()) const {
    const absl::Status status = OpenStatus(later);
    EXPECT_THAT(status,
                AllOf(StatusIs(absl::StatusCode::kFailedPrecondition,
                               AllOf(HasSubstr("letter_signing." + key), HasSubstr(what),
                                     Not(HasSubstr("-----")), Not(HasSubstr(files_.path())))),
                      ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID)));
  }

  // What the program openssl says to a signature over `content`.
  int Verify(const std::string& content, const std::string& signature,
             const std::string& trusted) const {
    Write("content", content);
    Write("signature", signature);
    return Subprocess({DSR_OPENSSL, "cms", "-verify", "-binary", "-inform", "DER", "-in",
                       files_.File("signature"), "-content", files_.File("content"), "-CAfile",
                       files_.File(trusted), "-out", files_.File("verified")})
        .Finish();
  }

  const TempDir files_;
  // Certificates of the program openssl begin when they are made.
  const absl::Time now_ = SystemClock().Now() + absl::Seconds(1);
};

TEST_F(LetterSignerTest, SignsExactlyTheBytesThatItWasGiven) {
  const auto signer = LetterSigner::Open(Files(), now_);
  ASSERT_THAT(signer, IsOk());
  const std::string content = "Content-Type: text/plain\r\n\r\nDelete.\r\n";

  const auto signature = (*signer)->Sign(content, now_);

  ASSERT_THAT(signature, IsOk());
  EXPECT_EQ(Verify(content, *signature, "company.pem"), 0);
  EXPECT_NE(Verify(content + "\r\n", *signature, "company.pem"), 0);
}

TEST_F(LetterSignerTest, BringsTheCertificatesInBetweenAlong) {
  ASSERT_TRUE(MakeMailCertificate(files_, "root", {"-addext", "basicConstraints=CA:TRUE"}));
  ASSERT_TRUE(MakeMailCertificate(files_, "between",
                                  {"-addext", "basicConstraints=CA:TRUE", "-CA",
                                   files_.File("root.pem"), "-CAkey", files_.File("root.key")}));
  ASSERT_TRUE(MakeMailCertificate(
      files_, "company",
      {"-CA", files_.File("between.pem"), "-CAkey", files_.File("between.key")}));
  const auto without = LetterSigner::Open(Files(), now_ + absl::Seconds(2));
  ASSERT_THAT(without, IsOk());
  Write("company.pem", Contents("company.pem") + Contents("between.pem"));
  const auto with = LetterSigner::Open(Files(), now_ + absl::Seconds(2));
  ASSERT_THAT(with, IsOk());

  EXPECT_EQ(Verify("x", (*with)->Sign("x", now_).value_or(""), "root.pem"), 0);
  EXPECT_NE(Verify("x", (*without)->Sign("x", now_).value_or(""), "root.pem"), 0);
}

TEST_F(LetterSignerTest, SignsWithRsaToo) {
  ASSERT_TRUE(MakeMailCertificate(files_, "company", {"-newkey", "rsa:2048"}));
  const auto signer = LetterSigner::Open(Files(), now_ + absl::Seconds(5));
  ASSERT_THAT(signer, IsOk());

  EXPECT_EQ(Verify("x", (*signer)->Sign("x", now_).value_or(""), "company.pem"), 0);
}

TEST_F(LetterSignerTest, NamesTheKeyOfTheFileThatIsMissing) {
  std::filesystem::remove(files_.File("company.key"));
  ExpectRefusal("key_file", "it does not exist");

  std::filesystem::remove(files_.File("company.pem"));
  ExpectRefusal("certificate_file", "it does not exist");
}

TEST_F(LetterSignerTest, RefusesAKeyThatOthersMayRead) {
  ASSERT_EQ(chmod(files_.File("company.key").c_str(), 0640), 0);

  ExpectRefusal("key_file", "chmod 600");
}

TEST_F(LetterSignerTest, RefusesTheKeyOfAnotherCertificate) {
  ASSERT_TRUE(MakeMailCertificate(files_, "other"));
  Write("company.key", Contents("other.key"));

  ExpectRefusal("key_file", "is not that of the first certificate");
}

TEST_F(LetterSignerTest, RefusesACertificateOutsideOfItsTime) {
  ExpectRefusal("certificate_file", "has expired", absl::Hours(24 * 31));
  ExpectRefusal("certificate_file", "is not valid yet", -absl::Hours(1));
}

TEST_F(LetterSignerTest, KnowsWhenItsCertificateIsValid) {
  const auto signer = LetterSigner::Open(Files(), now_);
  ASSERT_THAT(signer, IsOk());

  EXPECT_TRUE((*signer)->IsValidAt(now_));
  EXPECT_FALSE((*signer)->IsValidAt(now_ + absl::Hours(24 * 31)));
  EXPECT_FALSE((*signer)->IsValidAt(now_ - absl::Hours(1)));
}

TEST_F(LetterSignerTest, RefusesACertificateThatIsForServers) {
  ASSERT_TRUE(MakeMailCertificate(files_, "company", {"-addext", "extendedKeyUsage=serverAuth"}));

  ExpectRefusal("certificate_file", "is not made for signing mail", absl::Seconds(2));
}

TEST_F(LetterSignerTest, RefusesAKeyThatCannotSignLetters) {
  ASSERT_TRUE(MakeMailCertificate(files_, "company", {"-newkey", "ed25519"}));

  ExpectRefusal("key_file", "use RSA or EC", absl::Seconds(2));
}

TEST_F(LetterSignerTest, RefusesAKeyWithAPassphraseAndAsksNobodyForIt) {
  ASSERT_EQ(Subprocess({DSR_OPENSSL, "pkey", "-in", files_.File("company.key"), "-aes256",
                        "-passout", "pass:secret", "-out", files_.File("locked.key")})
                .Finish(),
            0);
  Write("company.key", Contents("locked.key"));

  ExpectRefusal("key_file", "without a passphrase");
}

TEST_F(LetterSignerTest, RefusesWhatIsNoPem) {
  const std::string certificate = Contents("company.pem");
  Write("company.pem", "hello");
  ExpectRefusal("certificate_file", "no certificate in PEM");

  Write("company.pem",
        certificate + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  ExpectRefusal("certificate_file", "follows the first certificate");

  Write("company.pem", certificate);
  Write("company.key", "hello");
  ExpectRefusal("key_file", "no private key in PEM");
}

}  // namespace
}  // namespace dsr
