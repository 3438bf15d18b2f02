#include "sample_shop/webhook_signature.h"

#include <gtest/gtest.h>

#include <string>

#include "dsr/base/crypto.h"
#include "testing/status_matchers.h"

namespace dsr::sample_shop {
namespace {

constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr char kOtherSecret[] = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr char kOfficialBody[] = R"({"test": 2432232314})";
constexpr char kNoticeBody[] =
    R"({"type":"dsr.deletion.notice","timestamp":"2026-03-01T00:00:00Z",)"
    R"("data":{"notice_id":"ntc_01"}})";

// The specification's own vector.
WebhookHeaders Official() {
  return {.id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
          .timestamp = "1614265330",
          .signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="};
}

WebhookHeaders Notice() {
  return {.id = "msg_dsr_0001",
          .timestamp = "1772323200",
          .signature = "v1,IlxeGZgH28O12p2vXMSrqbDtPzDPWfhdDW4MWJ9JrS8="};
}

const absl::Time kOfficialTime = absl::FromUnixSeconds(1614265330);
const absl::Time kNoticeTime = absl::FromUnixSeconds(1772323200);

class WebhookSignatureTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(InitCrypto(), IsOk()); }

  static absl::Status VerifyOfficial(const WebhookHeaders& headers,
                                     absl::Time now = kOfficialTime) {
    return VerifyWebhook(kSecret, headers, kOfficialBody, now);
  }
};

constexpr absl::StatusCode kRefused = absl::StatusCode::kUnauthenticated;

TEST_F(WebhookSignatureTest, AcceptsTheOfficialVector) {
  EXPECT_THAT(VerifyOfficial(Official()), IsOk());
}

TEST_F(WebhookSignatureTest, AcceptsANoticeVector) {
  EXPECT_THAT(VerifyWebhook(kSecret, Notice(), kNoticeBody, kNoticeTime), IsOk());
}

TEST_F(WebhookSignatureTest, AcceptsARotatedKeyBesideTheOldOne) {
  WebhookHeaders headers = Notice();
  headers.signature += " v1,GxSV4l67PHvv/qtiQHyjkoeDdnx/wHH3jI+NNUtUQSQ=";

  EXPECT_THAT(VerifyWebhook(kSecret, headers, kNoticeBody, kNoticeTime), IsOk());
  EXPECT_THAT(VerifyWebhook(kOtherSecret, headers, kNoticeBody, kNoticeTime), IsOk());
}

TEST_F(WebhookSignatureTest, RefusesASignatureWithOneBitMore) {
  WebhookHeaders headers = Official();
  headers.signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA=";

  EXPECT_THAT(VerifyOfficial(headers), StatusIs(kRefused));
}

TEST_F(WebhookSignatureTest, RefusesAnyOtherBody) {
  const std::string body = kOfficialBody;
  for (size_t i = 0; i < body.size(); ++i) {
    std::string tampered = body;
    tampered[i] = static_cast<char>(tampered[i] ^ 1);
    EXPECT_THAT(VerifyWebhook(kSecret, Official(), tampered, kOfficialTime), StatusIs(kRefused));
  }
}

TEST_F(WebhookSignatureTest, RefusesAnotherIdOrTimestampThanWasSigned) {
  WebhookHeaders id = Official();
  id.id += "x";
  WebhookHeaders timestamp = Official();
  timestamp.timestamp = "1614265331";

  EXPECT_THAT(VerifyOfficial(id), StatusIs(kRefused));
  EXPECT_THAT(VerifyOfficial(timestamp), StatusIs(kRefused));
}

TEST_F(WebhookSignatureTest, RefusesAnotherRecipientsSecret) {
  EXPECT_THAT(VerifyWebhook(kOtherSecret, Official(), kOfficialBody, kOfficialTime),
              StatusIs(kRefused));
}

TEST_F(WebhookSignatureTest, RefusesAMissingHeader) {
  WebhookHeaders id = Official();
  id.id.clear();
  WebhookHeaders timestamp = Official();
  timestamp.timestamp.clear();
  WebhookHeaders signature = Official();
  signature.signature.clear();

  EXPECT_THAT(VerifyOfficial(id), StatusIs(kRefused));
  EXPECT_THAT(VerifyOfficial(timestamp), StatusIs(kRefused));
  EXPECT_THAT(VerifyOfficial(signature), StatusIs(kRefused));
}

TEST_F(WebhookSignatureTest, RefusesATimestampThatIsNoNumber) {
  WebhookHeaders headers = Official();
  headers.timestamp = "yesterday";

  EXPECT_THAT(VerifyOfficial(headers), StatusIs(kRefused));
}

TEST_F(WebhookSignatureTest, ToleratesFiveMinutesAndNotASecondMore) {
  EXPECT_THAT(VerifyOfficial(Official(), kOfficialTime + absl::Seconds(300)), IsOk());
  EXPECT_THAT(VerifyOfficial(Official(), kOfficialTime - absl::Seconds(300)), IsOk());
  EXPECT_THAT(VerifyOfficial(Official(), kOfficialTime + absl::Seconds(301)), StatusIs(kRefused));
  EXPECT_THAT(VerifyOfficial(Official(), kOfficialTime - absl::Seconds(301)), StatusIs(kRefused));
}

TEST_F(WebhookSignatureTest, SkipsVersionsItDoesNotKnow) {
  WebhookHeaders headers = Official();
  headers.signature = "v2,AAAA v1a,BBBB " + headers.signature;
  WebhookHeaders unknown_only = Official();
  unknown_only.signature = "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

  EXPECT_THAT(VerifyOfficial(headers), IsOk());
  EXPECT_THAT(VerifyOfficial(unknown_only), StatusIs(kRefused));
}

TEST_F(WebhookSignatureTest, RefusesAnEmptySecretAndTakesAnUnpaddedOne) {
  WebhookHeaders headers = Notice();
  headers.signature = "v1,GxSV4l67PHvv/qtiQHyjkoeDdnx/wHH3jI+NNUtUQSQ=";

  EXPECT_THAT(VerifyWebhook("whsec_", headers, kNoticeBody, kNoticeTime),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(VerifyWebhook("", headers, kNoticeBody, kNoticeTime),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(VerifyWebhook("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", headers,
                            kNoticeBody, kNoticeTime),
              IsOk());
}

}  // namespace
}  // namespace dsr::sample_shop
