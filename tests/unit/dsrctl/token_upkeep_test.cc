#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "dsr/base/crypto.h"
#include "dsr/config/v1/config.pb.h"
#include "google/protobuf/text_format.h"
#include "testing/temp_dir.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using config::v1::Principal;
using config::v1::TokenFile;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kDay = 24 * 3600;
constexpr int64_t kLongAgo = 1'700'000'000;

class TokenUpkeepTest : public ::testing::Test {
 protected:
  TokenUpkeepTest() {
    Principal& li = *file_.add_principals();
    li.set_name("li");
    li.add_roles("caseworker");
    li.add_roles("verifier");
    li.set_token_sha256(HexEncode(Sha256("of li")));
    li.add_certificate_names("DNS:li.corp");
    Principal& wang = *file_.add_principals();
    wang.set_name("wang");
    wang.add_roles("auditor");
    wang.add_tokens()->set_token_sha256(HexEncode(Sha256("of wang")));
    wang.mutable_tokens(0)->add_scopes("reads");
    Save();
  }

  void Save() {
    std::string text;
    google::protobuf::TextFormat::PrintToString(file_, &text);
    WriteText(path_, text);
  }
  TokenFile Saved() const {
    TokenFile file;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(ReadText(path_), &file));
    return file;
  }
  RunResult Run(const std::string& command, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"token", command, "--principals", path_});
    return RunDsrctlForTest(more);
  }
  RunResult Rotate(const std::string& name, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"--name", name, "--out", out_});
    return Run("rotate", more);
  }
  static std::string IdOf(const std::string& token) {
    return HexEncode(Sha256(token)).substr(0, 8);
  }

  TempDir directory_;
  const std::string path_ = directory_.File("tokens.textproto");
  const std::string out_ = directory_.File("new.token");
  TokenFile file_;
};

TEST_F(TokenUpkeepTest, ListsTokensByWhatTheyAreCalledAndNeverTheirHashes) {
  const RunResult run = Run("list", {"-o", "csv"});

  ASSERT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_THAT(std::vector<std::string>(absl::StrSplit(run.out, "\r\n", absl::SkipEmpty())),
              ElementsAre("principal,roles,token,create_time,age_days,expire_time,state,scopes",
                          "li,caseworker verifier," + IdOf("of li") + ",,,,valid,",
                          "wang,auditor," + IdOf("of wang") + ",,,,valid,reads"));
  EXPECT_THAT(run.out, Not(HasSubstr(HexEncode(Sha256("of li")))));
}

TEST_F(TokenUpkeepTest, ACheckFindsWhatHasExpiredOrSoonWill) {
  EXPECT_EQ(Run("list", {"--check"}).code, ExitCode::kOk);
  ASSERT_EQ(Rotate("li", {"--overlap", "20d"}).code, ExitCode::kOk);

  EXPECT_EQ(Run("list", {"--check"}).code, ExitCode::kOk);
  const RunResult soon = Run("list", {"--check", "--within", "21d"});
  EXPECT_EQ(soon.code, ExitCode::kFindings);
  EXPECT_THAT(soon.out, HasSubstr("expiring"));

  file_.mutable_principals(1)->mutable_tokens(0)->mutable_expire_time()->set_seconds(kLongAgo);
  Save();
  EXPECT_EQ(Run("list").code, ExitCode::kOk);
  const RunResult late = Run("list", {"--check"});
  EXPECT_EQ(late.code, ExitCode::kFindings);
  EXPECT_THAT(late.out, HasSubstr("expired"));
}

TEST_F(TokenUpkeepTest, RotatingAddsATokenAndEndsTheOldOneLater) {
  const RunResult run = Rotate("li", {"--expires", "90d"});

  ASSERT_EQ(run.code, ExitCode::kOk) << run.err;
  const Principal li = Saved().principals(0);
  ASSERT_EQ(li.tokens_size(), 2);
  EXPECT_EQ(li.token_sha256(), "");
  EXPECT_EQ(li.tokens(0).token_sha256(), HexEncode(Sha256("of li")));
  const int64_t now = li.tokens(1).create_time().seconds();
  EXPECT_EQ(li.tokens(0).expire_time().seconds() - now, 7 * kDay);
  EXPECT_EQ(li.tokens(1).expire_time().seconds() - now, 90 * kDay);
  const std::string written = ReadText(out_);
  EXPECT_EQ(li.tokens(1).token_sha256(), HexEncode(Sha256(written.substr(0, written.size() - 1))));
  EXPECT_THAT(run.out + run.err, Not(HasSubstr(written.substr(0, 20))));
  EXPECT_THAT(li.certificate_names(), ElementsAre("DNS:li.corp"));
}

TEST_F(TokenUpkeepTest, RotatingLeavesAnEarlierEndDropsExpiredTokensAndWidensNoScope) {
  config::v1::Token& expired = *file_.mutable_principals(1)->add_tokens();
  expired.set_token_sha256(HexEncode(Sha256("expired")));
  expired.mutable_expire_time()->set_seconds(kLongAgo);
  expired.add_scopes("GetSlaReport");
  Save();

  ASSERT_EQ(Rotate("wang", {"--overlap", "1h"}).code, ExitCode::kOk);

  const Principal wang = Saved().principals(1);
  ASSERT_EQ(wang.tokens_size(), 2);
  EXPECT_EQ(wang.tokens(0).token_sha256(), HexEncode(Sha256("of wang")));
  EXPECT_THAT(wang.tokens(1).scopes(), ElementsAre("GetSlaReport"));
}

TEST_F(TokenUpkeepTest, RevokingTakesOutOneTokenOrAll) {
  ASSERT_EQ(Rotate("li").code, ExitCode::kOk);

  EXPECT_EQ(Run("revoke", {"--name", "li", "--token", IdOf("of li")}).code, ExitCode::kOk);
  EXPECT_EQ(Saved().principals(0).tokens_size(), 1);
  EXPECT_EQ(Run("revoke", {"--name", "li", "--token", IdOf("of li")}).code, ExitCode::kNotFound);
  EXPECT_EQ(Run("revoke", {"--name", "li", "--all"}).code, ExitCode::kOk);
  EXPECT_EQ(Saved().principals(0).tokens_size(), 0);
  EXPECT_EQ(Saved().principals(1).tokens_size(), 1);
}

TEST_F(TokenUpkeepTest, RefusesWhatNamesNothingAndLeavesTheFileAlone) {
  const std::string before = ReadText(path_);

  EXPECT_EQ(Rotate("nobody").code, ExitCode::kNotFound);
  EXPECT_EQ(Run("revoke", {"--name", "li"}).code, ExitCode::kUsage);
  EXPECT_EQ(Run("revoke", {"--name", "li", "--all", "--token", "x"}).code, ExitCode::kUsage);
  EXPECT_EQ(Rotate("li", {"--overlap", "never"}).code, ExitCode::kUsage);
  WriteText(out_, "in use");
  EXPECT_EQ(Rotate("li").code, ExitCode::kUsage);
  EXPECT_EQ(ReadText(path_), before);
  EXPECT_EQ(ReadText(out_), "in use");
}

TEST_F(TokenUpkeepTest, RefusesAFileThatTheServerWouldRefuse) {
  file_.mutable_principals(0)->add_roles("king");
  Save();

  const RunResult run = Run("list");

  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, HasSubstr("`li`"));
}

TEST_F(TokenUpkeepTest, ANewPrincipalIsAddedToTheFileForItsOwnerOnly) {
  const std::vector<std::string> more = {"--name", "zhao", "--roles", "auditor", "--out", out_};

  ASSERT_EQ(Run("new", more).code, ExitCode::kOk);

  EXPECT_EQ(Saved().principals_size(), 3);
  EXPECT_EQ(Saved().principals(2).name(), "zhao");
  struct stat status;
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(std::remove(out_.c_str()), 0);
  EXPECT_EQ(Run("new", more).code, ExitCode::kUsage);
  EXPECT_EQ(ReadText(out_), "");
}

TEST_F(TokenUpkeepTest, ANewPrincipalMakesTheFileWhenItIsMissing) {
  ASSERT_EQ(std::remove(path_.c_str()), 0);

  ASSERT_EQ(Run("new", {"--name", "zhao", "--roles", "auditor", "--out", out_}).code,
            ExitCode::kOk);

  ASSERT_EQ(Saved().principals_size(), 1);
  EXPECT_EQ(Saved().principals(0).name(), "zhao");
}

}  // namespace
}  // namespace dsr::dsrctl
