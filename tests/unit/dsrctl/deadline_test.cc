// `dsrctl deadline`, which needs no server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "testing/temp_dir.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

RunResult Explain(const std::vector<std::string>& more) {
  std::vector<std::string> words = {"-o", "json", "deadline", "explain"};
  words.insert(words.end(), more.begin(), more.end());
  return RunDsrctlForTest(words);
}

TEST(DeadlineCommandTest, ExplainsThePolicysFifteenDays) {
  const RunResult run = Explain({"--received-at", "2026-01-31T14:00:00+08:00"});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("\"profile\": \"cn-15-days\""),
                             HasSubstr("\"due_time\": \"2026-02-16T00:00:00+08:00\""),
                             HasSubstr("\"last_day\": \"2026-02-15\""),
                             HasSubstr("\"rolled_last_day\": \"2026-02-24\""),
                             HasSubstr("\"calendar_version\": \"cn-1\""),
                             HasSubstr("\"provisional\": false"), HasSubstr("\"steps\": [")));
}

TEST(DeadlineCommandTest, CountsByTheProfileAndTheCalendarThatWereAskedFor) {
  EXPECT_THAT(Explain({"--received-at", "2026-01-31", "--profile", "gdpr-one-month"}).out,
              AllOf(HasSubstr("\"due_time\": \"2026-03-03T00:00:00+01:00\""),
                    HasSubstr("\"extended_due_time\": \"2026-04-29T00:00:00+02:00\"")));
  // Without holidays the 15th working day is earlier.
  EXPECT_THAT(Explain({"--received-at", "2026-01-31T14:00:00+08:00", "--profile",
                       "cn-15-working-days", "--calendar", "weekends"})
                  .out,
              HasSubstr("\"last_day\": \"2026-02-20\""));
}

TEST(DeadlineCommandTest, TakesACalendarFileAndRefusesOneThatContradictsItself) {
  const TempDir folder;
  const std::string file = folder.File("own.textproto");
  const std::string known =
      "name: \"own\" version: 3 known { first { year: 2026 month: 1 day: 1 } last { year: 2026 "
      "month: 12 day: 31 } }\n";
  WriteText(file, known + "off { first { year: 2026 month: 2 day: 16 } }\n");
  EXPECT_THAT(Explain({"--received-at", "2026-02-01", "--calendar", file}).out,
              AllOf(HasSubstr("\"rolled_last_day\": \"2026-02-17\""),
                    HasSubstr("\"calendar_version\": \"own-3\"")));

  WriteText(file, known +
                      "off { first { year: 2026 month: 2 day: 14 } }\n"
                      "working { year: 2026 month: 2 day: 14 }\n");
  const RunResult both = Explain({"--received-at", "2026-02-01", "--calendar", file});
  EXPECT_EQ(both.code, ExitCode::kUsage);
  EXPECT_THAT(both.err, HasSubstr("2026-02-14 is both off and working"));
}

TEST(DeadlineCommandTest, TellsAllThatIsWrongWithACalendarFileWhateverItIsCalled) {
  const TempDir folder;
  const std::string file = folder.File("draft-of-2027.textproto");
  const std::string own =
      "name: \"own\" version: 3 known { first { year: 2026 month: 1 day: 1 } last { year: 2026 "
      "month: 12 day: 31 } }\n";
  WriteText(file, own);
  EXPECT_THAT(Explain({"--received-at", "2026-02-01", "--calendar", file}).out,
              HasSubstr("\"calendar_version\": \"own-3\""));

  WriteText(file, own +
                      "off { first { year: 2026 month: 2 day: 30 } }\n"
                      "working { year: 2026 month: 2 day: 16 }\n");
  const RunResult run = Explain({"--received-at", "2026-02-01", "--calendar", file});

  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err,
              AllOf(HasSubstr("draft-of-2027.textproto:2: there is no day 2026-2-30; "),
                    HasSubstr("draft-of-2027.textproto:3: 2026-02-16 is no Saturday or Sunday")));

  EXPECT_EQ(Explain({"--received-at", "2026-02-01", "--calendar", folder.path()}).code,
            ExitCode::kUsage);
}

TEST(DeadlineCommandTest, WritesAStepALineIntoACellOfCsv) {
  const RunResult run = RunDsrctlForTest(
      {"-o", "csv", "deadline", "explain", "--received-at", "2026-01-31T14:00:00+08:00"});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_THAT(run.out, HasSubstr("false,\"received on Saturday 2026-01-31"));
  EXPECT_THAT(run.out, HasSubstr("is not counted\n15 civil days from it"));
}

TEST(DeadlineCommandTest, SaysWhatThereIsWhereSomethingIsUnknown) {
  const RunResult profile = Explain({"--received-at", "2026-01-31", "--profile", "nothing"});
  EXPECT_EQ(profile.code, ExitCode::kUsage);
  EXPECT_THAT(profile.err, AllOf(HasSubstr("nothing"), HasSubstr("gdpr-one-month")));
  const RunResult calendar = Explain({"--received-at", "2026-01-31", "--calendar", "mars"});
  EXPECT_EQ(calendar.code, ExitCode::kUsage);
  EXPECT_THAT(calendar.err, AllOf(HasSubstr("mars"), HasSubstr("weekends, cn")));
  for (const char* time : {"yesterday", "2026-02-30", "infinite-future", ""}) {
    EXPECT_EQ(Explain({"--received-at", time}).code, ExitCode::kUsage) << time;
  }
}

TEST(DeadlineCommandTest, ListsTheProfiles) {
  const RunResult run = RunDsrctlForTest({"-o", "json", "deadline", "profiles"});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  for (const char* name :
       {"cn-15-days", "cn-15-working-days", "cn-30-days", "gdpr-one-month", "ccpa-45-days"}) {
    EXPECT_THAT(run.out, HasSubstr(name));
  }
}

TEST(DeadlineCommandTest, CountsByACompanysOwnDefinitions) {
  EXPECT_THAT(Explain({"--received-at", "2026-01-31T14:00:00+08:00", "--definitions",
                       DSR_SOURCE_DIR "/workflows"})
                  .out,
              HasSubstr("\"last_day\": \"2026-02-15\""));
  EXPECT_EQ(Explain({"--received-at", "2026-01-31", "--definitions", "/nowhere"}).code,
            ExitCode::kUsage);
}

}  // namespace
}  // namespace dsr::dsrctl
