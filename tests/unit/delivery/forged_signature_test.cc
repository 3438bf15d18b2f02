#include "delivery/forged_signature.h"

#include <gtest/gtest.h>

#include "dsr/base/crypto.h"
#include "dsr/delivery/webhook_signer.h"

namespace dsr {
namespace {

constexpr char kSharedSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr char kSeedSecret[] = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";

TEST(ForgeSignaturesTest, AltersOneBitOfTheSignatureAndKeepsItsForm) {
  const std::string right =
      WebhookSigner::Create({kSharedSecret})->Sign("a", absl::UnixEpoch(), "body");

  const std::string forged = ForgeSignatures(right);

  ASSERT_EQ(forged.substr(0, 3), "v1,");
  std::string bytes = Base64Decode(forged.substr(3)).value();
  bytes[0] = static_cast<char>(bytes[0] ^ 1);
  EXPECT_EQ("v1," + Base64Encode(bytes), right);
}

TEST(ForgeSignaturesTest, MakesASignatureThatDoesNotVerify) {
  const WebhookSigner signer = WebhookSigner::Create({kSeedSecret}).value();
  const std::string right = signer.Sign("a", absl::UnixEpoch(), "body");
  const std::string key = Base64Decode(signer.public_keys()[0].substr(5)).value();
  ASSERT_TRUE(Ed25519Verify(key, "a.0.body", Base64Decode(right.substr(4)).value()));

  const std::string forged = ForgeSignatures(right);

  ASSERT_EQ(forged.substr(0, 4), "v1a,");
  EXPECT_FALSE(Ed25519Verify(key, "a.0.body", Base64Decode(forged.substr(4)).value()));
}

TEST(ForgeSignaturesTest, AltersEverySignatureOfAList) {
  const std::string one =
      WebhookSigner::Create({kSharedSecret})->Sign("a", absl::UnixEpoch(), "body");
  const std::string two =
      WebhookSigner::Create({kSeedSecret})->Sign("a", absl::UnixEpoch(), "body");

  EXPECT_EQ(ForgeSignatures(one + " " + two), ForgeSignatures(one) + " " + ForgeSignatures(two));
}

}  // namespace
}  // namespace dsr
