#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "dsr/base/crypto.h"
#include "dsr/config/v1/config.pb.h"
#include "google/protobuf/text_format.h"
#include "testing/temp_dir.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class TokenTest : public ::testing::Test {
 protected:
  RunResult New(std::vector<std::string> more) {
    more.insert(more.begin(), {"token", "new", "--out", out_});
    return RunDsrctlForTest(more);
  }

  TempDir directory_;
  const std::string out_ = directory_.File("li.token");
};

TEST_F(TokenTest, PrintsAnEntryThatFitsTheTokenFileAndTheToken) {
  const RunResult run = New({"--name", "li-caseworker", "--roles", "caseworker,verifier"});

  ASSERT_EQ(run.code, ExitCode::kOk) << run.err;
  config::v1::TokenFile file;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(run.out, &file)) << run.out;
  ASSERT_EQ(file.principals_size(), 1);
  EXPECT_EQ(file.principals(0).name(), "li-caseworker");
  EXPECT_THAT(file.principals(0).roles(), ElementsAre("caseworker", "verifier"));
  const std::string written = ReadText(out_);
  EXPECT_THAT(written, MatchesRegex("dsr_[0-9a-f]{64}\n"));
  ASSERT_EQ(file.principals(0).tokens_size(), 1);
  EXPECT_FALSE(file.principals(0).tokens(0).has_expire_time());
  EXPECT_EQ(file.principals(0).tokens(0).token_sha256(),
            HexEncode(Sha256(written.substr(0, written.size() - 1))));
}

TEST_F(TokenTest, KeepsTheTokenInAFileForItsOwnerOnly) {
  const RunResult run = New({"--name", "li", "--roles", "caseworker"});

  struct stat status;
  ASSERT_EQ(stat(out_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const std::string token = ReadText(out_).substr(0, 20);
  EXPECT_THAT(run.out, Not(HasSubstr(token)));
  EXPECT_THAT(run.err, Not(HasSubstr(token)));
}

TEST_F(TokenTest, NeverOverwritesAToken) {
  WriteText(out_, "in use");

  EXPECT_EQ(New({"--name", "li", "--roles", "caseworker"}).code, ExitCode::kUsage);
  EXPECT_EQ(ReadText(out_), "in use");
}

TEST_F(TokenTest, GivesATokenAnEndAndScopes) {
  const RunResult run = New({"--name", "li", "--roles", "caseworker", "--expires", "90d",
                             "--scopes", "reads,AssessRequest"});

  ASSERT_EQ(run.code, ExitCode::kOk) << run.err;
  config::v1::TokenFile file;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(run.out, &file)) << run.out;
  const config::v1::Token& token = file.principals(0).tokens(0);
  EXPECT_EQ(token.expire_time().seconds() - token.create_time().seconds(), 90 * 24 * 3600);
  EXPECT_THAT(token.scopes(), ElementsAre("reads", "AssessRequest"));
}

TEST_F(TokenTest, RefusesAnEndOrAScopeThatIsNoneAndWritesNoToken) {
  for (const char* end : {"0d", "-1d", "soon", "99999999d"}) {
    EXPECT_EQ(New({"--name", "li", "--roles", "auditor", "--expires", end}).code, ExitCode::kUsage)
        << end;
  }
  EXPECT_EQ(New({"--name", "li", "--roles", "auditor", "--scopes", "reads,Guess"}).code,
            ExitCode::kUsage);
  EXPECT_EQ(ReadText(out_), "");
}

TEST_F(TokenTest, KnowsEveryRoleOfTheServer) {
  const RunResult run =
      New({"--name", "li", "--roles", "caseworker,children_privacy,identity_authority"});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
}

TEST_F(TokenTest, NamesTheRolesWhenItRefusesOne) {
  const RunResult run = New({"--name", "li", "--roles", "caseworker,king"});

  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, AllOf(HasSubstr("intake"), HasSubstr("privacy_officer")));
  EXPECT_EQ(ReadText(out_), "");
}

TEST_F(TokenTest, TiesAWorkerToItsDataSystem) {
  EXPECT_EQ(New({"--name", "w", "--roles", "data_system"}).code, ExitCode::kUsage);
  EXPECT_EQ(New({"--name", "w", "--roles", "auditor", "--data-system", "orders"}).code,
            ExitCode::kUsage);
  EXPECT_THAT(New({"--name", "w", "--roles", "data_system", "--data-system", "orders"}).out,
              HasSubstr("data_system: \"systems/orders\""));
}

TEST_F(TokenTest, TiesARecipientToItsResource) {
  EXPECT_EQ(New({"--name", "r", "--roles", "recipient"}).code, ExitCode::kUsage);
  EXPECT_THAT(New({"--name", "r", "--roles", "recipient", "--recipient", "recipients/ads"}).out,
              HasSubstr("recipient: \"recipients/ads\""));
}

TEST_F(TokenTest, RefusesNamesThatHistoriesCannotShow) {
  for (const std::string& name :
       {std::string("Li"), std::string("a b"), std::string("system:x"), std::string(101, 'a')}) {
    EXPECT_EQ(New({"--name", name, "--roles", "auditor"}).code, ExitCode::kUsage) << name;
  }
}

}  // namespace
}  // namespace dsr::dsrctl
