#include "dsr/base/watched_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "dsr/base/errors.h"
#include "dsr/base/file.h"
#include "testing/status_matchers.h"
#include "testing/temp_dir.h"

namespace dsr {
namespace {

using ::testing::HasSubstr;

class WatchedFilesTest : public ::testing::Test {
 protected:
  // Takes any text but `broken`.
  absl::StatusOr<std::unique_ptr<WatchedFiles<std::string>>> Open() {
    return WatchedFiles<std::string>::Open(
        "text_file", {path_}, [this]() -> absl::StatusOr<std::string> {
          ++loads_;
          absl::StatusOr<std::string> text = ReadFile(path_);
          if (text.ok() && *text == "broken") {
            return MakeError(absl::StatusCode::kFailedPrecondition,
                             v1::ERROR_REASON_INSTALLATION_INVALID, "line 7 is wrong");
          }
          return text;
        });
  }
  void Write(const std::string& text) { ASSERT_THAT(WriteFileAtomically(path_, text), IsOk()); }

  TempDir directory_;
  const std::string path_ = directory_.File("text");
  int loads_ = 0;
};

TEST_F(WatchedFilesTest, ReadsAgainOnlyWhatChanged) {
  Write("first");
  DSR_ASSERT_OK_AND_ASSIGN(const auto files, Open());
  EXPECT_EQ(*files->Present(), "first");
  EXPECT_EQ(*files->Present(), "first");
  EXPECT_EQ(loads_, 1);

  Write("second");

  EXPECT_EQ(*files->Present(), "second");
  EXPECT_EQ(loads_, 2);
}

TEST_F(WatchedFilesTest, KeepsWhatItHadWhenTheFileBreaksOrVanishesAndSaysSoOnce) {
  Write("first");
  DSR_ASSERT_OK_AND_ASSIGN(const auto files, Open());

  Write("broken");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(*files->Present(), "first");
  EXPECT_EQ(*files->Present(), "first");
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("file_invalid name=text_file"));
  EXPECT_THAT(log, HasSubstr("line 7 is wrong"));
  EXPECT_EQ(loads_, 2);

  ASSERT_EQ(std::remove(path_.c_str()), 0);
  EXPECT_EQ(*files->Present(), "first");
  Write("third");
  EXPECT_EQ(*files->Present(), "third");
}

TEST_F(WatchedFilesTest, DoesNotOpenWithoutAUsableFile) {
  EXPECT_THAT(Open().status(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
  Write("broken");
  EXPECT_THAT(Open().status(), ReasonIs(v1::ERROR_REASON_INSTALLATION_INVALID));
}

}  // namespace
}  // namespace dsr
