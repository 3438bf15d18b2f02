#include "dsr/delivery/webhook_signer.h"

#include <gtest/gtest.h>

#include "dsr/base/crypto.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr char kRotatedSecret[] = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr char kNoticeBody[] =
    R"({"type":"dsr.deletion.notice","timestamp":"2026-03-01T00:00:00Z",)"
    R"("data":{"notice_id":"ntc_01"}})";
constexpr char kSeed[] = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";
constexpr char kPublicKey[] = "whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g=";
constexpr int64_t kOfficialTime = 1614265330;
constexpr int64_t kOurTime = 1772323200;

std::string SignWith(const std::vector<std::string>& secrets, absl::string_view id, int64_t seconds,
                     absl::string_view body) {
  const auto signer = WebhookSigner::Create(secrets);
  return signer.ok() ? signer->Sign(id, absl::FromUnixSeconds(seconds), body)
                     : signer.status().ToString();
}

std::string SecretOf(size_t bytes) { return "whsec_" + Base64Encode(std::string(bytes, 'k')); }

TEST(WebhookSignerTest, MakesTheSignatureOfTheOfficialVector) {
  EXPECT_EQ(
      SignWith({kSecret}, "msg_p5jXN8AQM9LWM0D4loKWxJek", kOfficialTime, R"({"test": 2432232314})"),
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignerTest, MakesTheSignatureOfTheOfficialAsymmetricVector) {
  EXPECT_EQ(
      SignWith({kSeed}, "msg_p5jXN8AQM9LWM0D4loKWxJek", kOfficialTime, R"({"test": 2432232314})"),
      "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag"
      "==");
}

TEST(WebhookSignerTest, TellsThePublicKeysOfItsSeeds) {
  const auto signer = WebhookSigner::Create({kSecret, kSeed});
  ASSERT_THAT(signer, IsOk());
  EXPECT_THAT(signer->public_keys(), ElementsAre(kPublicKey));

  const auto shared = WebhookSigner::Create({kSecret});
  ASSERT_THAT(shared, IsOk());
  EXPECT_THAT(shared->public_keys(), IsEmpty());
}

TEST(WebhookSignerTest, SignsWithSecretsOfBothKindsInTheirOrder) {
  const std::string shared = SignWith({kSecret}, "a", kOurTime, "body");
  const std::string asymmetric = SignWith({kSeed}, "a", kOurTime, "body");
  ASSERT_THAT(shared, HasSubstr("v1,"));
  ASSERT_THAT(asymmetric, HasSubstr("v1a,"));

  EXPECT_EQ(SignWith({kSeed, kSecret}, "a", kOurTime, "body"), asymmetric + " " + shared);
  EXPECT_EQ(SignWith({kSecret, kSeed}, "a", kOurTime, "body"), shared + " " + asymmetric);
}

TEST(WebhookSignerTest, SignsANoticeBody) {
  EXPECT_EQ(SignWith({kSecret}, "msg_dsr_0001", kOurTime, kNoticeBody),
            "v1,IlxeGZgH28O12p2vXMSrqbDtPzDPWfhdDW4MWJ9JrS8=");
}

TEST(WebhookSignerTest, SignsWithTheNewAndTheOldSecretDuringARotation) {
  EXPECT_EQ(SignWith({kSecret, kRotatedSecret}, "msg_dsr_0001", kOurTime, kNoticeBody),
            "v1,IlxeGZgH28O12p2vXMSrqbDtPzDPWfhdDW4MWJ9JrS8= "
            "v1,GxSV4l67PHvv/qtiQHyjkoeDdnx/wHH3jI+NNUtUQSQ=");
}

TEST(WebhookSignerTest, SignsTheBytesOfAUtf8Body) {
  EXPECT_EQ(SignWith({kSecret}, "msg_dsr_0002", kOurTime,
                     R"({"type":"dsr.deletion.notice","data":{"理由":"删除"}})"),
            "v1,sjz5WC+zhCJDtUFkBXeOMJMgYHSxMLBOMO/z/8tszNM=");
}

TEST(WebhookSignerTest, SignsAnEmptyBody) {
  EXPECT_EQ(SignWith({kSecret}, "msg_dsr_0003", kOurTime, ""),
            "v1,ozOcSmP57GARXlIKIDc3pvqMfmA7I1+0//A644XWyIo=");
}

TEST(WebhookSignerTest, SignatureDependsOnIdTimeAndEveryBitOfTheBody) {
  const std::string signature = SignWith({kSecret}, "a", kOurTime, "body");

  EXPECT_NE(SignWith({kSecret}, "b", kOurTime, "body"), signature);
  EXPECT_NE(SignWith({kSecret}, "a", kOurTime + 1, "body"), signature);
  EXPECT_NE(SignWith({kSecret}, "a", kOurTime, "bodx"), signature);
  EXPECT_NE(SignWith({kRotatedSecret}, "a", kOurTime, "body"), signature);
}

TEST(WebhookSignerTest, TakesASecretWithoutPadding) {
  std::string unpadded = kRotatedSecret;
  unpadded.pop_back();

  EXPECT_EQ(SignWith({unpadded}, "a", kOurTime, "body"),
            SignWith({kRotatedSecret}, "a", kOurTime, "body"));
}

TEST(WebhookSignerTest, TakesSecretsOf24To64Bytes) {
  EXPECT_THAT(WebhookSigner::Create({SecretOf(24)}), IsOk());
  EXPECT_THAT(WebhookSigner::Create({SecretOf(64)}), IsOk());
  EXPECT_THAT(WebhookSigner::Create({SecretOf(23)}), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  EXPECT_THAT(WebhookSigner::Create({SecretOf(65)}), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST(WebhookSignerTest, TakesASeedOf32BytesOnly) {
  for (const size_t bytes : {0, 24, 31, 33, 64}) {
    EXPECT_THAT(WebhookSigner::Create({"whsk_" + Base64Encode(std::string(bytes, 'k'))}),
                ReasonIs(v1::ERROR_REASON_FIELD_INVALID))
        << bytes;
  }
}

TEST(WebhookSignerTest, TakesASeedWithoutPadding) {
  const std::string unpadded = std::string(kSeed).substr(0, std::string(kSeed).size() - 1);

  EXPECT_EQ(SignWith({unpadded}, "a", kOurTime, "body"), SignWith({kSeed}, "a", kOurTime, "body"));
}

TEST(WebhookSignerTest, RefusesAnEndpointWithoutSecrets) {
  EXPECT_THAT(WebhookSigner::Create({}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(WebhookSigner::Create({""}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(WebhookSigner::Create({"whsec_"}), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(WebhookSignerTest, RefusesAnotherFormWithoutRepeatingTheSecret) {
  const std::string key = std::string(kSecret).substr(6);

  for (const std::string& wrong :
       {key, "whsk_" + key, "whsec_*" + key, "WHSEC_" + key, "whsk_*" + key, "whpk_" + key}) {
    EXPECT_THAT(WebhookSigner::Create({kSecret, wrong}),
                StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr(key))));
  }
}

}  // namespace
}  // namespace dsr
