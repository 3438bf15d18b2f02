// A batch of deletions on the company's own motion, with dsrctl as a privacy officer uses it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "integration/shop.h"
#include "integration/test_server.h"
#include "testing/temp_dir.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr {
namespace {

using dsrctl::ExitCode;
using dsrctl::RunResult;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CompanyDeletionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.Register();
    shop_.RegisterSystem("orders", {"orders"},
                         {v1::TASK_KIND_STOP_COLLECTION, v1::TASK_KIND_ERASE});
    dsrctl::WriteText(accounts_, "account-1\n\naccount-2\n");
  }

  RunResult Run(absl::string_view principal, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(),
                     {"--server", server_.address(), "--token-file",
                      absl::StrCat(server_.data_dir(), "/dev/tokens/", principal, ".token")});
    return dsrctl::RunDsrctlForTest(arguments);
  }

  RunResult File() {
    return Run("officer-1", {"deletion", "file", accounts_, "--batch", "q1", "--ground",
                             "retention-over", "--category", "orders"});
  }

  TestServer server_;
  Shop shop_{server_};
  TempDir folder_;
  const std::string accounts_ = folder_.File("accounts.txt");
};

TEST_F(CompanyDeletionTest, ABatchIsFiledApprovedByTwoAndCarriedOut) {
  const RunResult filed = File();
  EXPECT_EQ(filed.code, ExitCode::kOk) << filed.err;
  EXPECT_THAT(filed.out, ContainsRegex("filed +2"));

  const RunResult own = Run("officer-1", {"deletion", "approve", "q1"});
  EXPECT_EQ(own.code, ExitCode::kConflict);
  EXPECT_THAT(own.out, ContainsRegex("needs_another_person +2"));
  EXPECT_THAT(Run("caseworker-1", {"deletion", "approve", "q1"}).out, ContainsRegex("approved +2"));
  EXPECT_THAT(Run("caseworker-1", {"deletion", "approve", "q1"}).out,
              AllOf(ContainsRegex("approved +0"), ContainsRegex("needs_another_person +2")));
  EXPECT_THAT(Run("officer-1", {"deletion", "show", "q1"}).out, ContainsRegex("proposed +2"));
  EXPECT_THAT(Run("caseworker-2", {"deletion", "approve", "q1"}).out, ContainsRegex("approved +2"));
  EXPECT_THAT(Run("officer-1", {"deletion", "show", "q1"}).out, ContainsRegex("stopping +2"));

  const auto work = [&](v1::TaskKind kind) {
    for (int request = 0; request < 2; ++request) {
      shop_.Work("orders", [&](const v1::Task& given) {
        EXPECT_EQ(given.kind(), kind);
        return RecordsOf("orders", 3);
      });
    }
  };
  // Nothing is erased before collection has stopped, and before it was asked where these people can
  // be reached: nobody knows.
  work(v1::TASK_KIND_STOP_COLLECTION);
  EXPECT_THAT(Run("officer-1", {"deletion", "show", "q1"}).out, ContainsRegex("stopping +2"));
  shop_.Work("profile", [](const v1::Task&) { return v1::TaskResult(); });
  shop_.Work("profile", [](const v1::Task&) { return v1::TaskResult(); });
  work(v1::TASK_KIND_ERASE);

  EXPECT_THAT(Run("officer-1", {"deletion", "show", "q1"}).out, ContainsRegex("telling +2"));
  EXPECT_THAT(Run("officer-1", {"deletion", "announce", "q1", "--announcement", "Home page"}).out,
              ContainsRegex("announced +2"));
  EXPECT_THAT(Run("officer-1", {"deletion", "show", "q1"}).out, ContainsRegex("closed +2"));
}

TEST_F(CompanyDeletionTest, FiledAgainABatchIsNotTwice) {
  ASSERT_EQ(File().code, ExitCode::kOk);
  ASSERT_EQ(File().code, ExitCode::kOk);

  EXPECT_THAT(Run("officer-1", {"deletion", "show", "q1"}).out, ContainsRegex("proposed +2"));
}

TEST_F(CompanyDeletionTest, OneBadLineIsNamedWithoutItsValueAndTheOthersAreFiled) {
  dsrctl::WriteText(accounts_, "account-1\n" + std::string(5000, 'x') + "\naccount-2\n");

  const RunResult filed = File();

  EXPECT_EQ(filed.code, ExitCode::kPartial);
  EXPECT_THAT(filed.out, AllOf(ContainsRegex("filed +2"), ContainsRegex("failed +1")));
  EXPECT_THAT(filed.err,
              AllOf(HasSubstr("line 2: "), HasSubstr("subject_account"), Not(HasSubstr("xxx"))));
}

TEST_F(CompanyDeletionTest, ALineThatWasRefusedIsFiledOnceItIsPutRight) {
  std::vector<std::string> arguments = {"deletion", "file",   accounts_,    "--batch", "q2",
                                        "--ground", "merger", "--language", "en"};
  EXPECT_THAT(Run("officer-1", arguments).out, ContainsRegex("failed +2"));
  arguments.insert(arguments.end(), {"--successor", "Successor Ltd"});

  const RunResult filed = Run("officer-1", arguments);

  EXPECT_EQ(filed.code, ExitCode::kOk) << filed.err;
  EXPECT_THAT(filed.out, ContainsRegex("filed +2"));
}

TEST_F(CompanyDeletionTest, WhatIsDueToNobodyComesLastInTheQueueAndHasNoDueTime) {
  ASSERT_EQ(File().code, ExitCode::kOk);
  const std::string due = shop_.File().name();

  const RunResult queue = Run("caseworker-1", {"request", "list", "--queue", "-o", "csv"});
  const RunResult pages = Run("caseworker-1", {"request", "list", "--queue", "--limit", "1"});

  const std::vector<std::string> lines = absl::StrSplit(queue.out, "\r\n", absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 4u) << queue.out;
  EXPECT_THAT(lines[1], HasSubstr(due));
  EXPECT_THAT(lines[2], HasSubstr(",company-deletion,approval,proposed,,"));
  EXPECT_THAT(lines[3], HasSubstr(",company-deletion,approval,proposed,,"));
  EXPECT_THAT(pages.out, HasSubstr(due));
}

TEST_F(CompanyDeletionTest, AnUnknownBatchAndAMissingFileAreNamedAsSuch) {
  EXPECT_EQ(Run("officer-1", {"deletion", "show", "no-such-batch"}).code, ExitCode::kNotFound);
  EXPECT_EQ(Run("officer-1", {"deletion", "approve", "no-such-batch"}).code, ExitCode::kNotFound);
  const RunResult missing = Run("officer-1", {"deletion", "file", folder_.File("none"), "--batch",
                                              "q1", "--ground", "retention-over"});
  EXPECT_EQ(missing.code, ExitCode::kUsage);
  EXPECT_THAT(missing.out, IsEmpty());
}

}  // namespace
}  // namespace dsr
