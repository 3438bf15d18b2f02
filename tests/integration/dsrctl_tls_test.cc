// dsrctl as a client of a server that speaks TLS, and its tokens in a server that runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "dsr/base/file.h"
#include "integration/test_server.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "testing/test_authority.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr {
namespace {

using dsrctl::ExitCode;
using dsrctl::RunResult;
using ::testing::HasSubstr;

class DsrctlTlsTest : public ::testing::Test {
 protected:
  DsrctlTlsTest() {
    Write("server", authority_.Issue({.common_name = "dsrd",
                                      .alternative_names = "DNS:localhost,IP:127.0.0.1"}));
    Write("client", authority_.Issue({.common_name = "operator"}));
    WriteFile("ca.pem", authority_.certificate());
    server_ = std::make_unique<TestServer>("", 30, [this](config::v1::ServerConfig& config) {
      config.mutable_tls()->set_certificate_file(folder_.File("server.pem"));
      config.mutable_tls()->set_key_file(folder_.File("server.key"));
      config.mutable_tls()->set_client_ca_file(folder_.File("ca.pem"));
    });
  }

  void WriteFile(const std::string& name, const std::string& contents) {
    ASSERT_THAT(WriteFileAtomically(folder_.File(name), contents), IsOk());
  }
  void Write(const std::string& name, const IssuedCertificate& issued) {
    WriteFile(name + ".pem", issued.certificate);
    WriteFile(name + ".key", issued.key);
  }
  std::string TokenFileOf(const std::string& principal) const {
    return server_->data_dir() + "/dev/tokens/" + principal + ".token";
  }
  // Asks for the server's status.
  RunResult Ask(const std::string& server, const std::string& token_file,
                const std::string& ca = "ca.pem") {
    return dsrctl::RunDsrctlForTest({"admin", "status", "--server", server, "--ca-file",
                                     folder_.File(ca), "--certificate-file",
                                     folder_.File("client.pem"), "--key-file",
                                     folder_.File("client.key"), "--token-file", token_file});
  }

  TempDir folder_;
  TestAuthority authority_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(DsrctlTlsTest, CallsWithACertificateAndAToken) {
  const RunResult run = Ask(server_->address(), TokenFileOf("operator-1"));

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
}

TEST_F(DsrctlTlsTest, SendsNothingToAServerThatItCannotTrust) {
  TestAuthority other;
  WriteFile("other.pem", other.certificate());

  EXPECT_EQ(Ask(server_->address(), TokenFileOf("operator-1"), "other.pem").code,
            ExitCode::kUnavailable);
  // The certificate names 127.0.0.1 and localhost.
  const std::string port = server_->address().substr(server_->address().rfind(':'));
  EXPECT_EQ(Ask("127.0.0.2" + port, TokenFileOf("operator-1")).code, ExitCode::kUnavailable);
}

TEST_F(DsrctlTlsTest, ARotatedAndARevokedTokenCountWithoutARestart) {
  const std::string principals = server_->data_dir() + "/dev/tokens.textproto";
  const std::string fresh = folder_.File("fresh.token");
  ASSERT_EQ(dsrctl::RunDsrctlForTest({"token", "rotate", "--principals", principals, "--name",
                                      "operator-1", "--out", fresh})
                .code,
            ExitCode::kOk);
  EXPECT_EQ(Ask(server_->address(), fresh).code, ExitCode::kOk);
  EXPECT_EQ(Ask(server_->address(), TokenFileOf("operator-1")).code, ExitCode::kOk);

  ASSERT_EQ(dsrctl::RunDsrctlForTest(
                {"token", "revoke", "--principals", principals, "--name", "operator-1", "--all"})
                .code,
            ExitCode::kOk);

  const RunResult refused = Ask(server_->address(), fresh);
  EXPECT_EQ(refused.code, ExitCode::kNotAllowed);
  EXPECT_THAT(refused.err, HasSubstr("TOKEN_INVALID"));
}

}  // namespace
}  // namespace dsr
