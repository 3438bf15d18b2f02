#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "unit/dsrctl/fake_server.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class LedgerCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"requests/a/notices/1", "requests/b/notices/2"}) {
      v1::LedgerEntry& entry = server_.state().ledger.emplace_back();
      entry.set_name(name);
      entry.set_holder("recipients/ads");
      entry.set_action("delete");
      entry.add_categories("browsing");
      entry.add_subject_references("ad-4711");
    }
  }

  RunResult Replay(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--server", server_.address(), "notice", "replay"});
    return RunDsrctlForTest(arguments);
  }

  FakeServer server_;
};

TEST_F(LedgerCommandTest, PrintsEveryEntryOnALineAsItComes) {
  const RunResult run = Replay({"--since", "2026-03-01T00:00:00Z", "-o", "jsonl"});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 2);
  EXPECT_THAT(run.out, AllOf(HasSubstr("requests/a/notices/1"), HasSubstr("requests/b/notices/2"),
                             HasSubstr("\"subjectReferences\":[\"ad-4711\"]")));
  EXPECT_EQ(server_.state().ledger_query.since().seconds(), 1772323200);
  EXPECT_EQ(server_.state().ledger_query.holder(), "");
}

TEST_F(LedgerCommandTest, AsksForTheHolderThatIsNamed) {
  const RunResult run = Replay({"--since", "2026-03-01", "--holder", "systems/orders"});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_EQ(server_.state().ledger_query.holder(), "systems/orders");
  EXPECT_THAT(run.out, AllOf(HasSubstr("ACTION"), HasSubstr("ad-4711")));
}

TEST_F(LedgerCommandTest, IsWellFormedAndFailsWhenTheStreamBreaks) {
  server_.state().ledger_end = absl::UnavailableError("draining");

  const RunResult run = Replay({"--since", "2026-03-01", "-o", "json"});

  EXPECT_EQ(run.code, ExitCode::kUnavailable);
  EXPECT_THAT(run.out, EndsWith("\n]\n"));
}

TEST_F(LedgerCommandTest, NeedsTheMomentOfTheBackup) {
  EXPECT_EQ(Replay({}).code, ExitCode::kUsage);
  EXPECT_EQ(Replay({"--since", "yesterday"}).code, ExitCode::kUsage);
}

}  // namespace
}  // namespace dsr::dsrctl
