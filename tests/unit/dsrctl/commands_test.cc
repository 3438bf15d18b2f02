#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "testing/temp_dir.h"
#include "unit/dsrctl/fake_server.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class CommandsTest : public ::testing::Test {
 protected:
  RunResult Run(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), {"--server", server_.address()});
    return RunDsrctlForTest(arguments, input);
  }

  FakeServer server_;
  TempDir directory_;
};

int Lines(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

TEST_F(CommandsTest, CreateSendsTheFileWithFlagsOverIt) {
  const RunResult run = Run(
      {"request", "create", "--file", "-", "--type", "copy", "--category", "orders", "--category",
       "browsing"},
      R"({"type":"access","subjectAccount":"u-1","requester":{"relation":"RELATION_SUBJECT"}})");

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  const v1::Request& sent = server_.state().created.request();
  EXPECT_EQ(sent.type(), "copy");
  EXPECT_EQ(sent.subject_account(), "u-1");
  EXPECT_THAT(sent.categories(), ElementsAre("orders", "browsing"));
  EXPECT_THAT(run.out, HasSubstr("requests/new"));
}

TEST_F(CommandsTest, CreateReadsTheAccountFromAFile) {
  WriteText(directory_.File("account"), "u-1\n");

  Run({"request", "create", "--file", "-", "--account-file", directory_.File("account")}, "{}");

  EXPECT_EQ(server_.state().created.request().subject_account(), "u-1");
}

TEST_F(CommandsTest, OnlyOneOptionCanReadStdin) {
  const RunResult run = Run({"request", "create", "--file", "-", "--account-file", "-"}, "{}");

  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, HasSubstr("stdin"));
  EXPECT_THAT(server_.state().idempotency_keys, IsEmpty());
}

TEST_F(CommandsTest, ListPrintsAllPages) {
  server_.state().requests_stored = 2500;

  const RunResult run = Run({"request", "list", "-o", "jsonl"});

  EXPECT_EQ(Lines(run.out), 2500);
  EXPECT_THAT(run.out, HasSubstr("\"name\":\"requests/2499\""));
  EXPECT_THAT(server_.state().authorizations, SizeIs(3));
}

TEST_F(CommandsTest, ListStopsAtItsLimit) {
  server_.state().requests_stored = 2500;

  EXPECT_EQ(Lines(Run({"request", "list", "-o", "jsonl", "--limit", "1200"}).out), 1200);
  EXPECT_EQ(Lines(Run({"request", "list", "-o", "jsonl", "--limit", "5"}).out), 5);
  EXPECT_EQ(server_.state().list_query.page_size(), 5);
}

TEST_F(CommandsTest, ListTableHasOneHeaderOverAllPages) {
  server_.state().requests_stored = 1500;

  EXPECT_EQ(Lines(Run({"request", "list"}).out), 1501);
}

TEST_F(CommandsTest, ListEndsItsJsonWhenALaterPageFails) {
  server_.state().requests_stored = 2500;
  server_.state().errors = {absl::OkStatus(), absl::InternalError("fault")};

  const RunResult run = Run({"request", "list", "-o", "json"});

  EXPECT_EQ(run.code, ExitCode::kOther);
  EXPECT_THAT(run.out, AllOf(HasSubstr("requests/999"), ::testing::EndsWith("\n]\n")));
}

TEST_F(CommandsTest, ListPassesItsFiltersOn) {
  Run({"request", "list", "--queue", "--phase", "follow-up", "--assignee", "li"});

  EXPECT_TRUE(server_.state().list_query.open_by_due_time());
  EXPECT_EQ(server_.state().list_query.phase(), v1::PHASE_FOLLOW_UP);
  EXPECT_EQ(server_.state().list_query.assignee(), "li");
}

TEST_F(CommandsTest, SubmitReadsTheCodeFromStdin) {
  const RunResult run =
      Run({"verification", "submit", "requests/a/verifications/b", "--code-file", "-"}, "424242\n");

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_EQ(server_.state().submitted.code(), "424242");
  EXPECT_THAT(run.out, HasSubstr("passed"));
}

TEST_F(CommandsTest, NoOptionTakesPersonalDataAsAnArgument) {
  EXPECT_EQ(Run({"verification", "submit", "requests/a/verifications/b", "--code", "424242"}).code,
            ExitCode::kUsage);
  EXPECT_EQ(Run({"request", "list", "--account", "u-1"}).code, ExitCode::kUsage);
}

TEST_F(CommandsTest, MergeReadsBothAccountsAndShowsNeither) {
  WriteText(directory_.File("into"), "account-canary-2\n");

  const RunResult run =
      Run({"account", "merge", "--account-file", "-", "--into-file", directory_.File("into")},
          "account-canary-1\n");

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_EQ(server_.state().merge.subject_account(), "account-canary-1");
  EXPECT_EQ(server_.state().merge.into_account(), "account-canary-2");
  EXPECT_THAT(server_.state().idempotency_keys, SizeIs(1));
  EXPECT_THAT(run.out, AllOf(HasSubstr("subjects/old"), HasSubstr("subjects/new")));
  EXPECT_THAT(run.out + run.err, Not(HasSubstr("canary")));
}

TEST_F(CommandsTest, MergeNeedsBothAccounts) {
  EXPECT_EQ(Run({"account", "merge", "--account-file", "-"}, "u-1\n").code, ExitCode::kUsage);
  EXPECT_EQ(Run({"account", "merge", "--account-file", "-", "--into-file", "-"}, "u-1\n").code,
            ExitCode::kUsage);
  EXPECT_THAT(server_.state().idempotency_keys, IsEmpty());
}

TEST_F(CommandsTest, AssignNeedsAPrincipalOrNobody) {
  EXPECT_EQ(Run({"request", "assign", "a"}).code, ExitCode::kUsage);
  EXPECT_EQ(Run({"request", "assign", "a", "--assignee", "li", "--nobody"}).code, ExitCode::kUsage);
  EXPECT_THAT(server_.state().authorizations, IsEmpty());
}

TEST_F(CommandsTest, ObjectSendsGroundLawAndDay) {
  Run({"notice", "object", "requests/a/notices/b", "--ground", "own-retention-law", "--law",
       "Payment Rules, article 20", "--until", "2031-12-31"});

  const v1::Objection& sent = server_.state().objection.objection();
  EXPECT_EQ(sent.ground(), "own-retention-law");
  EXPECT_EQ(sent.law(), "Payment Rules, article 20");
  EXPECT_EQ(sent.until().year(), 2031);
}

TEST_F(CommandsTest, NoticesOfAllRequestsAreListedWithoutARequest) {
  EXPECT_THAT(Run({"notice", "list"}).out, HasSubstr("requests/-/notices/n"));
  EXPECT_THAT(Run({"notice", "list", "a"}).out, HasSubstr("requests/a/notices/n"));
}

TEST_F(CommandsTest, ActionsTellWhatIsStillToBeProved) {
  v1::ListAllowedActionsResponse& actions = server_.state().actions;
  actions.add_actions()->set_action("AssessRequest");
  v1::MissingProof& missing = *actions.add_missing();
  missing.set_evidence(v1::EVIDENCE_KIND_POWER_OF_ATTORNEY);
  missing.set_explanation("a power of attorney that covers this request");

  EXPECT_THAT(Run({"request", "actions", "a"}).out,
              AllOf(HasSubstr("AssessRequest"), HasSubstr("power-of-attorney"),
                    HasSubstr("a power of attorney that covers this request")));
  EXPECT_THAT(Run({"request", "actions", "a", "-o", "json"}).out,
              AllOf(HasSubstr("\"actions\": ["), HasSubstr("\"missing\": ["),
                    HasSubstr("EVIDENCE_KIND_POWER_OF_ATTORNEY")));
  EXPECT_THAT(Run({"request", "actions", "a", "-o", "csv"}).out,
              AllOf(HasSubstr("AssessRequest"), Not(HasSubstr("power-of-attorney"))));
}

TEST_F(CommandsTest, ActionsHaveNoSecondTableWhenNothingIsMissing) {
  server_.state().actions.add_actions()->set_action("AssessRequest");

  EXPECT_EQ(Lines(Run({"request", "actions", "a"}).out), 2);
}

TEST_F(CommandsTest, ABatchFiledAgainHasTheSameKeysAndACorrectedOneOthers) {
  WriteText(directory_.File("accounts"), "u-1\n");
  const auto file = [&](const std::string& ground, const std::string& language) {
    EXPECT_EQ(Run({"deletion", "file", directory_.File("accounts"), "--batch", "q1", "--ground",
                   ground, "--language", language})
                  .code,
              ExitCode::kOk);
    return server_.state().idempotency_keys.back();
  };

  const std::string first = file("retention-over", "en");

  EXPECT_EQ(server_.state().created.request().language(), "en");
  EXPECT_EQ(file("retention-over", "en"), first);
  EXPECT_NE(file("service-ended", "en"), first);
  EXPECT_NE(file("retention-over", "zh-CN"), first);
}

TEST_F(CommandsTest, ABatchThatDoesNotExistIsNotFound) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"deletion", "approve", "no-such-batch"},
        std::vector<std::string>{"deletion", "announce", "no-such-batch", "--announcement", "x"},
        std::vector<std::string>{"deletion", "show", "no-such-batch"}}) {
    const RunResult run = Run(command);

    EXPECT_EQ(run.code, ExitCode::kNotFound) << command[1];
    EXPECT_THAT(run.err, HasSubstr("no request belongs to this batch")) << command[1];
  }
}

TEST_F(CommandsTest, AcknowledgesSeveralNoticesUnderDifferentKeys) {
  const RunResult run =
      Run({"notice", "ack", "requests/a/notices/b", "requests/a/notices/c", "-o", "jsonl"});

  EXPECT_EQ(run.code, ExitCode::kOk);
  EXPECT_EQ(Lines(run.out), 2);
  ASSERT_THAT(server_.state().idempotency_keys, SizeIs(2));
  EXPECT_NE(server_.state().idempotency_keys[0], server_.state().idempotency_keys[1]);
}

TEST_F(CommandsTest, TellsWhichOfSeveralFailedAndGoesOn) {
  server_.state().errors = {MakeError(absl::StatusCode::kFailedPrecondition,
                                      v1::ERROR_REASON_ALREADY_ENDED, "the notice has ended")};

  const RunResult run = Run({"notice", "ack", "requests/a/notices/b", "requests/a/notices/c"});

  EXPECT_EQ(run.code, ExitCode::kPartial);
  EXPECT_THAT(run.err, AllOf(HasSubstr("requests/a/notices/b:"), HasSubstr("ALREADY_ENDED")));
  EXPECT_THAT(run.out, AllOf(HasSubstr("requests/a/notices/c"), Not(HasSubstr("notices/b"))));
}

TEST_F(CommandsTest, HasTheCodeOfTheErrorWhenAllOfSeveralFail) {
  server_.state().errors.assign(2, absl::NotFoundError("no such notice"));

  EXPECT_EQ(Run({"notice", "ack", "requests/a/notices/b", "requests/a/notices/c"}).code,
            ExitCode::kNotFound);
}

TEST_F(CommandsTest, CallsNobodyWhenOneOfSeveralNamesIsMalformed) {
  EXPECT_EQ(Run({"notice", "ack", "requests/a/notices/b", "c"}).code, ExitCode::kUsage);
  EXPECT_THAT(server_.state().idempotency_keys, IsEmpty());
}

TEST_F(CommandsTest, SlaReportEndsWithATotalAndWithFindingsWhereThereIsABreach) {
  v1::SlaReport& report = server_.state().report;
  report.add_groups()->set_type("deletion");
  report.mutable_total()->set_received(3);

  const RunResult kept = Run({"report", "sla", "-o", "csv"});
  report.mutable_total()->set_breached(1);
  const RunResult broken = Run({"report", "sla"});

  EXPECT_EQ(kept.code, ExitCode::kOk);
  EXPECT_THAT(kept.out, AllOf(HasSubstr("\r\ndeletion,0,"), HasSubstr("\r\ntotal,3,")));
  EXPECT_EQ(broken.code, ExitCode::kFindings);
}

TEST_F(CommandsTest, SlaReportOnAFileThatIsNotThereAsksNobody) {
  const RunResult result = Run({"report", "sla", "--db", "/no/such/file.db"});

  EXPECT_EQ(result.code, ExitCode::kNotFound);
  EXPECT_EQ(server_.state().calls, 0);
}

TEST_F(CommandsTest, RefusesAFormatThatTheCommandDoesNotPrint) {
  const RunResult result = Run({"request", "list", "-o", "html"});

  EXPECT_EQ(result.code, ExitCode::kUsage);
  EXPECT_THAT(result.err, HasSubstr("does not print html"));
}

TEST_F(CommandsTest, SlaReportListsRequestsUnderTheCounts) {
  v1::SlaReport& report = server_.state().report;
  report.add_lines()->set_request("requests/a");

  EXPECT_THAT(Run({"report", "sla", "--requests"}).out,
              AllOf(HasSubstr("TYPE"), HasSubstr("total"), HasSubstr("requests/a")));
}

TEST_F(CommandsTest, VerifyEndsWithFindingsWhenTheLogWasAltered) {
  EXPECT_EQ(Run({"audit", "verify"}).code, ExitCode::kOk);
  server_.state().log_intact = false;
  const RunResult altered = Run({"audit", "verify"});
  EXPECT_EQ(altered.code, ExitCode::kFindings);
  EXPECT_THAT(altered.out, HasSubstr("the leaf 1 is missing"));
}

TEST_F(CommandsTest, VerifySendsEachCheckpointAndTheKey) {
  WriteText(directory_.File("old.note"), "an old note\n");

  const RunResult run = Run({"audit", "verify", "--checkpoint", directory_.File("old.note"),
                             "--checkpoint", "-", "--verifier-key", "key"},
                            "one from stdin\n");

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_THAT(server_.state().verified.checkpoints(),
              ElementsAre("an old note\n", "one from stdin\n"));
  EXPECT_EQ(server_.state().verified.verifier_key(), "key");
  EXPECT_EQ(Run({"audit", "verify", "--checkpoint", "-", "--checkpoint", "-"}).code,
            ExitCode::kUsage);
  EXPECT_EQ(Run({"audit", "verify", "--checkpoint", directory_.File("none")}).code,
            ExitCode::kUsage);
}

TEST_F(CommandsTest, CheckpointIsPrintedAsItWasSignedOrWrittenToAFile) {
  EXPECT_EQ(Run({"audit", "checkpoint"}).out, "the note\n");

  const RunResult run = Run({"audit", "checkpoint", "--out", directory_.File("new.note")});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_EQ(ReadText(directory_.File("new.note")), "the note\n");
}

TEST_F(CommandsTest, ExportPrintsWhatTheCheckpointCoversAndThenTheCheckpoint) {
  server_.state().audit_leaves = 2500;

  const RunResult run = Run({"audit", "export", "-o", "jsonl"});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_EQ(Lines(run.out), 2501);
  EXPECT_THAT(run.out, Not(HasSubstr("\"index\":\"2500\"")));
  EXPECT_EQ(Lines(Run({"audit", "export", "--from", "2490"}).out), 11);
}

TEST_F(CommandsTest, ExportOfALogWithAHoleEndsWithFindingsAndWithoutTheCheckpoint) {
  server_.state().audit_leaves = 2500;
  for (const int missing : {0, 7, 1000, 2499}) {
    server_.state().missing_leaf = missing;

    const RunResult run = Run({"audit", "export"});

    EXPECT_EQ(run.code, ExitCode::kFindings);
    EXPECT_EQ(Lines(run.out), missing);
    EXPECT_THAT(run.err, HasSubstr(absl::StrCat("the leaf ", missing, " is missing")));
  }
}

}  // namespace
}  // namespace dsr::dsrctl
