#include "rpc/authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "dsr/base/proto_time.h"
#include "dsr/config/v1/config.pb.h"
#include "google/protobuf/text_format.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "testing/test_authority.h"
#include "testing/test_token_signer.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kIssuer[] = "https://id.corp";

class AuthenticatorTest : public ::testing::Test {
 protected:
  AuthenticatorTest() {
    config::v1::Principal& li = *file_.add_principals();
    li.set_name("li");
    li.add_roles("caseworker");
    li.set_token_sha256(HexEncode(Sha256("token-of-li")));
    li.add_certificate_names("DNS:li.corp");
    li.add_oidc_subjects()->set_issuer(kIssuer);
    li.mutable_oidc_subjects(0)->set_subject("li");
    config::v1::Token& brief = *li.add_tokens();
    brief.set_token_sha256(HexEncode(Sha256("brief")));
    brief.add_scopes("GetRequest");
    *brief.mutable_expire_time() = ToTimestamp(clock_.Now() + absl::Hours(1));
    config::v1::Principal& wang = *file_.add_principals();
    wang.set_name("wang");
    wang.add_roles("auditor");
    wang.set_token_sha256(HexEncode(Sha256("token-of-wang")));
    wang.add_certificate_names("DNS:wang.corp");
    WriteTokens();
    Write("ca.pem", authority_.certificate());
    Write("jwks.json", signer_.KeySet());
    google::protobuf::RepeatedPtrField<config::v1::OidcIssuer> issuers;
    config::v1::OidcIssuer& issuer = *issuers.Add();
    issuer.set_issuer(kIssuer);
    issuer.set_audience("dsrd");
    issuer.set_jwks_file(folder_.File("jwks.json"));
    principals_ = *PrincipalFile::Open(folder_.File("tokens.textproto"));
    issuers_ = *OidcIssuers::Open(issuers);
    certificates_ = *ClientCertificates::Open({.ca_file = folder_.File("ca.pem")}, clock_);
  }

  void Write(const std::string& name, const std::string& contents) {
    ASSERT_THAT(WriteFileAtomically(folder_.File(name), contents), IsOk());
  }
  void WriteTokens() {
    std::string text;
    google::protobuf::TextFormat::PrintToString(file_, &text);
    Write("tokens.textproto", text);
  }
  absl::StatusOr<Caller> WithToken(const std::string& token) {
    const std::string header = "Bearer " + token;
    return authenticator().Authenticate({.authorizations = {header}});
  }
  absl::StatusOr<Caller> WithCertificate(const std::string& names, const std::string& token = "") {
    const IssuedCertificate issued =
        authority_.Issue({.common_name = "x", .alternative_names = names});
    const std::string header = "Bearer " + token;
    Credentials credentials{.certificate = issued.certificate,
                            .certificate_chain = issued.certificate};
    if (!token.empty()) credentials.authorizations.push_back(header);
    return authenticator().Authenticate(credentials);
  }
  std::string WebToken(const std::string& subject) {
    return signer_.Token(absl::StrCat(R"({"iss":")", kIssuer, R"(","aud":"dsrd","sub":")", subject,
                                      R"(","exp":)", absl::ToUnixSeconds(clock_.Now()) + 60, "}"));
  }
  Authenticator authenticator() {
    return Authenticator({.clock = clock_,
                          .principals = *principals_,
                          .issuers = *issuers_,
                          .certificates = certificates_.get()});
  }

  TempDir folder_;
  SimulatedClock clock_{absl::FromUnixSeconds(1'772'416'800)};
  TestAuthority authority_;
  const TestTokenSigner signer_{TestTokenSigner::Kind::kEd25519, "key"};
  config::v1::TokenFile file_;
  std::unique_ptr<PrincipalFile> principals_;
  std::unique_ptr<OidcIssuers> issuers_;
  std::unique_ptr<ClientCertificates> certificates_;
};

TEST_F(AuthenticatorTest, KnowsACallerByAToken) {
  const auto caller = WithToken("token-of-li");

  ASSERT_THAT(caller, IsOk());
  EXPECT_EQ(caller->principal->name, "li");
  EXPECT_THAT(caller->scopes, ElementsAre());
}

TEST_F(AuthenticatorTest, KnowsWhatATokenIsGoodForAndUntilWhen) {
  const auto caller = WithToken("brief");
  ASSERT_THAT(caller, IsOk());
  EXPECT_THAT(caller->scopes, ElementsAre("GetRequest"));

  clock_.Advance(absl::Hours(1));

  EXPECT_THAT(WithToken("brief"), ReasonIs(v1::ERROR_REASON_TOKEN_EXPIRED));
  EXPECT_THAT(WithToken("token-of-li"), IsOk());
}

TEST_F(AuthenticatorTest, RefusesWhatIsNoKnownToken) {
  for (const std::string header :
       {"", "Bearer ", "Bearer guess", "token-of-li", "Basic token-of-li", "Bearer token-of-li x",
        "Bearer token-of-l"}) {
    const auto caller = authenticator().Authenticate({.authorizations = {header}});
    EXPECT_THAT(caller, StatusIs(absl::StatusCode::kUnauthenticated)) << header;
    EXPECT_THAT(caller, ReasonIs(v1::ERROR_REASON_TOKEN_INVALID)) << header;
  }
  EXPECT_THAT(authenticator().Authenticate({}), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(AuthenticatorTest, RefusesTwoHeadersEvenWhenBothAreRight) {
  EXPECT_THAT(authenticator().Authenticate(
                  {.authorizations = {"Bearer token-of-li", "Bearer token-of-li"}}),
              ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(AuthenticatorTest, KnowsACallerByACertificate) {
  const auto caller = WithCertificate("DNS:li.corp,DNS:other.corp");

  ASSERT_THAT(caller, IsOk());
  EXPECT_EQ(caller->principal->name, "li");
}

TEST_F(AuthenticatorTest, ACertificateAndATokenMustBeTheSamePrincipals) {
  EXPECT_THAT(WithCertificate("DNS:li.corp", "token-of-li"), IsOk());
  EXPECT_THAT(WithCertificate("DNS:li.corp", "token-of-wang"),
              ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(WithCertificate("DNS:li.corp", "guess"), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(AuthenticatorTest, ACertificateOfTwoPrincipalsIsNobodys) {
  EXPECT_THAT(WithCertificate("DNS:li.corp,DNS:wang.corp"),
              ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(AuthenticatorTest, ACertificateWithoutAPrincipalNeedsAToken) {
  const auto alone = WithCertificate("DNS:unmapped.corp");
  EXPECT_THAT(alone, ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(std::string(alone.status().message()), HasSubstr("send a token"));

  const auto caller = WithCertificate("DNS:unmapped.corp", "token-of-wang");
  ASSERT_THAT(caller, IsOk());
  EXPECT_EQ(caller->principal->name, "wang");
}

TEST_F(AuthenticatorTest, ATokenDoesNotMakeUpForACertificateThatIsWrong) {
  TestAuthority other;
  const IssuedCertificate foreign =
      other.Issue({.common_name = "x", .alternative_names = "DNS:li.corp"});

  EXPECT_THAT(authenticator().Authenticate({.authorizations = {"Bearer token-of-li"},
                                            .certificate = foreign.certificate,
                                            .certificate_chain = foreign.certificate}),
              ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(AuthenticatorTest, KnowsACallerByATokenOfAnIssuer) {
  const auto caller = WithToken(WebToken("li"));

  ASSERT_THAT(caller, IsOk());
  EXPECT_EQ(caller->principal->name, "li");
  EXPECT_THAT(WithToken(WebToken("wang")), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(AuthenticatorTest, ATokenIsTakenBackWithoutARestart) {
  EXPECT_THAT(WithToken("brief"), IsOk());

  file_.mutable_principals(0)->clear_tokens();
  WriteTokens();

  EXPECT_THAT(WithToken("brief"), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(WithToken("token-of-li"), IsOk());
}

TEST_F(AuthenticatorTest, ABrokenTokenFileChangesNothingAndTheLogNamesThePrincipal) {
  file_.mutable_principals(1)->clear_roles();
  WriteTokens();

  ::testing::internal::CaptureStderr();
  EXPECT_THAT(WithToken("token-of-wang"), IsOk());
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("file_invalid name=token_file"));
  EXPECT_THAT(log, HasSubstr("`wang`"));
}

}  // namespace
}  // namespace dsr
