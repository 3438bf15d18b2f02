// The audit log as auditors, data subjects and regulators use it: dsrctl against a real server, its
// file, and what it handed out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "dsr/base/crypto.h"
#include "dsr/base/file.h"
#include "dsr/base/log_checkpoint.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "server/config.h"
#include "server/dev_setup.h"
#include "testing/status_matchers.h"
#include "unit/delivery/subprocess.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Audit = v1::AuditService;
using dsrctl::ExitCode;
using dsrctl::RunResult;

class AuditTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.Register();
    request_ = shop_.File().name();
    // Once that is sent, the log grows by what the test does alone.
    shop_.ReadMail(request_, "request-received");
    dsrctl::WriteText(token_,
                      server_.Authorization("auditor-1").substr(std::string("Bearer ").size()));
  }

  RunResult Run(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(),
                     {"--server", server_.address(), "--token-file", token_, "audit"});
    return dsrctl::RunDsrctlForTest(arguments, input);
  }
  // Nobody listens there.
  RunResult RunAlone(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), {"--server", "127.0.0.1:1", "audit"});
    return dsrctl::RunDsrctlForTest(arguments, input);
  }

  v1::Checkpoint Checkpoint() {
    const auto checkpoint =
        server_.Call<Audit>("auditor-1", &Audit::Stub::GetCheckpoint, v1::GetCheckpointRequest());
    EXPECT_THAT(checkpoint, IsOk());
    return *checkpoint;
  }
  absl::StatusOr<v1::VerifyLogResponse> Verify(const v1::VerifyLogRequest& in) {
    return server_.Call<Audit>("auditor-1", &Audit::Stub::VerifyLog, in);
  }
  absl::StatusOr<v1::InclusionProof> Prove(const v1::ProveInclusionRequest& in) {
    return server_.Call<Audit>("auditor-1", &Audit::Stub::ProveInclusion, in);
  }
  std::string File(const std::string& name) { return scratch_.File(name); }

  TestServer server_;
  Shop shop_{server_};
  TempDir scratch_;
  const std::string token_ = scratch_.File("token");
  std::string request_;
};

TEST_F(AuditTest, ACheckpointIsSignedByTheInstallationAndTellsTheMoment) {
  const v1::Checkpoint checkpoint = Checkpoint();

  const auto verifier = NoteVerifier::Parse(checkpoint.verifier_key());
  ASSERT_THAT(verifier, IsOk());
  const auto opened = OpenCheckpoint(checkpoint.note(), *verifier);
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->size, checkpoint.size());
  EXPECT_EQ(Base64Encode(opened->root), checkpoint.root());
  ASSERT_THAT(opened->extensions, SizeIs(1));
  EXPECT_EQ(opened->extensions[0], "time 2026-03-02T02:00:00Z");
}

TEST_F(AuditTest, TheLogAgreesWithWhatItWasAndWithItsOwnFile) {
  ASSERT_EQ(Run({"checkpoint", "--out", File("old.note")}).code, ExitCode::kOk);
  shop_.Verify(request_);
  ASSERT_EQ(Run({"checkpoint", "--out", File("new.note")}).code, ExitCode::kOk);
  const std::string key = Checkpoint().verifier_key();
  const std::string database = server_.data_dir() + "/dsrd.db";

  const RunResult live =
      Run({"verify", "--checkpoint", File("old.note"), "--checkpoint", File("new.note")});
  const RunResult file = RunAlone(
      {"verify", "--db", database, "--checkpoint", File("old.note"), "--verifier-key", key});
  const RunResult unsigned_file =
      RunAlone({"verify", "--db", database, "--checkpoint", File("old.note")});

  EXPECT_EQ(live.code, ExitCode::kOk) << live.err << live.out;
  EXPECT_THAT(live.out, HasSubstr("the log begins with them"));
  EXPECT_EQ(file.code, ExitCode::kOk) << file.err << file.out;
  EXPECT_THAT(file.out, HasSubstr("the log begins with them"));
  EXPECT_THAT(file.err, IsEmpty());
  EXPECT_EQ(unsigned_file.code, ExitCode::kOk) << unsigned_file.err;
  EXPECT_THAT(unsigned_file.err, HasSubstr("nobody checked who signed"));
}

TEST_F(AuditTest, ABackupFromBeforeTheCheckpointIsAFinding) {
  server_.Restart();
  std::filesystem::copy(server_.data_dir() + "/dsrd.db", File("backup.db"));
  shop_.Verify(request_);
  const v1::Checkpoint checkpoint = Checkpoint();
  dsrctl::WriteText(File("new.note"), checkpoint.note());

  const RunResult run = RunAlone({"verify", "--db", File("backup.db"), "--checkpoint",
                                  File("new.note"), "--verifier-key", checkpoint.verifier_key()});

  EXPECT_EQ(run.code, ExitCode::kFindings) << run.err;
  EXPECT_THAT(run.out, HasSubstr("when the checkpoint was made"));
}

TEST_F(AuditTest, ACheckpointOfAnotherLogIsAnErrorAndNotAFinding) {
  const v1::Checkpoint own = Checkpoint();
  const NoteSigner other("dsrd-other", SecretKey::Generate());
  const std::string foreign = SignCheckpoint(other, 3, std::string(32, 'r'), absl::UnixEpoch());
  v1::VerifyLogRequest in;
  for (const std::string& note :
       {foreign, std::string("a letter\n"), absl::StrReplaceAll(own.note(), {{"time 2", "time 3"}}),
        std::string()}) {
    in.clear_checkpoints();
    in.add_checkpoints(note);
    EXPECT_THAT(Verify(in), AllOf(StatusIs(absl::StatusCode::kInvalidArgument),
                                  ReasonIs(v1::ERROR_REASON_CHECKPOINT_INVALID)));
  }
  in.clear_checkpoints();
  in.set_verifier_key("no key");
  EXPECT_THAT(Verify(in), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  in.set_verifier_key(own.verifier_key());
  for (int i = 0; i < 1001; ++i) in.add_checkpoints(own.note());
  EXPECT_THAT(Verify(in), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));

  dsrctl::WriteText(File("foreign.note"), foreign);
  const std::string database = server_.data_dir() + "/dsrd.db";
  const RunResult live = Run({"verify", "--checkpoint", File("foreign.note")});
  EXPECT_EQ(live.code, ExitCode::kUsage);
  EXPECT_THAT(live.err, HasSubstr("CHECKPOINT_INVALID"));
  EXPECT_EQ(RunAlone({"verify", "--db", database, "--checkpoint", File("foreign.note"),
                      "--verifier-key", own.verifier_key()})
                .code,
            ExitCode::kUsage);
  EXPECT_EQ(RunAlone({"verify", "--db", File("none.db")}).code, ExitCode::kNotFound);
}

TEST_F(AuditTest, ARecordIsProvedToWhoeverHasTheKeyAndNothingElse) {
  shop_.Verify(request_);
  const std::string key = Checkpoint().verifier_key();
  const std::string proof = File("proof.json");

  const RunResult made = Run({"prove", "--request", request_, "--sequence", "1", "--out", proof});
  ASSERT_EQ(made.code, ExitCode::kOk) << made.err;
  EXPECT_THAT(made.out, AllOf(HasSubstr("intake-tool recorded request_filed"), HasSubstr(key)));

  const RunResult checked = RunAlone({"check-proof", proof, "--verifier-key", key});
  EXPECT_EQ(checked.code, ExitCode::kOk) << checked.err;
  EXPECT_THAT(
      checked.out,
      AllOf(HasSubstr("is in the log of dsrd-"),
            HasSubstr(absl::StrCat("intake-tool recorded request_filed, event 1 of ", request_))));
  for (const char* personal : {kAccount, kAddress}) {
    EXPECT_THAT(dsrctl::ReadText(proof), Not(HasSubstr(personal)));
  }
  // By its number in the log it is the same.
  v1::ProveInclusionRequest in;
  in.set_request(request_);
  in.set_sequence(1);
  DSR_ASSERT_OK_AND_ASSIGN(const v1::InclusionProof by_event, Prove(in));
  in.Clear();
  in.set_leaf(by_event.leaf());
  DSR_ASSERT_OK_AND_ASSIGN(const v1::InclusionProof by_leaf, Prove(in));
  EXPECT_EQ(by_leaf.SerializeAsString(), by_event.SerializeAsString());
}

TEST_F(AuditTest, EveryLeafCanBeProvedAndAProofAlteredAnywhereIsRefused) {
  shop_.Verify(request_);
  const v1::Checkpoint checkpoint = Checkpoint();
  const std::string proof = File("proof.json");
  for (int64_t leaf = 0; leaf < checkpoint.size(); ++leaf) {
    ASSERT_EQ(Run({"prove", "--leaf", absl::StrCat(leaf), "--out", proof}).code, ExitCode::kOk);
    const RunResult checked =
        RunAlone({"check-proof", proof, "--verifier-key", checkpoint.verifier_key()});
    ASSERT_EQ(checked.code, ExitCode::kOk) << leaf << checked.err;
  }

  const auto check = [&](const std::string& altered) {
    return RunAlone({"check-proof", "-", "--verifier-key", checkpoint.verifier_key()}, altered);
  };
  const std::string good = dsrctl::ReadText(proof);
  const std::string clear = "\"clear\": \"";
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"leaf\": \"", "\"leaf\": \"1"},
           {"\"leafHash\": \"", "\"leafHash\": \"00"},
           {clear, clear + "AAAA"},
           {"\"path\": [\n", "\"path\": [\"AAAA\",\n"},
           {"\"checkpoint\": \"dsrd", "\"checkpoint\": \"Dsrd"},
           {"{", "["}}) {
    const size_t at = good.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    std::string altered = good;
    EXPECT_EQ(check(altered.replace(at, from.size(), to)).code, ExitCode::kFindings) << to;
  }
  const NoteSigner other("dsrd-other", SecretKey::Generate());
  const RunResult foreign =
      RunAlone({"check-proof", proof, "--verifier-key", other.verifier_key()});
  EXPECT_EQ(foreign.code, ExitCode::kFindings);
  EXPECT_THAT(foreign.err, HasSubstr("not signed by this key"));
  EXPECT_EQ(RunAlone({"check-proof", proof, "--verifier-key", "no-key"}).code, ExitCode::kUsage);
}

TEST_F(AuditTest, AProofAboutARequestThatNobodyVerifiedLeavesWithoutItsRecord) {
  v1::ProveInclusionRequest in;
  in.set_request(request_);
  in.set_sequence(1);

  DSR_ASSERT_OK_AND_ASSIGN(const v1::InclusionProof proof, Prove(in));

  EXPECT_THAT(proof.clear(), IsEmpty());
  EXPECT_THAT(proof.sealed(), IsEmpty());
  ASSERT_EQ(Run({"prove", "--request", request_, "--sequence", "1", "--out", File("p")}).code,
            ExitCode::kOk);
  const RunResult checked =
      RunAlone({"check-proof", File("p"), "--verifier-key", proof.verifier_key()});
  EXPECT_EQ(checked.code, ExitCode::kOk) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("the hash alone is proved"));
}

TEST_F(AuditTest, WhatIsNotThereCannotBeProved) {
  v1::ProveInclusionRequest in;
  EXPECT_THAT(Prove(in), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  in.set_leaf(100'000);
  EXPECT_THAT(Prove(in), ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  in.set_leaf(-1);
  EXPECT_THAT(Prove(in), ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
  in.set_request(request_);
  EXPECT_THAT(Prove(in), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  in.clear_leaf();
  EXPECT_THAT(Prove(in), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
  in.set_sequence(900);
  EXPECT_THAT(Prove(in), ReasonIs(v1::ERROR_REASON_RESOURCE_NOT_FOUND));
}

TEST_F(AuditTest, WhoeverHasTheExportComputesTheSignedRootAgain) {
  shop_.Verify(request_);
  const RunResult exported = Run({"export", "-o", "jsonl"});
  ASSERT_EQ(exported.code, ExitCode::kOk) << exported.err;
  dsrctl::WriteText(File("audit.jsonl"), exported.out);
  const std::string root = Checkpoint().root();
  const std::vector<std::string> command = {
      DSR_PYTHON3, "-B", absl::StrCat(DSR_SOURCE_DIR, "/tests/integration/recompute_root.py"),
      File("audit.jsonl")};

  Subprocess python(command);
  EXPECT_EQ(python.ReadLine(), root);
  EXPECT_EQ(python.Finish(), 0);

  // One digit of one leaf is enough.
  const size_t digit = exported.out.find("\"leafHash\":\"") + 12;
  std::string altered = exported.out;
  altered[digit] = altered[digit] == '0' ? '1' : '0';
  dsrctl::WriteText(File("audit.jsonl"), altered);
  Subprocess again(command);
  EXPECT_NE(again.ReadLine(), root);
  EXPECT_EQ(again.Finish(), 1);
}

TEST_F(AuditTest, AnExportBeginsWhereItIsToldAndEndsWithTheCheckpoint) {
  const int64_t size = Checkpoint().size();

  const RunResult exported = Run({"export", "--from", absl::StrCat(size - 2)});

  ASSERT_EQ(exported.code, ExitCode::kOk) << exported.err;
  const std::vector<std::string> lines = absl::StrSplit(exported.out, '\n');
  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_THAT(lines[0], HasSubstr(absl::StrCat("\"index\":\"", size - 2, "\"")));
  EXPECT_THAT(lines[2], AllOf(StartsWith(absl::StrCat("{\"size\":\"", size, "\"")),
                              HasSubstr("\"note\":\"dsrd-")));
  EXPECT_THAT(exported.out, Not(HasSubstr(kAccount)));
  EXPECT_EQ(Run({"export", "-o", "csv"}).code, ExitCode::kUsage);
}

TEST_F(AuditTest, AServerWithAnExportLeavesACheckpointWhenItEnds) {
  const TempDir folder;
  SimulatedClock clock(server_.clock().Now());
  EnvironmentOptions options{.is_dev = true, .clock = &clock};
  options.config.set_data_dir(folder.path());
  options.config.set_definitions_dir(DSR_SOURCE_DIR "/workflows");
  options.config.set_listen("127.0.0.1:0");
  options.config.mutable_audit_export()->set_directory(folder.File("checkpoints"));
  options.drain = [] {};
  ASSERT_THAT(PrepareDev(folder.path(), options.config), IsOk());
  ASSERT_THAT(CompleteConfig(options.config), IsOk());
  EXPECT_EQ(options.config.audit_export().every_minutes(), 60);
  DSR_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Environment> environment,
                           Environment::Start(std::move(options)));
  ApiClient client;
  client.Connect(folder.path(), environment->port());
  Shop shop(client);
  shop.File();

  environment->Stop(absl::ZeroDuration());

  std::string newest;
  for (const auto& entry : std::filesystem::directory_iterator(folder.File("checkpoints"))) {
    newest = std::max(newest, entry.path().string());
  }
  ASSERT_THAT(newest, Not(IsEmpty()));
  const RunResult verified =
      RunAlone({"verify", "--db", folder.File("dsrd.db"), "--checkpoint", newest});
  EXPECT_EQ(verified.code, ExitCode::kOk) << verified.err << verified.out;
  EXPECT_THAT(verified.out, HasSubstr("the log begins with them"));
}

TEST_F(AuditTest, AnExportThatIsConfiguredWronglyIsRefusedAtTheStart) {
  config::v1::ServerConfig config;
  ASSERT_THAT(PrepareDev(scratch_.path(), config), IsOk());
  config.set_data_dir(scratch_.path());
  config.set_definitions_dir("workflows");
  config.mutable_audit_export();
  EXPECT_THAT(CompleteConfig(config), StatusIs(absl::StatusCode::kFailedPrecondition));
  config.mutable_audit_export()->set_directory("checkpoints");
  config.mutable_audit_export()->set_every_minutes(1441);
  EXPECT_THAT(CompleteConfig(config), StatusIs(absl::StatusCode::kFailedPrecondition));
  config.mutable_audit_export()->set_every_minutes(1440);
  EXPECT_THAT(CompleteConfig(config), IsOk());
}

}  // namespace
}  // namespace dsr
