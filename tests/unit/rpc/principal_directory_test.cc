#include "rpc/principal_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "dsr/base/crypto.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

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

  const auto found = directory.Find("Bearer token-of-orders");

  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->name, "system-orders");
  EXPECT_EQ(found->data_system, "systems/orders");
  EXPECT_EQ(directory.Find("bearer token-of-caseworker")->name, "caseworker-1");
}

TEST(PrincipalDirectoryTest, FindsNobodyForAnythingElse) {
  DSR_ASSERT_OK_AND_ASSIGN(const PrincipalDirectory directory,
                           PrincipalDirectory::Create(TwoPrincipals()));

  for (const std::string& header :
       {std::string(), std::string("Bearer "), std::string("Bearer guess"),
        std::string("token-of-orders"), std::string("Basic token-of-orders"),
        std::string("Bearer token-of-orders2"), "Bearer " + std::string(100'000, 'x')}) {
    EXPECT_EQ(directory.Find(header), nullptr) << header.substr(0, 40);
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

TEST(PrincipalDirectoryTest, NamesThePrincipalThatIsWrong) {
  config::v1::TokenFile file = TwoPrincipals();
  file.mutable_principals(1)->clear_data_system();

  EXPECT_THAT(std::string(PrincipalDirectory::Create(file).status().message()),
              HasSubstr("`system-orders`"));
}

}  // namespace
}  // namespace dsr
