#include "rpc/principal_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "dsr/base/crypto.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

config::v1::TokenFile TwoPrincipals() {
  config::v1::TokenFile file;
  config::v1::Principal* principal = file.add_principals();
  principal->set_name("caseworker-1");
  principal->set_token_sha256(HexEncode(Sha256("token-of-caseworker")));
  principal->add_roles("caseworker");
  principal = file.add_principals();
  principal->set_name("system-orders");
  principal->set_token_sha256(HexEncode(Sha256("token-of-orders")));
  principal->add_roles("data_system");
  principal->set_data_system("systems/orders");
  return file;
}

TEST(PrincipalDirectoryTest, FindsWhoBringsAKnownToken) {
  DSR_ASSERT_OK_AND_ASSIGN(const PrincipalDirectory directory,
                           PrincipalDirectory::Create(TwoPrincipals()));

  const KnownToken* const found = directory.FindToken("token-of-orders");

  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->principal->name, "system-orders");
  EXPECT_EQ(found->principal->data_system, "systems/orders");
  EXPECT_EQ(found->expire_time, absl::InfiniteFuture());
  EXPECT_EQ(directory.FindToken("token-of-caseworker")->principal->name, "caseworker-1");
}

TEST(PrincipalDirectoryTest, FindsNobodyForAnythingElse) {
  DSR_ASSERT_OK_AND_ASSIGN(const PrincipalDirectory directory,
                           PrincipalDirectory::Create(TwoPrincipals()));

  for (const std::string& token :
       {std::string(), std::string("guess"), std::string("token-of-order"),
        std::string("token-of-orders2"), std::string(100'000, 'x')}) {
    EXPECT_EQ(directory.FindToken(token), nullptr) << token.substr(0, 40);
  }
}

TEST(PrincipalDirectoryTest, RefusesAFileThatIsNotAsItShouldBe) {
  using Change = std::function<void(config::v1::Principal&)>;
  const Change changes[] = {
      [](auto& principal) { principal.set_name("Case Worker"); },
      [](auto& principal) { principal.set_name("system:scheduler"); },
      [](auto& principal) { principal.set_name("system-orders"); },
      [](auto& principal) { principal.clear_roles(); },
      [](auto& principal) { principal.add_roles("king"); },
      [](auto& principal) { principal.set_token_sha256("abc"); },
      [](auto& principal) { principal.set_token_sha256(HexEncode(Sha256("token-of-orders"))); },
      [](auto& principal) { principal.set_data_system("systems/orders"); },
      [](auto& principal) { principal.add_roles("recipient"); },
      [](auto& principal) {
        principal.add_roles("data_system");
        principal.set_data_system("systems/dsrd");
      },
      [](auto& principal) { principal.add_tokens()->set_token_sha256("abc"); },
      [](auto& principal) {
        principal.add_tokens()->set_token_sha256(HexEncode(Sha256("token-of-orders")));
      },
      [](auto& principal) {
        principal.add_tokens()->set_token_sha256(HexEncode(Sha256("x")));
        principal.mutable_tokens(0)->add_scopes("GetEverything");
      },
      [](auto& principal) {
        principal.add_tokens()->set_token_sha256(HexEncode(Sha256("x")));
        principal.mutable_tokens(0)->mutable_expire_time()->set_nanos(-1);
      },
      [](auto& principal) { principal.add_certificate_names("intake.corp"); },
      [](auto& principal) { principal.add_certificate_names("DNS:"); },
      [](auto& principal) {
        principal.add_certificate_names("DNS:a");
        principal.add_certificate_names("DNS:a");
      },
      [](auto& principal) { principal.add_oidc_subjects()->set_issuer("https://id.corp"); },
  };
  int number = 0;
  for (const Change& change : changes) {
    config::v1::TokenFile file = TwoPrincipals();
    change(*file.mutable_principals(0));
    EXPECT_THAT(PrincipalDirectory::Create(file).status(),
                ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID))
        << number;
    ++number;
  }
}

TEST(PrincipalDirectoryTest, FindsAPrincipalByItsName) {
  const auto directory = PrincipalDirectory::Create(TwoPrincipals());
  ASSERT_THAT(directory, IsOk());

  ASSERT_NE(directory->FindNamed("system-orders"), nullptr);
  EXPECT_EQ(directory->FindNamed("system-orders")->data_system, "systems/orders");
  EXPECT_EQ(directory->FindNamed("nobody"), nullptr);
}

TEST(PrincipalDirectoryTest, FindsWhoHasSeveralTokensByEachOfThem) {
  config::v1::TokenFile file = TwoPrincipals();
  config::v1::Token& second = *file.mutable_principals(0)->add_tokens();
  second.set_token_sha256(HexEncode(Sha256("second")));
  second.mutable_expire_time()->set_seconds(1'800'000'000);
  second.add_scopes("reads");
  second.add_scopes("AssessRequest");
  DSR_ASSERT_OK_AND_ASSIGN(const PrincipalDirectory directory, PrincipalDirectory::Create(file));

  const KnownToken* const found = directory.FindToken("second");

  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->principal, directory.FindToken("token-of-caseworker")->principal);
  EXPECT_EQ(found->expire_time, absl::FromUnixSeconds(1'800'000'000));
  EXPECT_THAT(found->scopes, ElementsAre("reads", "AssessRequest"));
}

TEST(PrincipalDirectoryTest, FindsWhoIsCalledByACertificateOrAnIssuer) {
  config::v1::TokenFile file = TwoPrincipals();
  config::v1::Principal& principal = *file.mutable_principals(0);
  principal.clear_token_sha256();
  principal.add_certificate_names("URI:spiffe://corp/li");
  principal.add_certificate_names("CN=li,O=Corp");
  principal.add_oidc_subjects()->set_issuer("https://id.corp");
  principal.mutable_oidc_subjects(0)->set_subject("li");
  DSR_ASSERT_OK_AND_ASSIGN(const PrincipalDirectory directory, PrincipalDirectory::Create(file));

  const auto li = directory.FindNamed("caseworker-1");
  EXPECT_EQ(directory.FindCertificateName("URI:spiffe://corp/li"), li);
  EXPECT_EQ(directory.FindCertificateName("CN=li,O=Corp"), li);
  EXPECT_EQ(directory.FindCertificateName("URI:spiffe://corp/LI"), nullptr);
  EXPECT_EQ(directory.FindOidcSubject("https://id.corp", "li"), li);
  EXPECT_EQ(directory.FindOidcSubject("https://id.other", "li"), nullptr);
}

TEST(PrincipalDirectoryTest, NamesThePrincipalThatIsWrong) {
  config::v1::TokenFile file = TwoPrincipals();
  file.mutable_principals(1)->clear_data_system();

  EXPECT_THAT(std::string(PrincipalDirectory::Create(file).status().message()),
              HasSubstr("`system-orders`"));
}

}  // namespace
}  // namespace dsr
