#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/dsrctl/fake_server.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST(WatchTest, EndsAfterSoManyLines) {
  FakeServer server;
  server.state().changes_per_watch = 5;

  const RunResult run = RunDsrctlForTest(
      {"--server", server.address(), "request", "watch", "--count", "2", "-o", "csv"});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_THAT(run.out, HasSubstr("requests/1,"));
  EXPECT_THAT(run.out, Not(HasSubstr("requests/2,")));
}

TEST(WatchTest, GoesOnWithItsResumeTokenWhenTheStreamBreaks) {
  FakeServer server;

  const RunResult run = RunDsrctlForTest({"--server", server.address(), "request", "watch",
                                          "--count", "3", "--resume", "mine", "-o", "jsonl"});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_THAT(server.state().resume_tokens, ElementsAre("mine", "after-1", "after-2"));
}

TEST(WatchTest, GivesUpWhenTheServerStaysAway) {
  FakeServer server;
  server.state().changes_per_watch = 0;

  const RunResult run = RunDsrctlForTest({"--server", server.address(), "request", "watch"});

  EXPECT_EQ(run.code, ExitCode::kUnavailable);
  EXPECT_THAT(server.state().resume_tokens, SizeIs(4));
}

TEST(WatchTest, DoesNotInsistWhenItIsNotAllowed) {
  FakeServer server;
  server.state().errors = {absl::PermissionDeniedError("no")};

  EXPECT_EQ(RunDsrctlForTest({"--server", server.address(), "request", "watch"}).code,
            ExitCode::kNotAllowed);
  EXPECT_THAT(server.state().resume_tokens, SizeIs(1));
}

}  // namespace
}  // namespace dsr::dsrctl
