#include "dsrctl/text_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace dsr::dsrctl {
namespace {

using ::testing::ElementsAre;

using Form = TextRecords::Form;

// Every record as `line:text`; one that is not whole as `line!`.
std::vector<std::string> Read(const std::string& text, Form form = Form::kQuotedLines) {
  std::istringstream in(text);
  TextRecords records(in, form);
  std::vector<std::string> found;
  while (true) {
    const auto record = records.Next();
    EXPECT_TRUE(record.ok());
    if (!record.ok() || !record->has_value()) break;
    const bool whole = (*record)->fault == TextRecords::Fault::kNone;
    found.push_back(whole ? absl::StrCat((*record)->line, ":", (*record)->text)
                          : absl::StrCat((*record)->line, "!"));
  }
  EXPECT_EQ(records.offset(), static_cast<int64_t>(text.size()));
  return found;
}

TEST(TextRecordsTest, LinesEndWithEitherBreakAndTheLastWithNone) {
  EXPECT_THAT(Read("a\r\nb\n\nc"), ElementsAre("1:a", "2:b", "3:", "4:c"));
  EXPECT_THAT(Read(""), ElementsAre());
}

TEST(TextRecordsTest, AByteOrderMarkIsNoPartOfTheFirstLine) {
  EXPECT_THAT(Read("\xEF\xBB\xBF"
                   "a\nb"),
              ElementsAre("1:a", "2:b"));
}

TEST(TextRecordsTest, ALineBreakBetweenQuotesJoinsLines) {
  EXPECT_THAT(Read("a,\"b\nc \"\" d\n\",e\nf"), ElementsAre("1:a,\"b\nc \"\" d\n\",e", "4:f"));
  EXPECT_THAT(Read("{\"a\nb\"}", Form::kLines), ElementsAre("1:{\"a", "2:b\"}"));
}

TEST(TextRecordsTest, AQuoteLeftOpenCostsItsOwnLineOnly) {
  EXPECT_THAT(Read("a\n\"b\nc\nd"), ElementsAre("1:a", "2!", "3:c", "4:d"));
  std::string text = "a\n\"b\n";
  for (int i = 0; i < 100'000; ++i) text += "c,d\n";
  EXPECT_THAT(Read(text), ::testing::SizeIs(100'002));
}

TEST(TextRecordsTest, ALineBeyondTheLimitIsPassedOver) {
  const std::string longest(TextRecords::kLongest, 'x');
  EXPECT_THAT(Read(longest + "\nb"), ElementsAre("1:" + longest, "2:b"));
  EXPECT_THAT(Read(longest + "x\nb"), ElementsAre("1!", "2:b"));
  EXPECT_THAT(Read(std::string(3'000'000, 'x') + "\nb", Form::kLines), ElementsAre("1!", "2:b"));
  EXPECT_THAT(Read(std::string(3'000'000, 'x')), ElementsAre("1!"));
}

TEST(TextRecordsTest, GoesBackToTheSecondLineOfARecord) {
  std::istringstream in("a\"b\nc\nd\"e\nf");
  TextRecords records(in, Form::kQuotedLines);
  EXPECT_EQ((*records.Next())->text, "a\"b\nc\nd\"e");

  records.GoBackToSecondLine();

  EXPECT_EQ((*records.Next())->text, "c");
  records.GoBackToSecondLine();
  EXPECT_EQ((*records.Next())->line, 3);
}

TEST(TextRecordsTest, GoesOnFromAnOffset) {
  std::istringstream in("a\nb\nc\n");
  TextRecords whole(in, Form::kLines);
  whole.Next().status().IgnoreError();
  std::istringstream again("a\nb\nc\n");
  again.seekg(whole.offset());

  TextRecords rest(again, Form::kLines, whole.offset(), whole.lines());
  const auto record = rest.Next();

  EXPECT_EQ((*record)->text, "b");
  EXPECT_EQ((*record)->line, 2);
  EXPECT_EQ(rest.offset(), 4);
}

}  // namespace
}  // namespace dsr::dsrctl
