#include "dsrctl/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dsr::dsrctl {
namespace {

TEST(DisplayWidthTest, CountsLatinAsOneAndChineseAsTwoColumns) {
  EXPECT_EQ(DisplayWidth("deletion"), 8);
  EXPECT_EQ(DisplayWidth("删除"), 4);
  EXPECT_EQ(DisplayWidth("é"), 1);
  EXPECT_EQ(DisplayWidth("，。（"), 6);
  EXPECT_EQ(DisplayWidth("𠀀"), 2);
}

TEST(DisplayWidthTest, CountsNothingForCombiningMarks) { EXPECT_EQ(DisplayWidth("e\u0301"), 1); }

TEST(DisplayWidthTest, CountsBytesThatAreNotUtf8AsOneColumnEach) {
  EXPECT_EQ(DisplayWidth("\xff\xfe"), 2);
  EXPECT_EQ(DisplayWidth("a\xe5\x88"), 3);
}

TEST(PrintableTest, EscapesWhatWouldBreakATableOrCommandATerminal) {
  EXPECT_EQ(Printable("a\nb\tc\x1b[31m"), "a\\nb\\tc\\x1b[31m");
  EXPECT_EQ(Printable("\xc2\x9b"), "\\x9b");
}

TEST(PrintableTest, LeavesLettersOfAllScriptsAlone) { EXPECT_EQ(Printable("张三 é"), "张三 é"); }

TEST(JsonStringTest, QuotesAndEscapes) {
  EXPECT_EQ(JsonString("a\"b\\c\n"), R"("a\"b\\c\n")");
  EXPECT_EQ(JsonString("张"), "\"张\"");
}

TEST(CsvLineTest, QuotesOnlyWhatHasToBeQuoted) {
  EXPECT_EQ(CsvLine({"plain", "a,b", "say \"hi\"", "two\nlines", " outer", ""}),
            "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\" outer\",\r\n");
}

TEST(NearestTest, FindsTheWordThatWasMeant) {
  EXPECT_EQ(Nearest("reqest", {"request", "report"}), "request");
  EXPECT_EQ(Nearest("lsit", {"get", "list"}), "list");
}

TEST(NearestTest, GivesNothingForAWordThatResemblesNone) {
  EXPECT_EQ(Nearest("frobnicate", {"request", "report"}), "");
  EXPECT_EQ(Nearest("x", {"get"}), "");
}

}  // namespace
}  // namespace dsr::dsrctl
