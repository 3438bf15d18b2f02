#include "delivery/webhook_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "delivery/forged_signature.h"
#include "delivery/webhook_body.h"
#include "dsr/base/thread.h"
#include "google/protobuf/util/time_util.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/delivery/http_stub.h"
#include "unit/delivery/subprocess.h"
#include "unit/delivery/test_certificate.h"
#include "unit/delivery/webhook_secrets_file.h"

namespace dsr {
namespace {

using ::testing::SizeIs;
using ::testing::StartsWith;

const absl::Time kNow = absl::FromUnixSeconds(1772323200);  // 2026-03-01T00:00:00Z

constexpr char kParcelSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr char kAdsSecret[] = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";

WebhookSigner Signer(const std::string& secret = kParcelSecret) {
  return WebhookSigner::Create({secret}).value();
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

v1::Recipient RecipientAt(const std::string& url, const std::string& secret_id = "parcel-2026") {
  v1::Recipient recipient;
  recipient.set_name("recipients/parcel");
  recipient.mutable_delivery()->mutable_webhook()->set_url(url);
  recipient.mutable_delivery()->mutable_webhook()->set_secret_id(secret_id);
  return recipient;
}

// A transport as in development, with the secrets `parcel-2026` and `ads-2026`.
class Posting {
 public:
  explicit Posting(WebhookOptions options = {.allow_loopback = true})
      : keys_(file_.Open(WebhookSecretsFile::Secret("parcel-2026", kParcelSecret) +
                         WebhookSecretsFile::Secret("ads-2026", kAdsSecret))),
        transport_(*keys_, std::move(options)) {}

  DeliveryResult Deliver(const v1::Recipient& recipient, const v1::Notice& notice = Notice(),
                         absl::Time now = kNow, bool forges = false) {
    return transport_.Deliver(NoticeAttempt{.recipient = recipient,
                                            .way = recipient.delivery(),
                                            .notice = notice,
                                            .now = now,
                                            .forges = forges});
  }

 private:
  WebhookSecretsFile file_;
  const std::unique_ptr<WebhookKeyRing> keys_;
  WebhookTransport transport_;
};

// Delivers one notice to `url`, by default as in development.
DeliveryResult DeliverTo(const std::string& url,
                         WebhookOptions options = {.allow_loopback = true}) {
  return Posting(std::move(options)).Deliver(RecipientAt(url));
}

// How many connections the requests came by.
size_t ConnectionsOf(const std::vector<HttpRequest>& requests) {
  std::set<int> ports;
  for (const HttpRequest& request : requests) ports.insert(request.peer_port);
  return ports.size();
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
  Posting transport;

  transport.Deliver(RecipientAt(server().url()));
  transport.Deliver(RecipientAt(server().url()), Notice(), kNow + absl::Seconds(5));

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
  EXPECT_THAT(server_->ReadLine(), StartsWith("/hook "));
}

TEST_F(WebhookTlsTest, MakesManyDeliveriesByOneConnection) {
  Posting transport(
      {.allow_loopback = true, .timeouts = {}, .ca_file = files_.File("certificate.pem")});

  EXPECT_TRUE(transport.Deliver(RecipientAt(url_)).delivered);
  const std::string first = server_->ReadLine();
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(transport.Deliver(RecipientAt(url_)).delivered);
    EXPECT_EQ(server_->ReadLine(), first);
  }
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

  const DeliveryResult result = Posting().Deliver(
      RecipientAt(absl::StrCat("http://127.0.0.1:", canary.port(), "/"), "parcel-2027"));

  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "secret-unknown");
  EXPECT_EQ(canary.CountConnections(), 0);
}

TEST_F(WebhookTransportTest, GivesUpOnAnAttemptByAnotherWay) {
  v1::Recipient recipient;
  recipient.mutable_delivery()->mutable_pull();

  const DeliveryResult result = Posting().Deliver(recipient);

  EXPECT_TRUE(result.give_up);
  EXPECT_EQ(result.code, "no-webhook");
}

TEST_F(WebhookTransportTest, PostsByTheWayThatItIsTold) {
  v1::Recipient recipient = RecipientAt("https://partner.example/");
  *recipient.mutable_fallback() = RecipientAt(server().url()).delivery();
  WebhookSecretsFile file;
  const auto keys = file.Open(WebhookSecretsFile::Secret("parcel-2026", kParcelSecret));
  WebhookTransport transport(*keys, {.allow_loopback = true});

  const DeliveryResult result = transport.Deliver(NoticeAttempt{
      .recipient = recipient, .way = recipient.fallback(), .notice = Notice(), .now = kNow});

  EXPECT_TRUE(result.delivered) << result.code;
  EXPECT_THAT(server().requests(), SizeIs(1));
}

TEST_F(WebhookTransportTest, GivesUpOnANoticeWithoutKind) {
  v1::Notice notice = Notice();
  notice.clear_kind();

  const DeliveryResult result = Posting().Deliver(RecipientAt(server().url()), notice);

  EXPECT_TRUE(result.give_up);
  EXPECT_EQ(result.code, "internal");
  EXPECT_THAT(server().requests(), SizeIs(0));
}

TEST_F(WebhookTransportTest, ReadsTheRecipientsAnswer) {
  const DeliveryResult result =
      DeliverAnswered({.status = 200,
                       .headers = {{"Content-Type", "application/json; charset=utf-8"}},
                       .body = R"({"completed":{"records":"3"}})"});

  EXPECT_TRUE(result.delivered);
  EXPECT_FALSE(result.answer_unreadable);
  ASSERT_TRUE(result.answer.has_value());
  EXPECT_EQ(result.answer->completed().records(), 3);
}

TEST_F(WebhookTransportTest, DeliversAlsoWhenTheAnswerCannotBeRead) {
  for (const std::string& body : {std::string("thanks!"), std::string(65 * 1024, ' ') + "{}"}) {
    const DeliveryResult result = DeliverAnswered(
        {.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = body});

    EXPECT_TRUE(result.delivered);
    EXPECT_TRUE(result.answer_unreadable);
    EXPECT_FALSE(result.answer.has_value());
  }
}

TEST_F(WebhookTransportTest, ReadsNoAnswerFromAFailure) {
  const DeliveryResult result = DeliverAnswered({.status = 500,
                                                 .headers = {{"Content-Type", "application/json"}},
                                                 .body = R"({"acknowledged":{}})"});

  EXPECT_EQ(result.code, "http-500");
  EXPECT_FALSE(result.answer.has_value());
  EXPECT_FALSE(result.answer_unreadable);
}

TEST_F(WebhookTransportTest, TestsARecipientWithoutTellingItAnything) {
  const DeliveryResult result = Posting().Deliver(RecipientAt(server().url()), v1::Notice());

  EXPECT_TRUE(result.delivered) << result.code;
  ASSERT_THAT(server().requests(), SizeIs(1));
  const HttpRequest request = server().requests()[0];
  EXPECT_EQ(request.body,
            R"({"type":"dsr.notice.test","timestamp":"2026-03-01T00:00:00Z","data":{}})");
  EXPECT_EQ(request.headers.at("webhook-id").substr(0, 5), "test-");
  EXPECT_EQ(request.headers.at("webhook-signature"),
            Signer().Sign(request.headers.at("webhook-id"), kNow, request.body));
}

TEST_F(WebhookTransportTest, ForgesTheSignatureAndNothingElseWhenAskedTo) {
  Posting().Deliver(RecipientAt(server().url()), v1::Notice(), kNow, /*forges=*/true);

  ASSERT_THAT(server().requests(), SizeIs(1));
  const HttpRequest request = server().requests()[0];
  const std::string right = Signer().Sign(request.headers.at("webhook-id"), kNow, request.body);
  EXPECT_NE(request.headers.at("webhook-signature"), right);
  EXPECT_EQ(request.headers.at("webhook-signature"), ForgeSignatures(right));
}

TEST_F(WebhookTransportTest, MakesManyDeliveriesByOneConnection) {
  server().Reset({.status = 200, .body = "thanks", .keeps_alive = true});
  Posting transport;

  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(transport.Deliver(RecipientAt(server().url())).delivered);
  }

  EXPECT_THAT(server().requests(), SizeIs(20));
  EXPECT_EQ(ConnectionsOf(server().requests()), 1u);
}

TEST_F(WebhookTransportTest, KeepsAConnectionAlsoAfterAnErrorOfTheRecipient) {
  server().Reset({.status = 503, .body = "later", .keeps_alive = true});
  Posting transport;

  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(transport.Deliver(RecipientAt(server().url())).code, "http-503");
  }

  EXPECT_EQ(ConnectionsOf(server().requests()), 1u);
}

TEST_F(WebhookTransportTest, ConnectsAnewWhenTheLastDeliveryWasLongAgo) {
  server().Reset({.keeps_alive = true});
  Posting transport;

  transport.Deliver(RecipientAt(server().url()), Notice(), kNow);
  transport.Deliver(RecipientAt(server().url()), Notice(), kNow + CurlPool::kMostIdleTime);

  EXPECT_EQ(ConnectionsOf(server().requests()), 2u);
}

TEST_F(WebhookTransportTest, LetsRecipientsShareAConnectionAndNothingElse) {
  server().Reset({.keeps_alive = true});
  Posting transport;
  v1::Notice ads = Notice();
  ads.set_name("requests/r2/notices/n2");
  const std::string ads_url = absl::StrCat("http://127.0.0.1:", server().port(), "/ads");

  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(transport.Deliver(RecipientAt(server().url())).delivered);
    EXPECT_TRUE(transport.Deliver(RecipientAt(ads_url, "ads-2026"), ads).delivered);
  }

  const std::vector<HttpRequest> requests = server().requests();
  ASSERT_THAT(requests, SizeIs(6));
  EXPECT_EQ(ConnectionsOf(requests), 1u);
  for (size_t i = 0; i < requests.size(); ++i) {
    const bool is_ads = i % 2 == 1;
    const std::string id = is_ads ? "n2" : "n1";
    EXPECT_EQ(requests[i].path, is_ads ? "/ads" : "/hook");
    EXPECT_EQ(requests[i].headers.at("webhook-id"), id);
    EXPECT_EQ(requests[i].body, *WebhookBody(is_ads ? ads : Notice()));
    EXPECT_EQ(requests[i].headers.at("webhook-signature"),
              Signer(is_ads ? kAdsSecret : kParcelSecret).Sign(id, kNow, requests[i].body));
  }
}

TEST_F(WebhookTransportTest, DeliversByANewConnectionWhenTheKeptOneWasClosed) {
  constexpr char kNoContent[] = "HTTP/1.1 204 No Content\r\n\r\n";
  Listener listener;
  Thread peer("peer", [&] {
    {
      RawConnection kept = listener.Accept();
      kept.Receive();
      kept.Send(kNoContent);
    }
    RawConnection fresh = listener.Accept();
    fresh.Receive();
    fresh.Send(kNoContent);
  });
  const v1::Recipient recipient =
      RecipientAt(absl::StrCat("http://127.0.0.1:", listener.port(), "/"));
  Posting transport;

  EXPECT_TRUE(transport.Deliver(recipient).delivered);
  EXPECT_TRUE(transport.Deliver(recipient).delivered);
}

TEST_F(WebhookTransportTest, DeliversByANewConnectionWhenTheKeptOneEndsInTheMiddle) {
  constexpr char kNoContent[] = "HTTP/1.1 204 No Content\r\n\r\n";
  for (const bool resets : {false, true}) {
    Listener listener;
    std::string retried;
    std::string lost;
    {
      Thread peer("peer", [&] {
        {
          RawConnection kept = listener.Accept();
          kept.Receive();
          kept.Send(kNoContent);
          // The second request is under way when the connection ends.
          lost = kept.Receive();
          if (resets) kept.ResetAtEnd();
        }
        RawConnection fresh = listener.Accept();
        retried = fresh.Receive();
        fresh.Send(kNoContent);
      });
      const v1::Recipient recipient =
          RecipientAt(absl::StrCat("http://127.0.0.1:", listener.port(), "/"));
      Posting transport;

      EXPECT_TRUE(transport.Deliver(recipient).delivered);
      EXPECT_TRUE(transport.Deliver(recipient).delivered) << resets;
    }
    EXPECT_EQ(retried, lost);
  }
}

TEST_F(WebhookTransportTest, TakesNothingForAnAnswerThatCameBeforeItsRequest) {
  constexpr char kNoContent[] = "HTTP/1.1 204 No Content\r\n\r\n";
  constexpr char kForeignAnswer[] =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n"
      "{\"acknowledged\":{}}";
  for (const bool comes_at_once : {true, false}) {
    Listener listener;
    std::promise<void> first_is_over, foreign_is_sent;
    Thread peer("peer", [&] {
      RawConnection kept = listener.Accept();
      kept.Receive();
      kept.Send(absl::StrCat(kNoContent, comes_at_once ? kForeignAnswer : ""));
      first_is_over.get_future().wait();
      if (!comes_at_once) kept.Send(kForeignAnswer);
      foreign_is_sent.set_value();
      if (!kept.Receive().empty()) return kept.Send(kNoContent);
      RawConnection fresh = listener.Accept();
      fresh.Receive();
      fresh.Send(kNoContent);
    });
    const v1::Recipient recipient =
        RecipientAt(absl::StrCat("http://127.0.0.1:", listener.port(), "/"));
    Posting transport;

    EXPECT_TRUE(transport.Deliver(recipient).delivered);
    first_is_over.set_value();
    foreign_is_sent.get_future().wait();
    const DeliveryResult second = transport.Deliver(recipient);

    EXPECT_TRUE(second.delivered) << second.code;
    EXPECT_FALSE(second.answer.has_value()) << comes_at_once;
  }
}

TEST_F(WebhookTransportTest, DecidesAboutTheAddressInEveryAttempt) {
  Listener canary;
  Posting transport((WebhookOptions()));

  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(
        transport.Deliver(RecipientAt(absl::StrCat("https://localhost:", canary.port(), "/"))).code,
        "address-denied");
  }
  EXPECT_EQ(canary.CountConnections(), 0);
}

TEST_F(WebhookTransportTest, GivesEachThreadAConnectionOfItsOwn) {
  server().Reset({.keeps_alive = true});
  Posting transport;
  {
    std::vector<Thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back("sender", [&] {
        for (int j = 0; j < 10; ++j) {
          EXPECT_TRUE(transport.Deliver(RecipientAt(server().url())).delivered);
        }
      });
    }
  }

  EXPECT_THAT(server().requests(), SizeIs(30));
  EXPECT_LE(ConnectionsOf(server().requests()), 3u);
}

}  // namespace
}  // namespace dsr
