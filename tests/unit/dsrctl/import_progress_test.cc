#include "dsrctl/import_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "testing/status_matchers.h"
#include "testing/temp_dir.h"
#include "unit/dsrctl/run_dsrctl.h"

namespace dsr::dsrctl {
namespace {

using ::testing::SizeIs;

class ImportProgressTest : public ::testing::Test {
 protected:
  TempDir directory_;
};

TEST_F(ImportProgressTest, IsReadBackAsItWasWritten) {
  const std::string path = directory_.File("progress");
  ImportProgress progress{"disclosures", "csv", "Asia/Shanghai", "12-ab", 10, 2, 1, 1, 30, {}};
  progress.refused.push_back({7, "recipient", "is registered, \"as\" a name"});

  ASSERT_THAT(WriteProgress(path, progress), IsOk());
  DSR_ASSERT_OK_AND_ASSIGN(const ImportProgress read, ReadProgress(path));

  EXPECT_EQ(read.kind, "disclosures");
  EXPECT_EQ(read.format, "csv");
  EXPECT_EQ(read.zone, "Asia/Shanghai");
  EXPECT_EQ(read.mark, "12-ab");
  EXPECT_EQ(read.offset, 10);
  EXPECT_EQ(read.lines, 2);
  EXPECT_EQ(read.recorded, 1);
  EXPECT_EQ(read.failed, 1);
  EXPECT_EQ(read.error_bytes, 30);
  ASSERT_THAT(read.refused, SizeIs(1));
  EXPECT_EQ(read.refused[0].line, 7);
  EXPECT_EQ(read.refused[0].description, "is registered, \"as\" a name");
}

TEST_F(ImportProgressTest, RefusesWhatIsNoProgress) {
  const std::string path = directory_.File("progress");
  for (const char* text : {"", "dsrctl import 1\n", "something else\nkind disclosures\n",
                           "dsrctl import 1\noffset x\nlines 1\nrecorded 1\nfailed 0\n",
                           "dsrctl import 1\nrefused seven,a,b\n"}) {
    WriteText(path, text);
    EXPECT_THAT(ReadProgress(path), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
  EXPECT_THAT(ReadProgress(directory_.File("none")), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ImportProgressTest, AMarkTellsFilesApart) {
  WriteText(directory_.File("a"), "one");
  WriteText(directory_.File("b"), "two");
  WriteText(directory_.File("c"), "one more");

  DSR_ASSERT_OK_AND_ASSIGN(const std::string mark, MarkOf(directory_.File("a")));

  EXPECT_THAT(MarkOf(directory_.File("a")), IsOkAndHolds(mark));
  EXPECT_NE(*MarkOf(directory_.File("b")), mark);
  EXPECT_NE(*MarkOf(directory_.File("c")), mark);
  EXPECT_THAT(MarkOf(directory_.File("none")), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(MarkOf(directory_.path()), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace dsr::dsrctl
