#include "rpc/client_certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "dsr/base/file.h"
#include "testing/simulated_clock.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "testing/test_authority.h"

namespace dsr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ClientCertificatesTest : public ::testing::Test {
 protected:
  std::unique_ptr<ClientCertificates> Open(bool with_list = false) {
    Write("ca.pem", authority_.certificate());
    if (with_list) Write("crl.pem", authority_.RevocationList({}));
    auto opened = ClientCertificates::Open(
        {.ca_file = folder_.File("ca.pem"), .crl_file = with_list ? folder_.File("crl.pem") : ""},
        clock_);
    EXPECT_THAT(opened, IsOk());
    return *std::move(opened);
  }
  void Write(const std::string& name, const std::string& contents) {
    ASSERT_THAT(WriteFileAtomically(folder_.File(name), contents), IsOk());
  }
  static std::string TextOf(const absl::Status& status) { return std::string(status.message()); }

  TempDir folder_;
  SimulatedClock clock_{absl::FromUnixSeconds(1'772'416'800)};
  TestAuthority authority_;
  const IssuedCertificate good_ = authority_.Issue(
      {.common_name = "intake", .alternative_names = "URI:spiffe://corp/intake,DNS:intake.corp"});
};

TEST_F(ClientCertificatesTest, NamesWhatACertificateIsCalled) {
  const auto certificates = Open();

  const auto names = certificates->Check(good_.certificate, good_.certificate);

  ASSERT_THAT(names, IsOk());
  EXPECT_THAT(*names, ElementsAre("URI:spiffe://corp/intake", "DNS:intake.corp", "CN=intake"));
}

TEST_F(ClientCertificatesTest, EscapesWhatWouldLookLikeAnotherSubject) {
  const IssuedCertificate odd = authority_.Issue({.common_name = "x,CN=intake"});

  const auto names = Open()->Check(odd.certificate, "");

  ASSERT_THAT(names, IsOk());
  EXPECT_THAT(*names, ElementsAre("CN=x\\,CN=intake"));
}

TEST_F(ClientCertificatesTest, RefusesWhatSomebodyElseIssued) {
  TestAuthority other;
  const IssuedCertificate foreign = other.Issue({.common_name = "intake"});

  for (const std::string& pem : {foreign.certificate, other.certificate(), std::string("x")}) {
    EXPECT_THAT(Open()->Check(pem, pem).status(), ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
  }
}

TEST_F(ClientCertificatesTest, TakesAChainThatEndsInATrustedIssuer) {
  TestAuthority department("department", authority_);
  const IssuedCertificate issued = department.Issue({.common_name = "intake"});
  const auto certificates = Open();

  EXPECT_THAT(certificates->Check(issued.certificate, issued.certificate),
              ReasonIs(v1::ERROR_REASON_TOKEN_INVALID));
  EXPECT_THAT(
      certificates->Check(issued.certificate, issued.certificate + department.certificate()),
      IsOk());
}

TEST_F(ClientCertificatesTest, RefusesACertificateThatExpiresWhileItsConnectionIsOpen) {
  const IssuedCertificate brief =
      authority_.Issue({.common_name = "brief", .end = clock_.Now() + absl::Hours(1)});
  const auto certificates = Open();
  EXPECT_THAT(certificates->Check(brief.certificate, ""), IsOk());

  clock_.Advance(absl::Hours(2));

  EXPECT_THAT(TextOf(certificates->Check(brief.certificate, "").status()), HasSubstr("expired"));
}

TEST_F(ClientCertificatesTest, RefusesARevokedCertificateFromTheMomentTheListIsReplaced) {
  const auto certificates = Open(/*with_list=*/true);
  const IssuedCertificate other = authority_.Issue({.common_name = "other"});
  EXPECT_THAT(certificates->Check(good_.certificate, ""), IsOk());

  Write("crl.pem", authority_.RevocationList({good_}));

  const auto refused = certificates->Check(good_.certificate, "");
  EXPECT_THAT(refused.status(), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(TextOf(refused.status()), HasSubstr("revoked"));
  EXPECT_THAT(certificates->Check(other.certificate, ""), IsOk());
}

TEST_F(ClientCertificatesTest, RefusesAllWhenTheListIsOutOfDate) {
  const auto certificates = Open(/*with_list=*/true);

  Write("crl.pem", authority_.RevocationList({}, clock_.Now() - absl::Hours(1)));

  EXPECT_THAT(TextOf(certificates->Check(good_.certificate, "").status()),
              HasSubstr("out of date"));
}

TEST_F(ClientCertificatesTest, RefusesAChainWhoseMiddleIsRevoked) {
  TestAuthority department("department", authority_);
  const IssuedCertificate issued = department.Issue({.common_name = "intake"});
  const std::string chain = issued.certificate + department.certificate();
  const auto certificates = Open(/*with_list=*/true);
  Write("crl.pem", authority_.RevocationList({}) + department.RevocationList({}));
  EXPECT_THAT(certificates->Check(issued.certificate, chain), IsOk());

  Write("crl.pem", authority_.RevocationList({{.certificate = department.certificate()}}) +
                       department.RevocationList({}));

  EXPECT_THAT(TextOf(certificates->Check(issued.certificate, chain).status()),
              HasSubstr("revoked"));
}

TEST_F(ClientCertificatesTest, KeepsTheListThatItHadWhenTheNewOneIsBroken) {
  const auto certificates = Open(/*with_list=*/true);
  Write("crl.pem", authority_.RevocationList({good_}));
  EXPECT_THAT(certificates->Check(good_.certificate, ""),
              StatusIs(absl::StatusCode::kUnauthenticated));

  for (const char* broken : {"", "-----BEGIN X509 CRL-----\nx\n-----END X509 CRL-----\n"}) {
    Write("crl.pem", broken);
    EXPECT_THAT(certificates->Check(good_.certificate, ""),
                StatusIs(absl::StatusCode::kUnauthenticated));
  }
}

TEST_F(ClientCertificatesTest, DoesNotOpenWithFilesThatHoldSomethingElse) {
  Write("ca.pem", good_.key);
  Write("crl.pem", good_.certificate);
  Write("good.pem", authority_.certificate());

  EXPECT_THAT(ClientCertificates::Open({.ca_file = folder_.File("ca.pem")}, clock_).status(),
              ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  EXPECT_THAT(
      ClientCertificates::Open(
          {.ca_file = folder_.File("good.pem"), .crl_file = folder_.File("crl.pem")}, clock_)
          .status(),
      ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

}  // namespace
}  // namespace dsr
