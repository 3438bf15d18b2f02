#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "dsr/base/signed_note.h"
#include "testing/temp_dir.h"
#include "unit/dsrctl/fake_server.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kText[] = "Deletion certificate\n\n6 records\n";

NoteSigner SignerOf(char seed) {
  return NoteSigner("dsrd-test", *SecretKey::FromBytes(std::string(SecretKey::kSize, seed)));
}

class CertificateTest : public ::testing::Test {
 protected:
  CertificateTest() : note_(SignerOf('s').Sign(kText)), key_(SignerOf('s').verifier_key()) {
    WriteText(directory_.File("note"), note_);
    WriteText(directory_.File("key"), absl::StrCat(key_, "\n"));
  }

  // Nobody listens at the server's address.
  RunResult Check(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), {"--server", "127.0.0.1:1", "notice", "check-certificate"});
    return RunDsrctlForTest(arguments, input);
  }

  TempDir directory_;
  const std::string note_;
  const std::string key_;
};

TEST_F(CertificateTest, IsPrintedByteForByteAsItWasSigned) {
  FakeServer server;
  server.state().certificate.set_note(note_);

  const RunResult run =
      RunDsrctlForTest({"--server", server.address(), "notice", "certificate", "abc"});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_EQ(server.state().certified.name(), "requests/abc");
  EXPECT_EQ(run.out, note_);
}

TEST_F(CertificateTest, HasItsKeyAndNoticesInJson) {
  FakeServer server;
  server.state().certificate.set_note(note_);
  server.state().certificate.set_verifier_key(key_);
  server.state().certificate.add_notices()->set_name("requests/abc/notices/n");

  const RunResult run = RunDsrctlForTest(
      {"--server", server.address(), "notice", "certificate", "abc", "-o", "json"});

  EXPECT_THAT(run.out, AllOf(HasSubstr("\"verifierKey\": \"dsrd-test+"), HasSubstr("\"note\""),
                             HasSubstr("requests/abc/notices/n"), HasSubstr("\"complete\"")));
}

TEST_F(CertificateTest, IsCheckedWithoutAServer) {
  for (const RunResult& run :
       {Check({directory_.File("note"), "--key", key_}),
        Check({directory_.File("note"), "--key-file", directory_.File("key")}),
        Check({"-", "--key", key_}, note_)}) {
    EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
    EXPECT_EQ(run.out, kText);
  }
  EXPECT_THAT(Check({directory_.File("note"), "--key", key_, "-o", "json"}).out,
              AllOf(HasSubstr("\"signer\":\"dsrd-test\""), HasSubstr("6 records\\n")));
}

TEST_F(CertificateTest, OneThatWasAlteredIsAFinding) {
  const std::string altered = absl::StrReplaceAll(note_, {{"6 records", "7 records"}});

  const RunResult run = Check({"-", "--key", key_}, altered);

  EXPECT_EQ(run.code, ExitCode::kFindings);
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, HasSubstr("altered"));
}

TEST_F(CertificateTest, OneOfAnotherInstallationIsAFinding) {
  const RunResult run = Check({directory_.File("note"), "--key", SignerOf('x').verifier_key()});

  EXPECT_EQ(run.code, ExitCode::kFindings);
  EXPECT_THAT(run.err, HasSubstr("not signed by this key"));
}

TEST_F(CertificateTest, WhatIsNoCertificateIsAFinding) {
  const RunResult run = Check({"-", "--key", key_, "-o", "json"}, "a letter\n");

  EXPECT_EQ(run.code, ExitCode::kFindings);
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, HasSubstr("\"message\":\"this is no signed note"));
}

TEST_F(CertificateTest, TheKeyIsGivenOnceAndIsAKey) {
  const std::string note = directory_.File("note");
  EXPECT_EQ(Check({note}).code, ExitCode::kUsage);
  EXPECT_EQ(Check({note, "--key", key_, "--key-file", directory_.File("key")}).code,
            ExitCode::kUsage);
  EXPECT_EQ(Check({note, "--key", key_ + "A"}).code, ExitCode::kUsage);
  EXPECT_EQ(Check({note, "--key-file", directory_.File("none")}).code, ExitCode::kUsage);
  EXPECT_EQ(Check({directory_.File("none"), "--key", key_}).code, ExitCode::kUsage);
  EXPECT_EQ(Check({"-", "--key-file", "-"}, note_).code, ExitCode::kUsage);
}

}  // namespace
}  // namespace dsr::dsrctl
