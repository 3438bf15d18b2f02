// What dsrd says of TLS files that it cannot use, and of how it is reached.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "dsr/base/clock.h"
#include "dsr/base/file.h"
#include "integration/dsrd_process.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "testing/test_authority.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kWrongConfiguration = 78;

class TlsInstallationTest : public ::testing::Test {
 protected:
  TlsInstallationTest() { Write(issued_.certificate, issued_.key); }

  void Write(const std::string& certificate, const std::string& key) {
    ASSERT_THAT(WriteFileAtomically(folder_.File("server.pem"), certificate), IsOk());
    ASSERT_THAT(WriteFileAtomically(folder_.File("server.key"), key), IsOk());
  }
  // Arguments with a configuration that has `more` inside `tls { }`.
  std::vector<std::string> Arguments(const std::string& more = "",
                                     const std::string& listen = "127.0.0.1:0") {
    const std::string text =
        absl::StrCat("tls { certificate_file: \"", folder_.File("server.pem"), "\" key_file: \"",
                     folder_.File("server.key"), "\" ", more, " }\n");
    EXPECT_THAT(WriteFileAtomically(folder_.File("dsrd.textproto"), text), IsOk());
    return WithoutTls({"--config", folder_.File("dsrd.textproto"), "--listen", listen});
  }
  std::vector<std::string> WithoutTls(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--dev", "--data-dir", folder_.File("data"), "--definitions",
                                       DSR_SOURCE_DIR "/workflows"});
    return arguments;
  }
  void ExpectRefused(const std::vector<std::string>& arguments, const std::string& finding) {
    const ProcessEnd end = RunDsrd(arguments);
    EXPECT_EQ(end.exit_code, kWrongConfiguration) << end.output;
    EXPECT_THAT(end.output, HasSubstr(finding));
    EXPECT_THAT(end.output, Not(HasSubstr("serving")));
    EXPECT_THAT(end.output, Not(HasSubstr(folder_.path()))) << "a path of the server's disk";
  }

  TempDir folder_;
  TestAuthority authority_;
  const IssuedCertificate issued_ = authority_.Issue({.common_name = "server"});
};

TEST_F(TlsInstallationTest, AKeyThatOthersMayReadIsRefused) {
  ASSERT_EQ(chmod(folder_.File("server.key").c_str(), 0640), 0);

  ExpectRefused(Arguments(), "tls.key_file: the file may be read by others");
}

TEST_F(TlsInstallationTest, ACertificateThatHasExpiredIsRefused) {
  const IssuedCertificate expired =
      authority_.Issue({.common_name = "server", .end = absl::FromUnixSeconds(978307200)});
  Write(expired.certificate, expired.key);

  ExpectRefused(Arguments(), "tls.certificate_file: the certificate has expired");
}

TEST_F(TlsInstallationTest, TheLogWarnsBeforeTheCertificateEnds) {
  {
    DsrdProcess dsrd(Arguments());
    EXPECT_TRUE(dsrd.AwaitOutput("info tls_certificate expire_time=2099-01-01T00:00:00Z"));
  }
  const IssuedCertificate brief = authority_.Issue(
      {.common_name = "server", .end = SystemClock().Now() + absl::Hours(29 * 24)});
  Write(brief.certificate, brief.key);

  DsrdProcess dsrd(Arguments());
  EXPECT_TRUE(dsrd.AwaitOutput("warning tls_certificate expire_time="));
}

TEST_F(TlsInstallationTest, FilesThatDoNotFitTogetherAreNamed) {
  Write(issued_.certificate, authority_.Issue({.common_name = "other"}).key);
  ExpectRefused(Arguments(), "tls.key_file: the key is not that");
  Write("x", issued_.key);
  ExpectRefused(Arguments(), "tls.certificate_file: the file holds no certificate");
  Write(issued_.certificate, issued_.certificate);
  ExpectRefused(Arguments(), "tls.key_file: the file holds no private key");
  Write(authority_.certificate(), issued_.key);
  ExpectRefused(Arguments(), "not made for a server");
  Write(issued_.certificate, issued_.key);
  ExpectRefused(Arguments("client_ca_file: \"/nowhere/ca.pem\""), "tls.client_ca_file");
  ExpectRefused(Arguments("crl_file: \"x\""), "need tls.client_ca_file");
  ExpectRefused(Arguments("client_certificates: CLIENT_CERTIFICATES_REQUIRED"),
                "need tls.client_ca_file");
}

TEST_F(TlsInstallationTest, WithoutTlsOnlyLoopbackIsListenedOnAndTheLogSaysSo) {
  ExpectRefused(WithoutTls({"--listen", "0.0.0.0:0"}), "listen must be a loopback address");

  DsrdProcess dsrd(WithoutTls({"--listen", "127.0.0.1:0"}));
  EXPECT_TRUE(dsrd.AwaitOutput("transport=\"plain, loopback only\""));
}

TEST_F(TlsInstallationTest, TheLogSaysHowCallersAreConnected) {
  ASSERT_THAT(WriteFileAtomically(folder_.File("ca.pem"), authority_.certificate()), IsOk());
  const std::string authority = absl::StrCat("client_ca_file: \"", folder_.File("ca.pem"), "\"");
  {
    DsrdProcess dsrd(Arguments("", "0.0.0.0:0"));
    EXPECT_TRUE(dsrd.AwaitOutput("transport=tls"));
  }
  {
    DsrdProcess dsrd(Arguments(authority));
    EXPECT_TRUE(dsrd.AwaitOutput("transport=mtls"));
  }
  DsrdProcess dsrd(Arguments(authority + " client_certificates: CLIENT_CERTIFICATES_OPTIONAL"));
  EXPECT_TRUE(dsrd.AwaitOutput("transport=tls"));
}

}  // namespace
}  // namespace dsr
