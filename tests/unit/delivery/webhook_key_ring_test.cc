#include "dsr/delivery/webhook_key_ring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "testing/status_matchers.h"
#include "unit/delivery/webhook_secrets_file.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kOldSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr char kNewSecret[] = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

std::string SignatureBy(const std::string& secret) {
  return WebhookSigner::Create({secret})->Sign("a", absl::UnixEpoch(), "body");
}

std::string SignatureOf(WebhookKeyRing& ring, absl::string_view id) {
  const std::shared_ptr<const WebhookSigner> signer = ring.Find(id);
  return signer == nullptr ? "none" : signer->Sign("a", absl::UnixEpoch(), "body");
}

class WebhookKeyRingTest : public ::testing::Test {
 protected:
  static std::string Parcel(const std::string& key) {
    return WebhookSecretsFile::Secret("parcel", key);
  }
  // Lets it look at the file again.
  void Wait() { file_.clock().Advance(WebhookKeyRing::kLookInterval); }

  WebhookSecretsFile file_;
};

TEST_F(WebhookKeyRingTest, FindsTheSecretsOfTheFileById) {
  const auto ring = file_.Open(Parcel(kOldSecret));

  EXPECT_EQ(SignatureOf(*ring, "parcel"), SignatureBy(kOldSecret));
  EXPECT_EQ(ring->Find("ads"), nullptr);
}

TEST_F(WebhookKeyRingTest, HasNoSecretsWithoutAFile) {
  const auto ring = WebhookKeyRing::Open("", file_.clock());

  ASSERT_THAT(ring, IsOk());
  EXPECT_EQ((*ring)->Find("parcel"), nullptr);
}

TEST_F(WebhookKeyRingTest, DoesNotOpenWithAFileThatCannotBeUsed) {
  const std::string short_secret = "whsec_dG9vIHNob3J0";
  const auto open = [&] { return WebhookKeyRing::Open(file_.path(), file_.clock()).status(); };

  EXPECT_THAT(open(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  file_.Write("secrets {");
  EXPECT_THAT(open(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  file_.Write(Parcel(kOldSecret) + Parcel(kNewSecret));
  EXPECT_THAT(open(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("`parcel` stands twice")));
  file_.Write(Parcel(short_secret));
  EXPECT_THAT(open(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               AllOf(HasSubstr("`parcel`"), HasSubstr("24 to 64 bytes"),
                                     Not(HasSubstr(short_secret.substr(6))))));
}

TEST_F(WebhookKeyRingTest, RotatesASecretWithoutARestart) {
  const auto ring = file_.Open(Parcel(kOldSecret));

  file_.Write("secrets { id: \"parcel\" keys: \"" + std::string(kNewSecret) + "\" keys: \"" +
              kOldSecret + "\" }");
  Wait();
  EXPECT_EQ(SignatureOf(*ring, "parcel"), SignatureBy(kNewSecret) + " " + SignatureBy(kOldSecret));

  file_.Write(Parcel(kNewSecret));
  Wait();
  EXPECT_EQ(SignatureOf(*ring, "parcel"), SignatureBy(kNewSecret));
}

TEST_F(WebhookKeyRingTest, LooksAtTheFileOnceASecond) {
  const auto ring = file_.Open(Parcel(kOldSecret));

  file_.Write(Parcel(kNewSecret));
  file_.clock().Advance(WebhookKeyRing::kLookInterval - absl::Milliseconds(1));
  EXPECT_EQ(SignatureOf(*ring, "parcel"), SignatureBy(kOldSecret));
  file_.clock().Advance(absl::Milliseconds(1));
  EXPECT_EQ(SignatureOf(*ring, "parcel"), SignatureBy(kNewSecret));
}

TEST_F(WebhookKeyRingTest, LooksSoonerForASecretThatItDoesNotKnow) {
  const auto ring = file_.Open(Parcel(kOldSecret));

  file_.Write(Parcel(kOldSecret) + WebhookSecretsFile::Secret("ads", kNewSecret));
  EXPECT_EQ(ring->Find("ads"), nullptr);
  file_.clock().Advance(WebhookKeyRing::kUnknownLookInterval);
  EXPECT_EQ(SignatureOf(*ring, "ads"), SignatureBy(kNewSecret));
}

TEST_F(WebhookKeyRingTest, LooksAlsoAfterTheClockWasSetBack) {
  const auto ring = file_.Open(Parcel(kOldSecret));

  file_.Write(Parcel(kNewSecret));
  file_.clock().Advance(-absl::Hours(1));
  EXPECT_EQ(SignatureOf(*ring, "parcel"), SignatureBy(kNewSecret));
}

TEST_F(WebhookKeyRingTest, ForgetsASecretThatWasTakenOut) {
  const auto ring = file_.Open(Parcel(kOldSecret) + WebhookSecretsFile::Secret("ads", kNewSecret));

  file_.Write(Parcel(kOldSecret));
  Wait();

  EXPECT_EQ(ring->Find("ads"), nullptr);
}

TEST_F(WebhookKeyRingTest, KeepsTheOldSecretsWhileTheFileIsBroken) {
  const auto ring = file_.Open(Parcel(kOldSecret));

  for (const std::string& broken : {std::string("secrets { id:"), Parcel("whsec_dG9vIHNob3J0"),
                                    Parcel(kNewSecret) + Parcel(kNewSecret)}) {
    file_.Write(broken);
    Wait();
    EXPECT_EQ(SignatureOf(*ring, "parcel"), SignatureBy(kOldSecret));
  }
  std::filesystem::remove(file_.path());
  Wait();
  EXPECT_EQ(SignatureOf(*ring, "parcel"), SignatureBy(kOldSecret));

  file_.Write(Parcel(kNewSecret));
  Wait();
  EXPECT_EQ(SignatureOf(*ring, "parcel"), SignatureBy(kNewSecret));
}

TEST_F(WebhookKeyRingTest, WarnsOnceOfABrokenFileAndWithoutTheSecret) {
  const auto ring = file_.Open(Parcel(kOldSecret));
  file_.Write(Parcel("whsec_dG9vIHNob3J0"));

  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) {
    Wait();
    ring->Find("parcel");
  }
  const std::string log = ::testing::internal::GetCapturedStderr();

  EXPECT_NE(log.find("webhook_secrets_invalid"), std::string::npos) << log;
  EXPECT_EQ(log.find("webhook_secrets_invalid"), log.rfind("webhook_secrets_invalid")) << log;
  EXPECT_THAT(log, Not(HasSubstr("dG9vIHNob3J0")));
}

}  // namespace
}  // namespace dsr
