#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/dsrctl/fake_server.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class TaskUploadTest : public ::testing::Test {
 protected:
  RunResult Upload(const std::string& data) {
    return RunDsrctlForTest({"--server", server_.address(), "task", "upload", "requests/a/tasks/b",
                             "--lease-token", "t", "--category", "orders", "--file", "-"},
                            data);
  }

  FakeServer server_;
};

TEST_F(TaskUploadTest, SendsPiecesThatTheServerTakes) {
  const std::string data(1'300'000, 'x');

  const RunResult run = Upload(data);

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_EQ(server_.state().uploaded, data);
  EXPECT_THAT(server_.state().authorizations, SizeIs(3));
  EXPECT_THAT(run.out, HasSubstr("1300000"));
}

TEST_F(TaskUploadTest, GoesOnWhereAnEarlierUploadEnded) {
  server_.state().uploaded = "{\"id\":1}\n";

  EXPECT_EQ(Upload("{\"id\":1}\n{\"id\":2}\n").code, ExitCode::kOk);
  EXPECT_EQ(server_.state().uploaded, "{\"id\":1}\n{\"id\":2}\n");
}

TEST_F(TaskUploadTest, RefusesToGoOnBeyondTheFile) {
  server_.state().uploaded = "much longer than the file";

  EXPECT_EQ(Upload("short").code, ExitCode::kUsage);
}

}  // namespace
}  // namespace dsr::dsrctl
