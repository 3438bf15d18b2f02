#include "rpc/json_web_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "testing/status_matchers.h"
#include "testing/test_token_signer.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;

using Kind = TestTokenSigner::Kind;

TEST(JsonWebKeysTest, TakesEveryKindOfKeyThatIsAllowed) {
  const TestTokenSigner rsa(Kind::kRsa, "a");
  const TestTokenSigner pss(Kind::kRsaPss, "b");
  const TestTokenSigner ec(Kind::kEc, "c");
  const TestTokenSigner ed(Kind::kEd25519, "d");

  EXPECT_THAT(JsonWebKeys::Parse("{\"keys\":[" + rsa.Jwk() + "," + pss.Jwk() + "," +
                                 ec.Jwk(R"(,"alg":"ES256","use":"sig")") + "," +
                                 ed.Jwk(R"(,"key_ops":["verify"])") + "]}"),
              IsOk());
}

TEST(JsonWebKeysTest, RefusesKeysThatAreWeakOrAmbiguousAndNamesThem) {
  const TestTokenSigner weak(Kind::kRsa, "weak", 1024);
  const TestTokenSigner ec(Kind::kEc, "ec");
  const TestTokenSigner ed(Kind::kEd25519, "ed");
  std::string no_algorithm = TestTokenSigner(Kind::kRsa, "rsa").KeySet();
  no_algorithm.replace(no_algorithm.find("\"alg\":\"RS256\","), 14, "");
  std::string other_curve = ec.KeySet();
  other_curve.replace(other_curve.find("P-256"), 5, "P-384");
  std::string no_point = ec.KeySet();
  no_point[no_point.find("\"x\":\"") + 8] ^= 1;

  for (const auto& [set, finding] : {
           std::pair<std::string, std::string>(weak.KeySet(), "`weak` has a modulus"),
           {no_algorithm, "`rsa` is an RSA key and must name its `alg`"},
           {other_curve, "`ec` has a curve other than P-256"},
           {no_point, "`ec` is no point"},
           {"{\"keys\":[" + ec.Jwk(R"(,"alg":"HS256")") + "]}", "`ec` is for none"},
           {"{\"keys\":[" + ec.Jwk(R"(,"alg":"none")") + "]}", "`ec` is for none"},
           {"{\"keys\":[" + ec.Jwk(R"(,"alg":"EdDSA")") + "]}", "`ec` is for none"},
           {"{\"keys\":[" + ec.Jwk(R"(,"d":"AAAA")") + "]}", "`ec` is a private"},
           {R"({"keys":[{"kty":"oct","kid":"s","k":"AAAA"}]})", "`s` is a private or shared"},
           {"{\"keys\":[" + ec.Jwk() + "," + ec.Jwk() + "]}", "`ec` is there twice"},
           {R"({"keys":[{"kty":"EC"}]})", "no `kid`"},
           {"{\"keys\":[" + ed.Jwk(R"(,"use":"enc")") + "]}", "no key for signatures"},
           {R"({"keys":[]})", "no key for signatures"},
           {R"({"keys":7})", "list `keys`"},
           {"", "list `keys`"},
           {R"({"keys":[],"keys":[]})", "list `keys`"},
       }) {
    const absl::Status status = JsonWebKeys::Parse(set).status();
    EXPECT_THAT(status, ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID)) << finding;
    EXPECT_THAT(std::string(status.message()), HasSubstr(finding));
  }
}

TEST(JsonWebKeysTest, ChecksAKnownSignature) {
  // RFC 8037, appendix A.4.
  const auto keys = JsonWebKeys::Parse(R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"rfc",)"
                                       R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
  ASSERT_THAT(keys, IsOk());
  const std::string text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  const unsigned char bytes[] = {0x86, 0x0c, 0x98, 0xd2, 0x29, 0x7f, 0x30, 0x60, 0xa3, 0x3f, 0x42,
                                 0x73, 0x96, 0x72, 0xd6, 0x1b, 0x53, 0xcf, 0x3a, 0xde, 0xfe, 0xd3,
                                 0xd3, 0xc6, 0x72, 0xf3, 0x20, 0xdc, 0x02, 0x1b, 0x41, 0x1e, 0x9d,
                                 0x59, 0xb8, 0x62, 0x8d, 0xc3, 0x51, 0xe2, 0x48, 0xb8, 0x8b, 0x29,
                                 0x46, 0x8e, 0x0e, 0x41, 0x85, 0x5b, 0x0f, 0xb7, 0xd8, 0x3b, 0xb1,
                                 0x5b, 0xe9, 0x02, 0xbf, 0xcc, 0xb8, 0xcd, 0x0a, 0x02};
  const absl::string_view signature(reinterpret_cast<const char*>(bytes), sizeof(bytes));

  EXPECT_THAT(keys->Verify({"rfc", "EdDSA", text, signature}), IsOk());
  EXPECT_THAT(keys->Verify({"rfc", "EdDSA", text.substr(1), signature}),
              ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(keys->Verify({"rfc", "ES256", text, signature}),
              ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(keys->Verify({"other", "EdDSA", text, signature}),
              ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
}

}  // namespace
}  // namespace dsr
