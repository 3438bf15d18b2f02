#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "google/protobuf/descriptor.pb.h"
#include "testing/temp_dir.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kShipped[] = DSR_SOURCE_DIR "/workflows";

// A copy of the shipped definitions whose access workflow names a state that does not exist.
class WorkflowTest : public ::testing::Test {
 protected:
  WorkflowTest() {
    std::filesystem::copy(kShipped, broken_, std::filesystem::copy_options::recursive);
    WriteText(broken_ + "/access.textproto", ReadText(broken_ + "/access.textproto") +
                                                 "\ntransitions { from: \"nowhere_at_all\" }\n");
  }

  TempDir directory_;
  const std::string broken_ = directory_.File("definitions");
};

TEST_F(WorkflowTest, CheckFindsNothingWrongWithWhatIsShipped) {
  const RunResult run = RunDsrctlForTest({"workflow", "check", kShipped});

  EXPECT_EQ(run.code, ExitCode::kOk) << run.out << run.err;
  EXPECT_THAT(run.out, IsEmpty());
}

TEST_F(WorkflowTest, CheckNamesFileAndLineAndEndsWithFindings) {
  const RunResult run = RunDsrctlForTest({"workflow", "check", broken_});

  EXPECT_EQ(run.code, ExitCode::kFindings);
  EXPECT_THAT(run.out, ContainsRegex("definitions/access.textproto:[0-9]+: .*nowhere_at_all"));
}

TEST_F(WorkflowTest, CheckOfOneFileLeavesTheFindingsOfOthersOut) {
  EXPECT_EQ(RunDsrctlForTest({"workflow", "check", broken_ + "/copy.textproto"}).code,
            ExitCode::kOk);
  EXPECT_EQ(RunDsrctlForTest({"workflow", "check", broken_ + "/access.textproto"}).code,
            ExitCode::kFindings);
}

TEST_F(WorkflowTest, CheckGivesFindingsAsCsv) {
  EXPECT_THAT(RunDsrctlForTest({"workflow", "check", broken_, "-o", "csv"}).out,
              AllOf(StartsWith("file,line,description\r\n"), HasSubstr("access.textproto")));
}

TEST_F(WorkflowTest, CheckRefusesWhatIsNotThere) {
  EXPECT_EQ(RunDsrctlForTest({"workflow", "check", directory_.File("none")}).code,
            ExitCode::kUsage);
  EXPECT_EQ(RunDsrctlForTest({"workflow", "check", directory_.path()}).code, ExitCode::kUsage);
}

TEST_F(WorkflowTest, ListsShowsAndDrawsWithoutAServer) {
  EXPECT_THAT(RunDsrctlForTest({"workflow", "list", "--definitions", kShipped}).out,
              AllOf(HasSubstr("access"), HasSubstr("account-cancellation")));
  EXPECT_THAT(RunDsrctlForTest({"workflow", "show", "access", "--definitions", kShipped}).out,
              HasSubstr("name: \"access\""));
  EXPECT_THAT(RunDsrctlForTest({"workflow", "graph", "access", "--definitions", kShipped}).out,
              HasSubstr("digraph"));
  EXPECT_THAT(RunDsrctlForTest(
                  {"workflow", "graph", "access", "--definitions", kShipped, "--format", "mermaid"})
                  .out,
              HasSubstr("stateDiagram"));
}

TEST_F(WorkflowTest, ShowsNothingOfBrokenDefinitions) {
  const RunResult run = RunDsrctlForTest({"workflow", "list", "--definitions", broken_});

  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, HasSubstr("workflow check"));
}

TEST_F(WorkflowTest, SaysWhenThereIsNoSuchWorkflowOrFormat) {
  EXPECT_EQ(RunDsrctlForTest({"workflow", "show", "other", "--definitions", kShipped}).code,
            ExitCode::kNotFound);
  EXPECT_EQ(RunDsrctlForTest(
                {"workflow", "graph", "access", "--definitions", kShipped, "--format", "png"})
                .code,
            ExitCode::kUsage);
}

TEST(ApiDescriptorsTest, HasEveryServiceAfterWhatItImports) {
  const RunResult run = RunDsrctlForTest({"api", "descriptors"});

  google::protobuf::FileDescriptorSet set;
  ASSERT_TRUE(set.ParseFromString(run.out));
  google::protobuf::DescriptorPool pool;
  for (const auto& file : set.file()) ASSERT_NE(pool.BuildFile(file), nullptr) << file.name();
  for (const char* service : {"AdminService", "AuditService", "MessageService", "NoticeService",
                              "RegistryService", "ReportService", "RequestService", "TaskService",
                              "VerificationService", "WorkflowService"}) {
    EXPECT_NE(pool.FindServiceByName(std::string("dsr.v1.") + service), nullptr) << service;
  }
}

}  // namespace
}  // namespace dsr::dsrctl
