#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/dsrctl/fake_server.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kKey[] = "6fa459ea-ee8a-4ca4-894e-db77e160355e";

class DisclosureImportTest : public ::testing::Test {
 protected:
  RunResult Import(const std::string& text) {
    return RunDsrctlForTest({"--server", server_.address(), "disclosure", "import", "--file", "-",
                             "-o", "csv", "--idempotency-key", kKey},
                            text);
  }
  static std::string Lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "{\"recipient\":\"recipients/ads\"}\n";
    return text;
  }

  FakeServer server_;
};

TEST_F(DisclosureImportTest, SendsLinesInBatchesThatTheServerTakes) {
  const RunResult run = Import(Lines(2300));

  EXPECT_EQ(run.code, ExitCode::kOk) << run.err;
  EXPECT_THAT(server_.state().disclosure_batches, ElementsAre(1000, 1000, 300));
}

TEST_F(DisclosureImportTest, TakesAJsonArray) {
  EXPECT_EQ(Import(" [{\"recipient\":\"recipients/ads\"}, {}]").code, ExitCode::kOk);
  EXPECT_THAT(server_.state().disclosure_batches, ElementsAre(2));
}

TEST_F(DisclosureImportTest, RepeatingWithTheSameKeySendsTheSameKeys) {
  Import(Lines(1500));
  const std::vector<std::string> keys = server_.state().idempotency_keys;
  server_.state().idempotency_keys.clear();

  Import(Lines(1500));

  EXPECT_EQ(server_.state().idempotency_keys, keys);
  EXPECT_EQ(keys[0], kKey);
  EXPECT_NE(keys[1], kKey);
}

TEST_F(DisclosureImportTest, TellsHowFarItCameWhenALaterBatchIsRefused) {
  server_.state().errors = {absl::OkStatus(), absl::InvalidArgumentError("unknown recipient")};

  const RunResult run = Import(Lines(1500));

  EXPECT_EQ(run.code, ExitCode::kPartial);
  EXPECT_THAT(run.err, AllOf(HasSubstr("unknown recipient"), HasSubstr("recorded: 1000 of 1500"),
                             HasSubstr(kKey)));
}

TEST_F(DisclosureImportTest, HasTheServersCodeWhenNothingWasRecorded) {
  server_.state().errors = {absl::PermissionDeniedError("not yours")};

  EXPECT_EQ(Import(Lines(1500)).code, ExitCode::kNotAllowed);
}

TEST_F(DisclosureImportTest, NamesTheBrokenLineAndSendsNothing) {
  const RunResult run = Import("{}\n\n{\"subjectAccount\":\"13800138000\" oops\n");

  EXPECT_EQ(run.code, ExitCode::kUsage);
  EXPECT_THAT(run.err, AllOf(HasSubstr("line 3"), Not(HasSubstr("13800138000"))));
  EXPECT_THAT(server_.state().disclosure_batches, IsEmpty());
}

TEST_F(DisclosureImportTest, RefusesAnEmptyFile) { EXPECT_EQ(Import("\n").code, ExitCode::kUsage); }

}  // namespace
}  // namespace dsr::dsrctl
