#include "delivery/grpc_push_transport.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "delivery/forged_signature.h"
#include "dsr/base/file.h"
#include "testing/temp_dir.h"
#include "unit/delivery/http_stub.h"
#include "unit/delivery/push_receiver.h"
#include "unit/delivery/test_certificate.h"
#include "unit/delivery/webhook_secrets_file.h"

namespace dsr {
namespace {

using ::testing::MatchesRegex;
using ::testing::SizeIs;

constexpr char kSecret[] = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";
const absl::Time kNow = absl::FromUnixSeconds(1772323200);

v1::Notice PushedNotice() {
  v1::Notice notice;
  notice.set_name("requests/r1/notices/n1");
  notice.set_kind(v1::NOTICE_KIND_CORRECT);
  notice.add_subject_references("u-17");
  return notice;
}

class GrpcPushTransportTest : public ::testing::Test {
 protected:
  GrpcPushTransportTest() : keys_(file_.Open(WebhookSecretsFile::Secret("parcel", kSecret))) {}

  static v1::Recipient RecipientAt(const std::string& target) {
    v1::Recipient recipient;
    recipient.set_name("recipients/parcel");
    recipient.mutable_delivery()->mutable_push()->set_target(target);
    recipient.mutable_delivery()->mutable_push()->set_secret_id("parcel");
    return recipient;
  }

  std::unique_ptr<GrpcPushTransport> Transport(PushOptions options = {.allow_loopback = true}) {
    return std::make_unique<GrpcPushTransport>(*keys_, std::move(options));
  }
  static DeliveryResult DeliverBy(GrpcPushTransport& transport, const v1::Recipient& recipient,
                                  const v1::Notice& notice = PushedNotice(), bool forges = false) {
    return transport.Deliver(NoticeAttempt{.recipient = recipient,
                                           .way = recipient.delivery(),
                                           .notice = notice,
                                           .now = kNow,
                                           .forges = forges});
  }
  DeliveryResult Deliver(const std::string& target, const v1::Notice& notice = PushedNotice(),
                         bool forges = false) {
    return DeliverBy(*Transport(), RecipientAt(target), notice, forges);
  }
  std::string SignatureOf(const v1::DeliverNoticeRequest& request) {
    return keys_->Find("parcel")->Sign(request.notice_id(), kNow, request.notice());
  }

  WebhookSecretsFile file_;
  const std::unique_ptr<WebhookKeyRing> keys_;
  PushReceiver receiver_;
};

TEST_F(GrpcPushTransportTest, CallsTheRecipientWithTheSignedNotice) {
  const DeliveryResult result = Deliver(receiver_.target());

  EXPECT_TRUE(result.delivered) << result.code;
  EXPECT_FALSE(result.answer.has_value());
  ASSERT_THAT(receiver_.requests(), SizeIs(1));
  const v1::DeliverNoticeRequest request = receiver_.requests()[0];
  EXPECT_EQ(request.notice_id(), "n1");
  EXPECT_EQ(request.timestamp(), absl::ToUnixSeconds(kNow));
  EXPECT_EQ(request.signature(), SignatureOf(request));
  v1::Notice notice;
  ASSERT_TRUE(notice.ParseFromString(request.notice()));
  EXPECT_EQ(notice.name(), "requests/r1/notices/n1");
  EXPECT_EQ(notice.subject_references(0), "u-17");
}

TEST_F(GrpcPushTransportTest, NeverSendsACorrectedValue) {
  v1::Notice corrected = PushedNotice();
  corrected.add_corrections()->set_value("Secret Lane 5");

  EXPECT_TRUE(Deliver(receiver_.target(), corrected).delivered);

  ASSERT_THAT(receiver_.requests(), SizeIs(1));
  EXPECT_EQ(receiver_.requests()[0].notice().find("Secret Lane"), std::string::npos);
}

TEST_F(GrpcPushTransportTest, ReadsTheRecipientsAnswer) {
  v1::DeliverNoticeResponse response;
  response.mutable_answer()->mutable_completed()->set_records(3);
  receiver_.Answer(grpc::Status::OK, response);

  const DeliveryResult result = Deliver(receiver_.target());

  ASSERT_TRUE(result.answer.has_value());
  EXPECT_EQ(result.answer->completed().records(), 3);
}

TEST_F(GrpcPushTransportTest, TestsARecipientWithoutTellingItAnything) {
  EXPECT_TRUE(Deliver(receiver_.target(), v1::Notice()).delivered);

  ASSERT_THAT(receiver_.requests(), SizeIs(1));
  const v1::DeliverNoticeRequest request = receiver_.requests()[0];
  EXPECT_THAT(request.notice_id(), MatchesRegex("test-[0-9a-f]{16}"));
  EXPECT_EQ(request.notice(), "");
  EXPECT_EQ(request.signature(), SignatureOf(request));
}

TEST_F(GrpcPushTransportTest, ForgesTheSignatureWhenAskedTo) {
  Deliver(receiver_.target(), v1::Notice(), /*forges=*/true);

  ASSERT_THAT(receiver_.requests(), SizeIs(1));
  const v1::DeliverNoticeRequest request = receiver_.requests()[0];
  EXPECT_EQ(request.signature(), ForgeSignatures(SignatureOf(request)));
}

TEST_F(GrpcPushTransportTest, IsToBeTriedAgainAfterEveryOtherStatus) {
  const std::unique_ptr<GrpcPushTransport> transport = Transport();
  const std::vector<std::pair<grpc::StatusCode, std::string>> kinds = {
      {grpc::StatusCode::UNIMPLEMENTED, "grpc-unimplemented"},
      {grpc::StatusCode::PERMISSION_DENIED, "grpc-permission-denied"},
      {grpc::StatusCode::INTERNAL, "grpc-internal"},
      {grpc::StatusCode::UNAVAILABLE, "grpc-unavailable"},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, "grpc-resource-exhausted"},
      {grpc::StatusCode::UNKNOWN, "grpc-unknown"},
      {static_cast<grpc::StatusCode>(99), "grpc-unknown"},
      {grpc::StatusCode::DEADLINE_EXCEEDED, "timeout"}};

  for (const auto& [status, code] : kinds) {
    receiver_.Answer(grpc::Status(status, "no"));
    const DeliveryResult result = DeliverBy(*transport, RecipientAt(receiver_.target()));

    EXPECT_FALSE(result.delivered);
    EXPECT_FALSE(result.give_up);
    EXPECT_EQ(result.code, code);
    EXPECT_EQ(result.retry_after, absl::ZeroDuration());
  }
  EXPECT_THAT(receiver_.requests(), SizeIs(kinds.size()));
}

TEST_F(GrpcPushTransportTest, PassesOnWhenTheRecipientWantsToBeTriedAgain) {
  // google.rpc.Status with a RetryInfo of 90 s.
  const std::string type = "type.googleapis.com/google.rpc.RetryInfo";
  const std::string retry_info = "\x0a\x02\x08\x5a";
  const std::string any = absl::StrCat("\x0a", std::string(1, static_cast<char>(type.size())), type,
                                       "\x12", std::string(1, '\x04'), retry_info);
  const std::string details =
      absl::StrCat("\x08\x08\x1a", std::string(1, static_cast<char>(any.size())), any);

  receiver_.Answer(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "busy", details));
  EXPECT_EQ(Deliver(receiver_.target()).retry_after, absl::Seconds(90));
  receiver_.Answer(grpc::Status(grpc::StatusCode::UNAVAILABLE, "busy", details));
  EXPECT_EQ(Deliver(receiver_.target()).retry_after, absl::Seconds(90));
  receiver_.Answer(grpc::Status(grpc::StatusCode::INTERNAL, "busy", details));
  EXPECT_EQ(Deliver(receiver_.target()).retry_after, absl::ZeroDuration());
}

TEST_F(GrpcPushTransportTest, TakesNoResponseOfMoreThan64KiB) {
  v1::DeliverNoticeResponse response;
  response.mutable_answer()->mutable_completed()->add_onward_told(std::string(70'000, 'x'));
  receiver_.Answer(grpc::Status::OK, response);

  const DeliveryResult result = Deliver(receiver_.target());

  EXPECT_FALSE(result.delivered);
  EXPECT_EQ(result.code, "grpc-resource-exhausted");
}

TEST_F(GrpcPushTransportTest, MakesManyDeliveriesByOneConnection) {
  const std::unique_ptr<GrpcPushTransport> transport = Transport();

  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(DeliverBy(*transport, RecipientAt(receiver_.target())).delivered);
  }

  EXPECT_THAT(receiver_.requests(), SizeIs(20));
  EXPECT_THAT(receiver_.peers(), SizeIs(1));
}

TEST_F(GrpcPushTransportTest, FailsAtOnceWhileTheRecipientIsDown) {
  const std::unique_ptr<GrpcPushTransport> transport = Transport();
  auto recipient = std::make_unique<PushReceiver>();
  const std::string target = recipient->target();
  EXPECT_TRUE(DeliverBy(*transport, RecipientAt(target)).delivered);
  recipient->Stop();
  recipient.reset();

  EXPECT_EQ(DeliverBy(*transport, RecipientAt(target)).code, "grpc-unavailable");
  EXPECT_EQ(DeliverBy(*transport, RecipientAt(target)).code, "grpc-unavailable");
}

TEST_F(GrpcPushTransportTest, EndsWithATimeoutWhenTheRecipientHangs) {
  const Listener hanging;
  const std::unique_ptr<GrpcPushTransport> transport =
      Transport({.allow_loopback = true, .timeout = absl::Milliseconds(50)});

  const DeliveryResult result =
      DeliverBy(*transport, RecipientAt(absl::StrCat("127.0.0.1:", hanging.port())));

  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "timeout");
}

TEST_F(GrpcPushTransportTest, IsToBeTriedAgainWhenTheConnectionIsRefused) {
  const Listener refusing(/*listens=*/false);

  const DeliveryResult result = Deliver(absl::StrCat("127.0.0.1:", refusing.port()));

  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "grpc-unavailable");
}

TEST_F(GrpcPushTransportTest, ConnectsToNoDeniedAddressBehindAName) {
  Listener canary;
  const std::unique_ptr<GrpcPushTransport> transport = Transport(PushOptions());

  const DeliveryResult result =
      DeliverBy(*transport, RecipientAt(absl::StrCat("localhost:", canary.port())));

  EXPECT_TRUE(result.give_up);
  EXPECT_EQ(result.code, "address-denied");
  EXPECT_EQ(canary.CountConnections(), 0);
}

TEST_F(GrpcPushTransportTest, ConnectsToNoDeniedAddressInAnySpelling) {
  Listener canary;
  const std::unique_ptr<GrpcPushTransport> transport = Transport(PushOptions());

  for (const char* host : {"127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "0", "[::1]",
                           "[::]", "[::ffff:127.0.0.1]", "ipv4:127.0.0.1", "dns:///127.0.0.1"}) {
    const DeliveryResult result =
        DeliverBy(*transport, RecipientAt(absl::StrCat(host, ":", canary.port())));

    EXPECT_TRUE(result.give_up) << host;
    EXPECT_EQ(result.code, "target-refused") << host;
  }
  EXPECT_EQ(canary.CountConnections(), 0);
}

TEST_F(GrpcPushTransportTest, IsToBeTriedAgainWhenTheNameIsNotFound) {
  const DeliveryResult result = Deliver("nowhere.invalid:8443");

  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "name-resolution");
}

TEST_F(GrpcPushTransportTest, ReachesThisMachineByNameInDevelopment) {
  const DeliveryResult result = Deliver(absl::StrCat("localhost:", receiver_.port()));

  // `localhost` may come to ::1 first, where the recipient does not listen.
  EXPECT_TRUE(result.delivered || result.code == "grpc-unavailable") << result.code;
}

TEST_F(GrpcPushTransportTest, UsesNoProxyOfTheEnvironment) {
  Listener proxy;
  for (const char* name : {"grpc_proxy", "http_proxy", "https_proxy"}) {
    setenv(name, absl::StrCat("http://127.0.0.1:", proxy.port()).c_str(), 1);
  }

  const DeliveryResult result = Deliver(receiver_.target());
  for (const char* name : {"grpc_proxy", "http_proxy", "https_proxy"}) unsetenv(name);

  EXPECT_TRUE(result.delivered) << result.code;
  EXPECT_EQ(proxy.CountConnections(), 0);
}

TEST_F(GrpcPushTransportTest, WaitsForASecretThatIsNotConfigured) {
  v1::Recipient recipient = RecipientAt(receiver_.target());
  recipient.mutable_delivery()->mutable_push()->set_secret_id("unknown");

  const DeliveryResult result = DeliverBy(*Transport(), recipient);

  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "secret-unknown");
  EXPECT_THAT(receiver_.requests(), SizeIs(0));
}

TEST_F(GrpcPushTransportTest, GivesUpOnAnAttemptByAnotherWay) {
  v1::Recipient recipient;
  recipient.mutable_delivery()->mutable_pull();

  const DeliveryResult result = DeliverBy(*Transport(), recipient);

  EXPECT_TRUE(result.give_up);
  EXPECT_EQ(result.code, "no-push");
}

// A recipient with a certificate of its own making, for 127.0.0.1.
class GrpcPushTlsTest : public GrpcPushTransportTest {
 protected:
  void SetUp() override {
    ASSERT_NE(MakeTestCertificate(files_), "");
    certificate_ = ReadFile(files_.File("certificate.pem")).value();
  }

  // Starts the recipient, which says that it is 127.0.0.1 wherever it is.
  void Start(const std::string& host = "127.0.0.1") {
    grpc::SslServerCredentialsOptions tls;
    tls.pem_key_cert_pairs.push_back({ReadFile(files_.File("key.pem")).value(), certificate_});
    server_ = std::make_unique<PushReceiver>(grpc::SslServerCredentials(tls), host);
  }
  DeliveryResult DeliverTrusting(const std::string& certificates) {
    return DeliverBy(*Transport({.allow_loopback = true, .root_certificates = certificates}),
                     RecipientAt(server_->target()));
  }

  const TempDir files_;
  std::string certificate_;
  std::unique_ptr<PushReceiver> server_;
};

TEST_F(GrpcPushTlsTest, DeliversToACertificateThatIsTrusted) {
  Start();

  const DeliveryResult result = DeliverTrusting(certificate_);

  EXPECT_TRUE(result.delivered) << result.code;
  EXPECT_THAT(server_->requests(), SizeIs(1));
}

TEST_F(GrpcPushTlsTest, TellsACertificateOfAnotherNameNothing) {
  Start("127.0.0.2");

  const DeliveryResult result = DeliverTrusting(certificate_);

  EXPECT_FALSE(result.delivered);
  EXPECT_EQ(result.code, "grpc-unavailable");
  EXPECT_THAT(server_->requests(), SizeIs(0));
}

TEST_F(GrpcPushTlsTest, TellsAnUntrustedCertificateNothing) {
  Start();
  const TempDir other;
  ASSERT_NE(MakeTestCertificate(other), "");

  const DeliveryResult result = DeliverTrusting(ReadFile(other.File("certificate.pem")).value());

  EXPECT_FALSE(result.give_up);
  EXPECT_EQ(result.code, "grpc-unavailable");
  EXPECT_THAT(server_->requests(), SizeIs(0));
}

}  // namespace
}  // namespace dsr
