#include "rpc/oidc_issuers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "rpc/json_web_token.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "testing/test_token_signer.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;

using Kind = TestTokenSigner::Kind;

constexpr int64_t kNow = 1'772'416'800;

class OidcIssuersTest : public ::testing::Test {
 protected:
  OidcIssuersTest() {
    settings_.set_issuer("https://id.corp");
    settings_.set_audience("dsrd");
    settings_.set_jwks_file(folder_.File("jwks.json"));
  }

  void WriteKeys(const std::string& keys) {
    ASSERT_THAT(WriteFileAtomically(settings_.jwks_file(), keys), IsOk());
  }
  absl::StatusOr<std::unique_ptr<OidcIssuers>> Open() {
    google::protobuf::RepeatedPtrField<config::v1::OidcIssuer> all;
    *all.Add() = settings_;
    return OidcIssuers::Open(all);
  }
  std::unique_ptr<OidcIssuers> Opened() {
    WriteKeys(signer_.KeySet());
    return *Open();
  }
  // What the issuer says of `li`, with `more` at its end.
  static std::string Claims(const std::string& more) {
    return R"({"iss":"https://id.corp","aud":"dsrd","sub":"li")" + more + "}";
  }
  static std::string Valid() { return Claims(absl::StrCat(",\"exp\":", kNow + 300)); }
  static absl::Time Now() { return absl::FromUnixSeconds(kNow); }

  TempDir folder_;
  config::v1::OidcIssuer settings_;
  const TestTokenSigner signer_{Kind::kEc, "key-1"};
};

TEST_F(OidcIssuersTest, TakesTokensOfEachAlgorithm) {
  for (const Kind kind : {Kind::kRsa, Kind::kRsaPss, Kind::kEc, Kind::kEd25519}) {
    const TestTokenSigner signer(kind, "key");
    WriteKeys(signer.KeySet());
    const auto issuers = Open();
    ASSERT_THAT(issuers, IsOk()) << signer.algorithm();

    const auto identity = (*issuers)->Verify(signer.Token(Valid()), Now());

    ASSERT_THAT(identity, IsOk()) << signer.algorithm();
    EXPECT_EQ(identity->issuer, "https://id.corp");
    EXPECT_EQ(identity->subject, "li");
  }
}

TEST_F(OidcIssuersTest, RefusesATokenThatIsChangedAnywhere) {
  const auto issuers = Opened();
  const std::string token = signer_.Token(Valid());

  for (size_t i = 0; i < token.size(); i += 7) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(issuers->Verify(changed, Now()), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID)) << i;
    EXPECT_THAT(issuers->Verify(token.substr(0, i), Now()),
                ReasonIs(v1::ERROR_REASON_TOKEN_INVALID))
        << i;
  }
}

TEST_F(OidcIssuersTest, RefusesNoneAndASwitchedAlgorithm) {
  const TestTokenSigner rsa(Kind::kRsa, "key-1");
  WriteKeys(rsa.KeySet());
  const auto issuers = Open();
  ASSERT_THAT(issuers, IsOk());
  const std::string body = Base64UrlEncode(Valid());
  const std::string none = Base64UrlEncode(R"({"alg":"none","kid":"key-1"})") + "." + body;
  const std::string shared = Base64UrlEncode(R"({"alg":"HS256","kid":"key-1"})") + "." + body;

  for (const std::string& token : {none + ".", none + "." + Base64UrlEncode("x"),
                                   // Signed with the public key, as if it were a shared secret.
                                   shared + "." + Base64UrlEncode(HmacSha256(rsa.KeySet(), shared)),
                                   // The right key, by another padding than its own.
                                   rsa.Token(R"({"alg":"PS256","kid":"key-1"})", Valid()),
                                   // Another key under the same name.
                                   signer_.Token(Valid())}) {
    EXPECT_THAT((*issuers)->Verify(token, Now()), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
  }
}

TEST_F(OidcIssuersTest, RefusesHeadersThatItDoesNotUnderstand) {
  const auto issuers = Opened();
  for (const char* header :
       {R"({"alg":"ES256"})", R"({"kid":"key-1"})", R"({"alg":"ES256","kid":"key-2"})",
        R"({"alg":"ES256","kid":7})", R"({"alg":"ES256","kid":"key-1","crit":["b64"]})",
        R"({"alg":"ES256","kid":"key-1","typ":"logout+jwt"})",
        R"({"alg":"ES256","kid":"key-1","alg":"ES256"})", "[]", "{", ""}) {
    EXPECT_THAT(issuers->Verify(signer_.Token(header, Valid()), Now()),
                ReasonIs(v1::ERROR_REASON_TOKEN_INVALID))
        << header;
  }
}

TEST_F(OidcIssuersTest, RefusesClaimsThatAreMissingOrWrongAndSaysWhich) {
  const auto issuers = Opened();
  const std::string exp = absl::StrCat(",\"exp\":", kNow + 300);
  struct Case {
    std::string claims;
    const char* finding;
  };
  for (const Case& one : std::vector<Case>{
           {R"({"iss":"https://other","aud":"dsrd","sub":"li")" + exp + "}", "issuer"},
           {R"({"aud":"dsrd","sub":"li")" + exp + "}", "issuer"},
           {R"({"iss":"https://id.corp","aud":"shop","sub":"li")" + exp + "}", "audience"},
           {R"({"iss":"https://id.corp","aud":["shop"],"sub":"li")" + exp + "}", "audience"},
           {R"({"iss":"https://id.corp","sub":"li")" + exp + "}", "audience"},
           {R"({"iss":"https://id.corp","aud":"dsrd")" + exp + "}", "subject"},
           {R"({"iss":"https://id.corp","aud":"dsrd","sub":"")" + exp + "}", "subject"},
           {Claims(""), "when it expires"},
           {Claims(R"(,"exp":"soon")"), "when it expires"},
           {Claims(R"(,"exp":1e300)"), "when it expires"},
           {Claims(exp + absl::StrCat(",\"nbf\":", kNow + 61)), "not valid yet"},
           {Claims(exp + absl::StrCat(",\"iat\":", kNow + 61)), "not valid yet"},
           {Claims(exp + R"(,"nbf":"x")"), "not valid yet"},
           {Claims(exp + R"(,"sub":"li")"), "well-formed"},
           {Claims(exp + ",\"x\":" + std::string(2000, '[') + std::string(2000, ']')),
            "well-formed"},
       }) {
    const absl::Status status = issuers->Verify(signer_.Token(one.claims), Now()).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated)) << one.claims;
    EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_TOKEN_INVALID)) << one.claims;
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.finding)) << one.claims;
  }
}

TEST_F(OidcIssuersTest, AllowsTheSkewOfClocksAndNoMore) {
  const auto issuers = Opened();
  const std::string expired = signer_.Token(Claims(absl::StrCat(",\"exp\":", kNow)));
  const std::string early =
      signer_.Token(Claims(absl::StrCat(",\"exp\":", kNow + 300, ",\"iat\":", kNow + 60)));

  EXPECT_THAT(issuers->Verify(early, Now()), IsOk());
  EXPECT_THAT(issuers->Verify(expired, Now() + absl::Seconds(59)), IsOk());
  EXPECT_THAT(issuers->Verify(expired, Now() + absl::Seconds(60)),
              ReasonIs(v1::ERROR_REASON_TOKEN_EXPIRED));
}

TEST_F(OidcIssuersTest, TakesTheSubjectFromTheClaimThatIsConfigured) {
  settings_.set_subject_claim("client_id");
  const auto issuers = Opened();

  const auto identity = issuers->Verify(
      signer_.Token(Claims(absl::StrCat(R"(,"client_id":"tool","exp":)", kNow + 300))), Now());

  ASSERT_THAT(identity, IsOk());
  EXPECT_EQ(identity->subject, "tool");
}

TEST_F(OidcIssuersTest, RefusesTextThatIsNotExactlyAToken) {
  const auto issuers = Opened();
  const std::string token = signer_.Token(Valid());
  // The last letter of 86 carries four bits that must be zero.
  std::string not_canonical = token;
  not_canonical.back() = not_canonical.back() == 'B' ? 'C' : 'B';

  for (const std::string& text :
       {token + ".", token + "=", token + "." + token, " " + token, not_canonical,
        token.substr(0, token.rfind('.')), std::string("a.b.c"), std::string(".."), std::string(),
        std::string(kLongestWebToken + 1, 'a')}) {
    EXPECT_THAT(issuers->Verify(text, Now()), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID))
        << text.substr(0, 40);
  }
}

TEST_F(OidcIssuersTest, TakesNewKeysAndForgetsOldOnesWhenTheFileIsReplaced) {
  const auto issuers = Opened();
  const TestTokenSigner next(Kind::kEd25519, "key-2");
  EXPECT_THAT(issuers->Verify(next.Token(Valid()), Now()),
              ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));

  WriteKeys(next.KeySet());

  EXPECT_THAT(issuers->Verify(next.Token(Valid()), Now()), IsOk());
  EXPECT_THAT(issuers->Verify(signer_.Token(Valid()), Now()),
              ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
}

TEST_F(OidcIssuersTest, KeepsItsKeysWhenTheFileBreaks) {
  const auto issuers = Opened();

  WriteKeys("{\"keys\":[");

  EXPECT_THAT(issuers->Verify(signer_.Token(Valid()), Now()), IsOk());
}

TEST_F(OidcIssuersTest, DoesNotOpenWithoutWhatItNeeds) {
  EXPECT_THAT(Open().status(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  WriteKeys(signer_.KeySet());
  EXPECT_THAT(Open(), IsOk());
  settings_.set_clock_skew_seconds(301);
  EXPECT_THAT(Open().status(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  settings_.set_clock_skew_seconds(300);
  EXPECT_THAT(Open(), IsOk());
  settings_.clear_audience();
  EXPECT_THAT(Open().status(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

}  // namespace
}  // namespace dsr
