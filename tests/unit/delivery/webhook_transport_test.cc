#include "delivery/webhook_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"
#include "delivery/webhook_body.h"
#include "dsr/base/thread.h"
#include "google/protobuf/util/time_util.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/delivery/http_stub.h"
#include "unit/delivery/subprocess.h"
#include "unit/delivery/test_certificate.h"

namespace dsr {
namespace {

using ::testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1772323200);  // 2026-03-01T00:00:00Z

WebhookSigner Signer() {
  return WebhookSigner::Create({"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}).value();
}

v1::Notice Notice() {
  v1::Notice notice;
  notice.set_name("requests/r1/notices/n1");
  notice.set_kind(v1::NOTICE_KIND_DELETE);
  notice.add_categories("orders");
  notice.add_subject_references("u-17");
  *notice.mutable_create_time() =
      google::protobuf::util::TimeUtil::SecondsToTimestamp(absl::ToUnixSeconds(kNow) - 60);
  return notice;
}

v1::Recipient RecipientAt(const std::string& url) {
  v1::Recipient recipient;
  recipient.set_name("recipients/parcel");
  recipient.mutable_delivery()->mutable_webhook()->set_url(url);
  recipient.mutable_delivery()->mutable_webhook()->set_secret_id("parcel-2026");
  return recipient;
}

// Tells `recipient` by its usual way.
DeliveryResult Deliver(WebhookTransport& transport, const v1::Recipient& recipient,
                       const v1::Notice& notice = Notice(), absl::Time now = kNow) {
  return transport.Deliver(
      {.recipient = recipient, .way = recipient.delivery(), .notice = notice, .now = now});
}

// Delivers one notice to `url`, by default as in development.
DeliveryResult DeliverTo(const std::string& url,
                         WebhookOptions options = {.allow_loopback = true}) {
  WebhookTransport transport({{"parcel-2026", Signer()}}, std::move(options));
  return Deliver(transport, RecipientAt(url));
}

class WebhookTransportTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new HttpStub(); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  WebhookTransportTest() { server_->Reset({}); }

  static HttpStub& server() { return *server_; }

  // Delivers one notice to the server, which answers with `reply`.
  static DeliveryResult DeliverAnswered(HttpReply reply) {
    server().Reset(std::move(reply));
    return DeliverTo(server().url());
  }

 private:
  static HttpStub* server_;
};

HttpStub* WebhookTransportTest::server_ = nullptr;

TEST_F(WebhookTransportTest, PostsTheSignedBody) {
  const DeliveryResult result = DeliverTo(server().url());

  EXPECT_TRUE(result.delivered) << result.code;
  ASSERT_THAT(server().requests(), SizeIs(1));
  const HttpRequest request = server().requests()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/hook");
  EXPECT_EQ(request.body, *WebhookBody(Notice()));
  EXPECT_EQ(request.headers.at("content-type"), "application/json");
  EXPECT_EQ(request.headers.at("user-agent"), "dsrd");
  EXPECT_EQ(request.headers.at("webhook-id"), "n1");
  EXPECT_EQ(request.headers.at("webhook-timestamp"), "1772323200");
  EXPECT_EQ(request.headers.at("webhook-signature"), Signer().Sign("n1", kNow, request.body));
}

TEST_F(WebhookTransportTest, KeepsIdAndBodyAndRenewsTheTimeOnARetry) {
  server().Reset({.status = 500});
  WebhookTransport transport({{"parcel-2026", Signer()}}, {.allow_loopback = true});

  Deliver(transport, RecipientAt(server().url()));
  Deliver(transport, RecipientAt(server().url()), Notice(), kNow + absl::Seconds(5));

  ASSERT_THAT(server().requests(), SizeIs(2));
  const HttpRequest retry = server().requests()[1];
  EXPECT_EQ(retry.body, server().requests()[0].body);
  EXPECT_EQ(retry.headers.at("webhook-id"), "n1");
  EXPECT_EQ(retry.headers.at("webhook-timestamp"), "1772323205");
  EXPECT_EQ(retry.headers.at("webhook-signature"),
            Signer().Sign("n1", kNow + absl::Seconds(5), retry.body));
}

TEST_F(WebhookTransportTest, TakesEvery2xxForADelivery) {
  for (const int status : {200, 201, 202, 204, 299}) {
    EXPECT_TRUE(DeliverAnswered({.status = status}).delivered) << status;
  }
}

TEST_F(WebhookTransportTest, IsToBeTriedAgainAfterAnErrorOfTheRecipient) {
  for (const int status : {400, 401, 404, 429, 500, 502, 503}) {
    const DeliveryResult result = DeliverAnswered({.status = status});

    EXPECT_FALSE(result.delivered);
    EXPECT_FALSE(result.give_up);
    EXPECT_EQ(result.code, absl::StrCat("http-", status));
    EXPECT_EQ(result.retry_after, absl::ZeroDuration());
  }
}

TEST_F(WebhookTransportTest, GivesUpOnGone) {
  const DeliveryResult result = DeliverAnswered({.status = 410});

  EXPECT_FALSE(result.delivered);
  EXPECT_TRUE(result.give_up);
  EXPECT_EQ(result.code, "http-410");
}

TEST_F(WebhookTransportTest, FollowsNoRedirect) {
  Listener canary;
  const std::string elsewhere = absl::StrCat("http://127.0.0.1:", canary.port(), "/");

  for (const int status : {301, 302, 303, 307, 308}) {
    const DeliveryResult result =
        DeliverAnswered({.status = status, .headers = {{"Location", elsewhere}}});

    EXPECT_FALSE(result.delivered);
    EXPECT_FALSE(result.give_up);
    EXPECT_EQ(result.code, "redirect");
  }
  EXPECT_EQ(canary.CountConnections(), 0);
}

TEST_F(WebhookTransportTest, PassesOnWhenTheRecipientWantsToBeTriedAgain) {
  EXPECT_EQ(DeliverAnswered({.status = 429, .headers = {{"Retry-After", "90"}}}).retry_after,
            absl::Seconds(90));
  EXPECT_EQ(DeliverAnswered(
                {.status = 503, .headers = {{"retry-after", "Sun, 01 Mar 2026 01:00:00 GMT"}}})
                .retry_after,
            absl::Hours(1));
}

TEST_F(WebhookTransportTest, TakesTheStatusForTheAnswerToAHugeBody) {
  const std::string huge(8 * 1024 * 1024, 'x');

  EXPECT_TRUE(DeliverAnswered({.status = 200, .body = huge}).delivered);
  EXPECT_EQ(DeliverAnswered({.status = 500, .body = huge}).code, "http-500");
}

TEST_F(WebhookTransportTest, WaitsForNoMoreThan64KiBOfABody) {
  Listener endless;
  Thread peer("peer", [&] {
    endless.AnswerOne("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" +
                      std::string(64 * 1024 + 1, 'x'));
  });
  WebhookOptions options = {.allow_loopback = true};
  options.timeouts.total = absl::Seconds(5);

  EXPECT_TRUE(DeliverTo(absl::StrCat("http://127.0.0.1:", endless.port(), "/"), options).delivered);
}

TEST_F(WebhookTransportTest, EndsWithATimeoutWhenTheRecipientHangs) {
  const Listener hanging;
  WebhookOptions options = {.allow_loopback = true};
  options.timeouts.total = absl::Milliseconds(50);

  const DeliveryResult result =
      DeliverTo(absl::StrCat("http://127.0.0.1:", hanging.port(), "/"), options);

  EXPECT_FALSE(result.delivered);
  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "timeout");
}

TEST_F(WebhookTransportTest, IsToBeTriedAgainWhenTheConnectionIsReset) {
  Listener resetting;
  Thread peer("peer", [&] { resetting.ResetOne(); });

  const DeliveryResult result = DeliverTo(absl::StrCat("http://127.0.0.1:", resetting.port(), "/"));

  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "connection-lost");
}

TEST_F(WebhookTransportTest, IsToBeTriedAgainWhenTheConnectionIsRefused) {
  const Listener refusing(/*listens=*/false);

  const DeliveryResult result = DeliverTo(absl::StrCat("http://127.0.0.1:", refusing.port(), "/"));

  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "connection-refused");
}

// A recipient with a certificate of its own making.
class WebhookTlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string certificate = MakeTestCertificate(files_);
    ASSERT_NE(certificate, "");
    server_ = std::make_unique<Subprocess>(std::vector<std::string>{
        DSR_PYTHON3, absl::StrCat(DSR_SOURCE_DIR, "/tests/unit/delivery/https_stub.py"),
        certificate});
    url_ = absl::StrCat("https://127.0.0.1:", server_->ReadLine(), "/hook");
  }

  const TempDir files_;
  std::unique_ptr<Subprocess> server_;
  std::string url_;
};

TEST_F(WebhookTlsTest, DeliversToACertificateThatIsTrusted) {
  const DeliveryResult result = DeliverTo(
      url_, {.allow_loopback = true, .timeouts = {}, .ca_file = files_.File("certificate.pem")});

  EXPECT_TRUE(result.delivered) << result.code;
  EXPECT_EQ(server_->ReadLine(), "/hook");
}

TEST_F(WebhookTlsTest, TellsAnUntrustedCertificateNothing) {
  const DeliveryResult result = DeliverTo(url_);

  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "tls");
  server_->CloseInput();
  EXPECT_EQ(server_->ReadLine(), "end");
}

TEST_F(WebhookTransportTest, TellsAServerWithoutTlsNothing) {
  EXPECT_EQ(DeliverTo(absl::StrCat("https://127.0.0.1:", server().port(), "/")).code, "tls");
  EXPECT_THAT(server().requests(), SizeIs(0));
}

TEST_F(WebhookTransportTest, ConnectsToNoDeniedAddressBehindAName) {
  Listener canary;

  const DeliveryResult result =
      DeliverTo(absl::StrCat("https://localhost:", canary.port(), "/"), WebhookOptions());

  EXPECT_FALSE(result.delivered);
  EXPECT_TRUE(result.give_up);
  EXPECT_EQ(result.code, "address-denied");
  EXPECT_EQ(canary.CountConnections(), 0);
}

TEST_F(WebhookTransportTest, ConnectsToNoDeniedAddressInAnySpelling) {
  Listener canary;

  for (const char* host : {"127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "0", "[::1]",
                           "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]"}) {
    for (const char* scheme : {"https", "http"}) {
      const DeliveryResult result =
          DeliverTo(absl::StrCat(scheme, "://", host, ":", canary.port(), "/"), WebhookOptions());

      EXPECT_TRUE(result.give_up) << host;
      EXPECT_EQ(result.code, "url-refused") << host;
    }
  }
  EXPECT_EQ(canary.CountConnections(), 0);
}

TEST_F(WebhookTransportTest, UsesNoProxyOfTheEnvironment) {
  Listener proxy;
  setenv("http_proxy", absl::StrCat("http://127.0.0.1:", proxy.port()).c_str(), 1);
  setenv("all_proxy", absl::StrCat("http://127.0.0.1:", proxy.port()).c_str(), 1);

  const DeliveryResult result = DeliverTo(server().url());
  unsetenv("http_proxy");
  unsetenv("all_proxy");

  EXPECT_TRUE(result.delivered) << result.code;
  EXPECT_EQ(proxy.CountConnections(), 0);
}

TEST_F(WebhookTransportTest, WaitsForASecretThatIsNotConfigured) {
  Listener canary;
  WebhookTransport transport({}, {.allow_loopback = true});

  const DeliveryResult result =
      Deliver(transport, RecipientAt(absl::StrCat("http://127.0.0.1:", canary.port(), "/")));

  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "secret-unknown");
  EXPECT_EQ(canary.CountConnections(), 0);
}

TEST_F(WebhookTransportTest, GivesUpOnARecipientThatPulls) {
  v1::Recipient recipient;
  recipient.mutable_delivery()->mutable_pull();
  WebhookTransport transport({{"parcel-2026", Signer()}}, {});

  const DeliveryResult result = Deliver(transport, recipient);

  EXPECT_TRUE(result.give_up);
  EXPECT_EQ(result.code, "no-webhook");
}

TEST_F(WebhookTransportTest, GivesUpOnANoticeWithoutKind) {
  v1::Notice notice = Notice();
  notice.clear_kind();
  WebhookTransport transport({{"parcel-2026", Signer()}}, {.allow_loopback = true});

  const DeliveryResult result = Deliver(transport, RecipientAt(server().url()), notice);

  EXPECT_TRUE(result.give_up);
  EXPECT_EQ(result.code, "internal");
  EXPECT_THAT(server().requests(), SizeIs(0));
}

}  // namespace
}  // namespace dsr
