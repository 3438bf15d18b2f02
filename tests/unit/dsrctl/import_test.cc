#include "dsrctl/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsr/base/errors.h"
#include "dsr/base/file.h"
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

constexpr char kHeader[] =
    "subject_account,recipient,categories,disclose_time,purpose,method,basis\n";

class ImportTest : public ::testing::Test {
 protected:
  RunResult Import(std::vector<std::string> options = {}, const std::string& input = "") {
    if (options.empty() || options[0] != "-") options.insert(options.begin(), file_);
    options.insert(options.begin(), {"--server", server_.address(), "disclosure", "import"});
    return RunDsrctlForTest(options, input);
  }
  static std::string Row(const std::string& account) {
    return absl::StrCat(account, ",recipients/ads,orders,2026-03-01,ads,api,contract\n");
  }
  static std::string Rows(int count) {
    std::string text = kHeader;
    for (int i = 0; i < count; ++i) text += Row(absl::StrCat("u-", i));
    return text;
  }
  // Refuses rows of that account as the server would, 20 of them at most.
  void RefuseAccount(const std::string& account) {
    server_.state().check_disclosures = [account](const v1::BatchCreateDisclosuresRequest& in) {
      FieldErrors errors;
      int told = 0;
      for (int i = 0; i < in.disclosures_size() && told < 20; ++i) {
        if (in.disclosures(i).subject_account() != account) continue;
        ++told;
        errors.AddInvalid(absl::StrCat("disclosures[", i, "].recipient"), "is not registered");
      }
      return errors.ToStatus();
    };
  }
  std::vector<std::string> Accounts() {
    std::vector<std::string> accounts;
    for (const v1::Disclosure& disclosure : server_.state().disclosures) {
      accounts.push_back(disclosure.subject_account());
    }
    return accounts;
  }
  std::string Errors() const { return ReadText(file_ + ".errors"); }
  std::string Progress() const { return ReadText(file_ + ".progress"); }

  FakeServer server_;
  TempDir directory_;
  const std::string file_ = directory_.File("disclosures.csv");
};

TEST_F(ImportTest, SendsRowsInBatchesAndSumsUp) {
  WriteText(file_, Rows(2300));

  const RunResult run = Import({"-o", "csv"});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_THAT(server_.state().disclosure_batches, ElementsAre(1000, 1000, 300));
  EXPECT_EQ(run.out, "rows,recorded,failed,errors\r\n2300,2300,0,\r\n");
  EXPECT_THAT(run.err, IsEmpty());
  EXPECT_FALSE(FileExists(file_ + ".errors"));
  EXPECT_FALSE(FileExists(file_ + ".progress"));
}

TEST_F(ImportTest, ReadsJsonLinesFromStdin) {
  const RunResult run =
      Import({"-", "--format", "jsonl", "-o", "jsonl", "--errors", directory_.File("errors")},
             "{\"subjectAccount\":\"u-1\"}\n\n{\"subjectAccount\":\"secret\" oops\n"
             "{\"subjectAccount\":\"u-2\"}");

  EXPECT_EQ(run.code, ExitCode::kPartial);
  EXPECT_THAT(Accounts(), ElementsAre("u-1", "u-2"));
  EXPECT_THAT(run.out, HasSubstr("\"rows\":\"3\",\"recorded\":\"2\",\"failed\":\"1\""));
  EXPECT_THAT(ReadText(directory_.File("errors")),
              AllOf(HasSubstr("3,,"), Not(HasSubstr("secret"))));
}

TEST_F(ImportTest, OneBadLineAmongManyIsToldAndTheRestRecorded) {
  WriteText(file_, kHeader + Row("u-1") + "secret,recipients/ads,orders,yesterday,ads,api,c\n" +
                       Row("u-2"));

  const RunResult run = Import();

  EXPECT_EQ(run.code, ExitCode::kPartial);
  EXPECT_THAT(Accounts(), ElementsAre("u-1", "u-2"));
  EXPECT_EQ(Errors(),
            "line,field,description\r\n"
            "3,disclose_time,takes an instant (RFC 3339) or a day (YYYY-MM-DD)\r\n");
}

TEST_F(ImportTest, WhatTheServerRefusesIsToldByLineAndTheRestSentAgain) {
  WriteText(file_, kHeader + Row("u-1") + "\n" + Row("bad") + Row("u-2") + "x\n" + Row("bad"));
  RefuseAccount("bad");

  const RunResult run = Import();

  EXPECT_EQ(run.code, ExitCode::kPartial);
  EXPECT_THAT(Accounts(), ElementsAre("u-1", "u-2"));
  EXPECT_THAT(server_.state().disclosure_batches, ElementsAre(4, 2));
  EXPECT_EQ(Errors(),
            "line,field,description\r\n"
            "4,recipient,is not registered\r\n"
            "6,,has 1 fields where the header has 7\r\n"
            "7,recipient,is not registered\r\n");
}

TEST_F(ImportTest, MoreRefusalsThanAnAnswerHoldsAreFoundInTurn) {
  std::string text = kHeader;
  for (int i = 0; i < 50; ++i) text += Row("bad") + Row("good");
  WriteText(file_, text);
  RefuseAccount("bad");

  const RunResult run = Import({"-o", "jsonl"});

  EXPECT_EQ(run.code, ExitCode::kPartial);
  EXPECT_THAT(server_.state().disclosure_batches, ElementsAre(100, 80, 60, 50));
  EXPECT_THAT(run.out, HasSubstr("\"recorded\":\"50\",\"failed\":\"50\""));
}

TEST_F(ImportTest, ABatchOfNothingButRefusedRowsIsNotTheEnd) {
  std::string text = kHeader;
  for (int i = 0; i < 1000; ++i) text += "bad\n";
  WriteText(file_, text + Row("u-1"));

  EXPECT_EQ(Import().code, ExitCode::kPartial);
  EXPECT_THAT(Accounts(), ElementsAre("u-1"));
}

TEST_F(ImportTest, AnErrorFileThatIsSomethingElseStaysAsItIs) {
  const std::string rows = Rows(1) + "bad\n";
  WriteText(file_, rows);
  const std::string letter = directory_.File("letter.txt");
  WriteText(letter, "Dear all\n");
  const std::string link = directory_.File("link");
  ASSERT_EQ(symlink(file_.c_str(), link.c_str()), 0);

  for (const std::string& errors :
       {file_, link, letter, directory_.path(), std::string("/dev/null"), file_ + ".progress"}) {
    const RunResult run = Import({"--errors", errors});

    EXPECT_EQ(run.code, ExitCode::kUsage) << errors;
    EXPECT_THAT(run.err, Not(IsEmpty())) << errors;
  }

  EXPECT_EQ(ReadText(file_), rows);
  EXPECT_EQ(ReadText(letter), "Dear all\n");
  EXPECT_TRUE(FileExists("/dev/null"));
  EXPECT_THAT(Accounts(), IsEmpty());
}

TEST_F(ImportTest, AnErrorFileOfAnEarlierImportIsWrittenAnew) {
  WriteText(file_, Rows(1) + "bad\n");
  ASSERT_EQ(Import().code, ExitCode::kPartial);
  const std::string first = Errors();
  WriteText(file_, Rows(2) + "bad\n");

  EXPECT_EQ(Import().code, ExitCode::kPartial);

  EXPECT_THAT(Errors(), AllOf(HasSubstr("\r\n4,,"), Not(HasSubstr("\r\n3,,"))));
  EXPECT_THAT(first, HasSubstr("\r\n3,,"));
}

TEST_F(ImportTest, AQuoteOutOfPlaceCostsOneLine) {
  WriteText(file_, kHeader + Row("a\"b") + Row("u-1") + Row("c\"d") + Row("u-2"));

  EXPECT_EQ(Import().code, ExitCode::kPartial);

  EXPECT_THAT(Accounts(), ElementsAre("u-1", "u-2"));
  EXPECT_THAT(Errors(), AllOf(HasSubstr("\r\n2,,"), HasSubstr("\r\n4,,"), Not(HasSubstr("3,,"))));
}

TEST_F(ImportTest, GoesOnAfterTheServerFailed) {
  WriteText(file_, Rows(2500) + "bad\n");
  const absl::Status down = absl::UnavailableError("down");
  server_.state().errors = {absl::OkStatus(), down, down, down, down};

  const RunResult failed = Import();
  const RunResult refused = Import();
  const RunResult resumed = Import({"--resume", "-o", "csv"});

  EXPECT_EQ(failed.code, ExitCode::kUnavailable);
  EXPECT_THAT(failed.err, AllOf(HasSubstr("--resume"), HasSubstr("line 1001")));
  EXPECT_THAT(failed.out, HasSubstr("1000"));
  EXPECT_EQ(refused.code, ExitCode::kUsage);
  EXPECT_THAT(refused.err, HasSubstr("--resume"));
  EXPECT_EQ(resumed.code, ExitCode::kPartial) << resumed.err;
  EXPECT_THAT(Accounts(), SizeIs(2500));
  EXPECT_THAT(resumed.out, HasSubstr("2501,2500,1,"));
  EXPECT_EQ(Errors(), "line,field,description\r\n2502,,has 1 fields where the header has 7\r\n");
  EXPECT_FALSE(FileExists(file_ + ".progress"));
}

// What is on the disk when a batch arrives is what a kill at that moment leaves.
TEST_F(ImportTest, AKillLosesNothingAndSendsTheBatchUnderWayUnderItsKey) {
  WriteText(file_, Rows(1500) + "bad\n" + Row("refused") + Row("last"));
  std::string progress;
  std::string errors;
  RefuseAccount("refused");
  const auto check = server_.state().check_disclosures;
  server_.state().check_disclosures = [&](const v1::BatchCreateDisclosuresRequest& in) {
    progress = Progress();
    errors = Errors();
    return check(in);
  };
  ASSERT_EQ(Import().code, ExitCode::kPartial);
  const std::vector<std::string> keys = server_.state().idempotency_keys;
  const std::string all_errors = Errors();
  ASSERT_THAT(keys, SizeIs(3));  // 1000; 502, refused; 501

  // Killed while the third was under way; meanwhile the server would take what it refused.
  WriteText(file_ + ".progress", progress);
  WriteText(file_ + ".errors", errors + "a line that was told after the progress was saved\r\n");
  server_.state().check_disclosures = nullptr;
  server_.state().idempotency_keys.clear();
  const RunResult resumed = Import({"--resume", "-o", "jsonl"});

  EXPECT_EQ(resumed.code, ExitCode::kPartial);
  EXPECT_THAT(server_.state().idempotency_keys, ElementsAre(keys[2]));
  EXPECT_THAT(resumed.out, HasSubstr("\"recorded\":\"1501\",\"failed\":\"2\""));
  EXPECT_EQ(Errors(), all_errors);
}

TEST_F(ImportTest, TheSameFileHasTheSameKeysAndAnotherOthers) {
  WriteText(file_, Rows(10));
  Import();
  Import();
  WriteText(file_, Rows(11));
  Import();

  const std::vector<std::string>& keys = server_.state().idempotency_keys;
  ASSERT_THAT(keys, SizeIs(3));
  EXPECT_EQ(keys[0], keys[1]);
  EXPECT_NE(keys[0], keys[2]);
}

TEST_F(ImportTest, GoesOnWithNoOtherFileKindOrZone) {
  WriteText(file_, Rows(1500));
  server_.state().errors = {absl::OkStatus(), absl::PermissionDeniedError("no")};
  ASSERT_EQ(Import().code, ExitCode::kNotAllowed);

  EXPECT_EQ(Import({"--resume", "--tz", "UTC"}).code, ExitCode::kUsage);
  EXPECT_EQ(Import({"--resume", "--format", "jsonl"}).code, ExitCode::kUsage);
  EXPECT_EQ(Import({"-", "--format", "csv", "--resume"}).code, ExitCode::kUsage);
  WriteText(file_, Rows(1501));
  EXPECT_EQ(Import({"--resume"}).code, ExitCode::kUsage);
  EXPECT_THAT(server_.state().disclosures, SizeIs(1000));
}

TEST_F(ImportTest, TheServersErrorEndsItWhenItIsNotAboutRows) {
  WriteText(file_, Rows(3));
  server_.state().errors = {absl::PermissionDeniedError("not yours")};

  const RunResult run = Import();

  EXPECT_EQ(run.code, ExitCode::kNotAllowed);
  EXPECT_THAT(run.err, HasSubstr("not yours"));
  EXPECT_THAT(server_.state().disclosure_batches, SizeIs(1));
}

TEST_F(ImportTest, AWrongHeaderOrFormatSendsNothing) {
  WriteText(file_, "subject_account,phone\nu-1,13800138000\n");
  const RunResult unknown = Import();
  WriteText(file_, "13800138000,recipients/ads\n");
  const RunResult none = Import();
  WriteText(file_, "");
  const RunResult empty = Import();

  EXPECT_EQ(unknown.code, ExitCode::kUsage);
  EXPECT_THAT(unknown.err, HasSubstr("column 2"));
  EXPECT_EQ(none.code, ExitCode::kUsage);
  EXPECT_THAT(none.err, Not(HasSubstr("13800138000")));
  EXPECT_EQ(empty.code, ExitCode::kUsage);
  EXPECT_EQ(Import({"--format", "xml"}).code, ExitCode::kUsage);
  EXPECT_EQ(Import({"-"}, kHeader).code, ExitCode::kUsage);
  EXPECT_THAT(server_.state().disclosure_batches, IsEmpty());
}

TEST_F(ImportTest, ABatchIsBoundedByItsBytesToo) {
  std::string text = kHeader;
  const std::string purpose(2000, 'p');
  for (int i = 0; i < 400; ++i) {
    text += absl::StrCat("u,recipients/ads,orders,2026-03-01,", purpose, ",api,contract\n");
  }
  WriteText(file_, text);

  EXPECT_EQ(Import().code, ExitCode::kOk);

  EXPECT_THAT(server_.state().disclosure_batches, SizeIs(2));
}

TEST_F(ImportTest, RecordsConsentsInTheSameWay) {
  const std::string file = directory_.File("consents.csv");
  WriteText(file,
            "subject_account,purpose,categories,recipients,give_time,evidence\n"
            "u-1,ads,orders;browsing,recipients/ads,2026-03-01T10:00:00Z,\"app 9.2, page 4\"\n");

  const RunResult run =
      RunDsrctlForTest({"--server", server_.address(), "consent", "import", file});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  ASSERT_THAT(server_.state().consents, SizeIs(1));
  const v1::Consent& consent = server_.state().consents[0];
  EXPECT_THAT(consent.categories(), ElementsAre("orders", "browsing"));
  EXPECT_EQ(consent.evidence(), "app 9.2, page 4");
}

}  // namespace
}  // namespace dsr::dsrctl
