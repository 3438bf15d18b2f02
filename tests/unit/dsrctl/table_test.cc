#include "dsrctl/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace dsr::dsrctl {
namespace {

TEST(TableTest, AlignsColumnsWithWideCharacters) {
  std::ostringstream out;
  Table table(out, {"TITLE", "STATE"}, false);

  table.AddRow({"淘宝广告", "open"});
  table.AddRow({"ads", "done"});
  table.Flush();

  EXPECT_EQ(out.str(),
            "TITLE     STATE\n"
            "淘宝广告  open\n"
            "ads       done\n");
}

TEST(TableTest, AlignsNumbersRight) {
  std::ostringstream out;
  Table table(out, {"TYPE", "OPEN"}, false);

  table.AddRow({"copy", "7"});
  table.AddRow({"access", "123"});
  table.Flush();

  EXPECT_EQ(out.str(),
            "TYPE    OPEN\n"
            "copy       7\n"
            "access   123\n");
}

TEST(TableTest, PrintsTheHeaderOfAnEmptyTable) {
  std::ostringstream out;
  Table table(out, {"NAME", "STATE"}, false);

  table.Flush();

  EXPECT_EQ(out.str(), "NAME  STATE\n");
}

TEST(TableTest, PrintsTheHeaderOnceOverSeveralFlushes) {
  std::ostringstream out;
  Table table(out, {"NAME", "STATE"}, false);

  table.AddRow({"a", "b"});
  table.Flush();
  table.AddRow({"longer", "c"});
  table.Flush();

  EXPECT_EQ(out.str(), "NAME  STATE\na     b\nlonger  c\n");
}

TEST(TableTest, KeepsACellOnOneLine) {
  std::ostringstream out;
  Table table(out, {"NOTE"}, false);

  table.AddRow({"one\ntwo"});
  table.Flush();

  EXPECT_EQ(out.str(), "NOTE\none\\ntwo\n");
}

TEST(TableTest, ColoursHeaderAndMarkedRowsOnly) {
  std::ostringstream out;
  Table table(out, {"A"}, true);

  table.AddRow({"x"}, Emphasis::kAlarm);
  table.AddRow({"y"});
  table.Flush();

  EXPECT_EQ(out.str(), "\x1b[1mA\x1b[0m\n\x1b[31mx\x1b[0m\ny\n");
}

TEST(TableTest, ColoursARowByHowMuchItIsToBeSeen) {
  std::ostringstream out;
  Table table(out, {}, /*colour=*/true);
  table.AddRow({"normal"});
  table.AddRow({"soon"}, Emphasis::kNotice);
  table.AddRow({"pressing"}, Emphasis::kWarning);
  table.AddRow({"overdue"}, Emphasis::kAlarm);
  table.Flush();

  EXPECT_EQ(out.str(),
            "normal\n\x1b[33msoon\x1b[0m\n\x1b[35mpressing\x1b[0m\n\x1b[31moverdue\x1b[0m\n");
}

}  // namespace
}  // namespace dsr::dsrctl
