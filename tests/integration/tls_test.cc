// Callers over TLS: real certificates, a real server, real handshakes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <memory>
#include <string>

#include "dsr/base/file.h"
#include "dsr/base/text_file.h"
#include "dsr/v1/admin_service.grpc.pb.h"
#include "google/protobuf/text_format.h"
#include "integration/test_server.h"
#include "integration/tls_client.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "testing/test_authority.h"

namespace dsr {
namespace {

using config::v1::Tls;
using ::testing::HasSubstr;
using Admin = v1::AdminService;

constexpr char kOperatorName[] = "URI:spiffe://corp/operator";
constexpr char kServerNames[] = "DNS:localhost,IP:127.0.0.1";

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    WriteServerCertificate(
        authority_.Issue({.common_name = "first", .alternative_names = kServerNames}));
    Write("ca.pem", authority_.certificate());
    Write("crl.pem", authority_.RevocationList({}));
  }

  void Write(const std::string& name, const std::string& contents) {
    ASSERT_THAT(WriteFileAtomically(folder_.File(name), contents), IsOk());
  }
  void WriteServerCertificate(const IssuedCertificate& issued) {
    Write("server.key", issued.key);
    Write("server.pem", issued.certificate);
  }

  // Serves with client certificates as `wanted`; the principal of kOperatorName is operator-2.
  void Serve(Tls::ClientCertificates wanted = Tls::CLIENT_CERTIFICATES_UNSPECIFIED) {
    server_ = std::make_unique<TestServer>("", 30, [&](config::v1::ServerConfig& config) {
      Tls& tls = *config.mutable_tls();
      tls.set_certificate_file(folder_.File("server.pem"));
      tls.set_key_file(folder_.File("server.key"));
      tls.set_client_ca_file(folder_.File("ca.pem"));
      tls.set_crl_file(folder_.File("crl.pem"));
      tls.set_client_certificates(wanted);
      config::v1::TokenFile tokens;
      ASSERT_THAT(ReadTextFile(config.token_file(), tokens), IsOk());
      config::v1::Principal& principal = *tokens.add_principals();
      principal.set_name("operator-2");
      principal.add_roles("operator");
      principal.add_certificate_names(kOperatorName);
      std::string text;
      google::protobuf::TextFormat::PrintToString(tokens, &text);
      ASSERT_THAT(WriteFileAtomically(config.token_file(), text), IsOk());
    });
  }

  std::shared_ptr<grpc::Channel> ChannelWith(const IssuedCertificate& certificate = {}) const {
    return TlsChannel(server_->address(), authority_.certificate(), certificate);
  }
  // Calls GetStatus; with the token of `principal` unless that is empty.
  absl::Status Call(const std::shared_ptr<grpc::Channel>& channel,
                    const std::string& principal = "") const {
    grpc::ClientContext context;
    server_->Prepare(context, principal);
    v1::ServerStatus out;
    return FromGrpc(Admin::NewStub(channel)->GetStatus(&context, {}, &out));
  }

  TempDir folder_;
  TestAuthority authority_;
  const IssuedCertificate operator_ =
      authority_.Issue({.common_name = "operator", .alternative_names = kOperatorName});
  const IssuedCertificate unmapped_ = authority_.Issue({.common_name = "unmapped"});
  std::unique_ptr<TestServer> server_;
};

TEST_F(TlsTest, ACertificateOfAPrincipalIsEnough) {
  Serve();

  EXPECT_THAT(Call(ChannelWith(operator_)), IsOk());
}

TEST_F(TlsTest, WithoutACertificateThatTheAuthorityIssuedThereIsNoConnection) {
  Serve();
  TestAuthority other;
  const IssuedCertificate none;
  const IssuedCertificate foreign =
      other.Issue({.common_name = "operator", .alternative_names = kOperatorName});
  const IssuedCertificate expired = authority_.Issue({.common_name = "operator",
                                                      .alternative_names = kOperatorName,
                                                      .end = absl::FromUnixSeconds(978307200)});

  for (const IssuedCertificate& wrong : {none, foreign, expired}) {
    EXPECT_THAT(Call(ChannelWith(wrong), "operator-1"), StatusIs(absl::StatusCode::kUnavailable));
  }
  EXPECT_THAT(Call(ChannelWith(unmapped_), "operator-1"), IsOk());
}

TEST_F(TlsTest, ACertificateThatNobodyMappedNeedsAToken) {
  Serve();

  const absl::Status status = Call(ChannelWith(unmapped_));

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(std::string(status.message()), HasSubstr("send a token"));
}

TEST_F(TlsTest, ATokenOfSomebodyElseIsRefusedBesideACertificate) {
  Serve();

  EXPECT_THAT(Call(ChannelWith(operator_), "operator-1"), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(TlsTest, WhereCertificatesAreOptionalATokenIsEnough) {
  Serve(Tls::CLIENT_CERTIFICATES_OPTIONAL);
  TestAuthority other;

  EXPECT_THAT(Call(ChannelWith(), "operator-1"), IsOk());
  EXPECT_THAT(Call(ChannelWith(operator_)), IsOk());
  EXPECT_THAT(Call(ChannelWith()), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(Call(ChannelWith(other.Issue({.common_name = "operator"})), "operator-1"),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(TlsTest, ARevokedCertificateIsRefusedOnAnOpenConnectionToo) {
  Serve();
  const auto open = ChannelWith(operator_);
  ASSERT_THAT(Call(open), IsOk());

  Write("crl.pem", authority_.RevocationList({operator_}));

  for (const auto& channel : {open, ChannelWith(operator_)}) {
    const absl::Status status = Call(channel);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated));
    EXPECT_THAT(std::string(status.message()), HasSubstr("revoked"));
  }
  EXPECT_THAT(Call(ChannelWith(unmapped_), "operator-1"), IsOk());
}

TEST_F(TlsTest, AClientRefusesAServerOfAnotherNameOrAuthority) {
  Serve(Tls::CLIENT_CERTIFICATES_OPTIONAL);
  TestAuthority other;
  EXPECT_THAT(Call(TlsChannel(server_->address(), other.certificate()), "operator-1"),
              StatusIs(absl::StatusCode::kUnavailable));

  WriteServerCertificate(
      authority_.Issue({.common_name = "elsewhere", .alternative_names = "DNS:other.example"}));

  EXPECT_THAT(Call(ChannelWith(), "operator-1"), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(TlsTest, AnOldVersionOfTlsIsRefused) {
  Serve(Tls::CLIENT_CERTIFICATES_OPTIONAL);

  EXPECT_EQ(HandshakeWith(server_->address(), TLS1_VERSION), "refused");
  EXPECT_EQ(HandshakeWith(server_->address(), TLS1_1_VERSION), "refused");
  EXPECT_EQ(HandshakeWith(server_->address(), TLS1_2_VERSION), "first");
  EXPECT_EQ(HandshakeWith(server_->address(), TLS1_3_VERSION), "first");
}

TEST_F(TlsTest, ANewCertificateIsServedWithoutARestartAndOldConnectionsGoOn) {
  Serve(Tls::CLIENT_CERTIFICATES_OPTIONAL);
  const auto open = ChannelWith();
  ASSERT_THAT(Call(open, "operator-1"), IsOk());

  WriteServerCertificate(
      authority_.Issue({.common_name = "second", .alternative_names = kServerNames}));

  EXPECT_EQ(HandshakeWith(server_->address(), TLS1_3_VERSION), "second");
  EXPECT_THAT(Call(open, "operator-1"), IsOk());
  EXPECT_EQ(open->GetState(/*try_to_connect=*/false), GRPC_CHANNEL_READY);
  EXPECT_THAT(Call(ChannelWith(), "operator-1"), IsOk());
}

TEST_F(TlsTest, FilesThatCannotBeUsedLeaveTheOldCertificateInForce) {
  Serve(Tls::CLIENT_CERTIFICATES_OPTIONAL);
  const IssuedCertificate next =
      authority_.Issue({.common_name = "second", .alternative_names = kServerNames});
  const auto serves_first = [&](const char* what) {
    EXPECT_EQ(HandshakeWith(server_->address(), TLS1_3_VERSION), "first") << what;
  };

  Write("server.pem", next.certificate);
  serves_first("the key is the old one's");
  Write("server.key", next.key);
  ASSERT_EQ(chmod(folder_.File("server.key").c_str(), 0644), 0);
  Write("server.pem", next.certificate + "\n");
  serves_first("others may read the key");
  WriteServerCertificate(authority_.Issue({.common_name = "second",
                                           .alternative_names = kServerNames,
                                           .end = absl::FromUnixSeconds(978307200)}));
  serves_first("it has expired");
  Write("server.pem", "x");
  serves_first("it is no PEM");
  Write("ca.pem", "x");
  WriteServerCertificate(next);
  serves_first("the authority is no PEM");
  Write("ca.pem", authority_.certificate());
  EXPECT_EQ(HandshakeWith(server_->address(), TLS1_3_VERSION), "second");
}

TEST_F(TlsTest, AClientWithoutTlsGetsNothing) {
  Serve(Tls::CLIENT_CERTIFICATES_OPTIONAL);

  // The channel that TestServer made for itself is not encrypted.
  EXPECT_THAT(Call(server_->channel(), "operator-1"), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(TlsTest, ANewAuthorityOfClientsCountsFromTheNextConnectionOn) {
  Serve();
  TestAuthority next("next authority");
  const IssuedCertificate issued =
      next.Issue({.common_name = "operator", .alternative_names = kOperatorName});
  EXPECT_THAT(Call(ChannelWith(issued)), StatusIs(absl::StatusCode::kUnavailable));

  Write("crl.pem", authority_.RevocationList({}) + next.RevocationList({}));
  Write("ca.pem", authority_.certificate() + next.certificate());

  EXPECT_THAT(Call(ChannelWith(issued)), IsOk());
  EXPECT_THAT(Call(ChannelWith(operator_)), IsOk());
}

}  // namespace
}  // namespace dsr
