#include "dsrctl/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dsr/base/errors.h"
#include "testing/temp_dir.h"
#include "unit/dsrctl/fake_server.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kKey[] = "6fa459ea-ee8a-4ca4-894e-db77e160355e";

class SessionTest : public ::testing::Test {
 protected:
  // Runs dsrctl against the fake server.
  RunResult Run(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), {"--server", server_.address()});
    return RunDsrctlForTest(arguments, input);
  }
  // Runs `request create`, which needs an idempotency key.
  RunResult Create(std::vector<std::string> more) {
    more.insert(more.begin(), {"request", "create", "--file", "-"});
    return Run(more, "{}");
  }

  FakeServer server_;
  TempDir directory_;
};

TEST_F(SessionTest, SendsTheTokenOfTheFileWithoutItsLineBreak) {
  WriteText(directory_.File("token"), "dsr_0123\n");

  Run({"--token-file", directory_.File("token"), "request", "get", "a"});

  EXPECT_THAT(server_.state().authorizations, ElementsAre("Bearer dsr_0123"));
}

TEST_F(SessionTest, SendsNoTokenWhenThereIsNoFile) {
  Run({"request", "get", "a"});

  EXPECT_THAT(server_.state().authorizations, ElementsAre(""));
}

TEST_F(SessionTest, RefusesATokenFileThatIsMissingOrHoldsNoToken) {
  WriteText(directory_.File("two"), "first\nsecond\n");

  for (const char* name : {"none", "two"}) {
    const RunResult run = Run({"--token-file", directory_.File(name), "request", "get", "a"});
    EXPECT_EQ(run.code, ExitCode::kUsage) << name;
    EXPECT_THAT(run.err, AllOf(HasSubstr("token file"), Not(HasSubstr("first")))) << name;
  }
  EXPECT_THAT(server_.state().authorizations, IsEmpty());
}

TEST_F(SessionTest, RetriesWithTheSameKeyWhileTheServerIsUnavailable) {
  server_.state().errors = {absl::UnavailableError("busy"), absl::UnavailableError("busy")};

  const RunResult run = Create({});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  ASSERT_THAT(server_.state().idempotency_keys, SizeIs(3));
  EXPECT_THAT(server_.state().idempotency_keys, Each(server_.state().idempotency_keys[0]));
  EXPECT_THAT(run.pauses, ElementsAre(absl::Milliseconds(200), absl::Milliseconds(400)));
}

TEST_F(SessionTest, GivesUpAfterFourAttempts) {
  server_.state().errors.assign(10, absl::UnavailableError("busy"));

  EXPECT_EQ(Create({}).code, ExitCode::kUnavailable);
  EXPECT_THAT(server_.state().idempotency_keys, SizeIs(4));
}

absl::Status Limited(const std::string& millis) {
  return MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_RATE_LIMITED,
                   "a limit is reached", {{"limit", "calls"}, {"retry_after_ms", millis}});
}

TEST_F(SessionTest, ComesBackWhenALimitLetsItPass) {
  server_.state().errors = {Limited("1500")};

  const RunResult run = Create({});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_THAT(run.pauses, ElementsAre(absl::Milliseconds(1500)));
  EXPECT_EQ(server_.state().idempotency_keys[0], server_.state().idempotency_keys[1]);
}

TEST_F(SessionTest, DoesNotWaitForALimitBeyondItsTimeout) {
  server_.state().errors = {Limited("3600000")};

  const RunResult run = Create({"--timeout", "10s"});

  EXPECT_EQ(run.code, ExitCode::kUnavailable);
  EXPECT_THAT(run.err, HasSubstr("retry_after_ms: 3600000"));
  EXPECT_THAT(run.pauses, IsEmpty());
}

TEST_F(SessionTest, RetriesNothingElse) {
  server_.state().errors = {absl::AbortedError("stale"), absl::DeadlineExceededError("slow")};

  EXPECT_EQ(Create({}).code, ExitCode::kConflict);
  EXPECT_EQ(Create({}).code, ExitCode::kUnavailable);
  EXPECT_THAT(server_.state().idempotency_keys, SizeIs(2));
}

TEST_F(SessionTest, SendsTheKeyItIsGiven) {
  Create({"--idempotency-key", kKey});

  EXPECT_THAT(server_.state().idempotency_keys, ElementsAre(kKey));
}

TEST_F(SessionTest, PrintsTheKeyOnlyWhenVerbose) {
  const RunResult quiet = Create({});
  const RunResult verbose = Create({"-v"});

  EXPECT_THAT(quiet.err, IsEmpty());
  EXPECT_EQ(verbose.err, "dsrctl: idempotency key " + server_.state().idempotency_keys[1] + "\n");
}

TEST_F(SessionTest, DifferentRunsHaveDifferentKeys) {
  Create({});
  Create({});

  EXPECT_NE(server_.state().idempotency_keys[0], server_.state().idempotency_keys[1]);
}

TEST_F(SessionTest, PrintsTheServersErrorWithReasonAndNextStep) {
  server_.state().errors = {MakeError(absl::StatusCode::kFailedPrecondition,
                                      v1::ERROR_REASON_ACTION_NOT_ALLOWED, "not in this state",
                                      {{"state", "closed"}})};

  const RunResult run = Create({});

  EXPECT_EQ(run.code, ExitCode::kConflict);
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, AllOf(HasSubstr("dsrctl: not in this state\n"),
                             HasSubstr("reason: ACTION_NOT_ALLOWED\n"),
                             HasSubstr("state: closed\n"), HasSubstr("request actions")));
}

TEST_F(SessionTest, PrintsErrorsAsJsonWhenOutputIsJson) {
  server_.state().errors = {
      MakeFieldError(v1::ERROR_REASON_FIELD_MISSING, "request.type", "is required")};

  const RunResult run = Create({"-o", "jsonl"});

  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, AllOf(HasSubstr("\"code\":\"INVALID_ARGUMENT\""),
                             HasSubstr("\"reason\":\"FIELD_MISSING\""),
                             HasSubstr("\"field\":\"request.type\"")));
}

}  // namespace
}  // namespace dsr::dsrctl
