#include "dsrctl/server_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class OpenChannelTest : public ::testing::Test {
 protected:
  OpenChannelTest() {
    WriteText(pem_, "-----BEGIN ANYTHING-----\n");
    chmod(pem_.c_str(), 0600);
  }
  std::string TextFor(const TlsOptions& tls, const std::string& server = "dsrd.example:7443") {
    return std::string(OpenChannel(server, tls).status().message());
  }

  TempDir directory_;
  const std::string pem_ = directory_.File("file.pem");
};

TEST_F(OpenChannelTest, GoesBeyondLoopbackOnlyWhereItIsEncrypted) {
  EXPECT_THAT(TextFor({}), HasSubstr("must be on loopback"));
  EXPECT_THAT(OpenChannel("dsrd.example:7443", {.ca_file = pem_}), IsOk());
  EXPECT_THAT(OpenChannel("127.0.0.1:7443", {}), IsOk());
}

TEST_F(OpenChannelTest, NeedsACertificateAndItsKeyAndWhomToTrust) {
  EXPECT_THAT(TextFor({.ca_file = pem_, .key_file = pem_}), HasSubstr("go together"));
  EXPECT_THAT(TextFor({.ca_file = pem_, .certificate_file = pem_}), HasSubstr("go together"));
  EXPECT_THAT(TextFor({.certificate_file = pem_, .key_file = pem_}), HasSubstr("need --ca-file"));
  EXPECT_THAT(OpenChannel("a:1", {.ca_file = pem_, .certificate_file = pem_, .key_file = pem_}),
              IsOk());
}

TEST_F(OpenChannelTest, NamesTheOptionWhoseFileCannotBeUsed) {
  WriteText(directory_.File("empty"), "");

  EXPECT_THAT(TextFor({.ca_file = directory_.File("none")}), HasSubstr("--ca-file cannot be read"));
  EXPECT_THAT(TextFor({.ca_file = directory_.File("empty")}),
              HasSubstr("--ca-file does not hold PEM"));
}

TEST_F(OpenChannelTest, RefusesAKeyThatOthersMayRead) {
  chmod(pem_.c_str(), 0640);

  EXPECT_THAT(TextFor({.ca_file = pem_, .certificate_file = pem_, .key_file = pem_}),
              AllOf(HasSubstr("--key-file may be read by others"), Not(HasSubstr("BEGIN"))));
}

TEST(IsLoopbackTest, KnowsLoopbackAddressesFromOthers) {
  for (const char* server :
       {"127.0.0.1:7443", "127.8.0.1:1", "localhost:7443", "[::1]:7443", "unix:/run/dsrd"}) {
    EXPECT_TRUE(IsLoopback(server)) << server;
  }
  for (const char* server : {"", "10.0.0.1:7443", "example.com:7443", "127.0.0.1.example.com:1",
                             "localhost.example.com:1", "dns:example.com:1", "0.0.0.0:1"}) {
    EXPECT_FALSE(IsLoopback(server)) << server;
  }
}

}  // namespace
}  // namespace dsr::dsrctl
