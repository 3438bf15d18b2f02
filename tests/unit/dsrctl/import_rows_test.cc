#include "dsrctl/import_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dsr/v1/registry.pb.h"
#include "dsrctl/csv.h"
#include "testing/status_matchers.h"

namespace dsr::dsrctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(CsvTest, ReadsFieldsWithAndWithoutQuotes) {
  EXPECT_THAT(ParseCsvRecord("a,b c,,d"), IsOkAndHolds(ElementsAre("a", "b c", "", "d")));
  EXPECT_THAT(ParseCsvRecord("\"a,b\",\"say \"\"hi\"\"\",\"\""),
              IsOkAndHolds(ElementsAre("a,b", "say \"hi\"", "")));
  EXPECT_THAT(ParseCsvRecord("\"two\r\nlines\",x"), IsOkAndHolds(ElementsAre("two\r\nlines", "x")));
  EXPECT_THAT(ParseCsvRecord(""), IsOkAndHolds(ElementsAre("")));
  EXPECT_THAT(ParseCsvRecord("a,"), IsOkAndHolds(ElementsAre("a", "")));
  EXPECT_THAT(ParseCsvRecord("\"a\","), IsOkAndHolds(ElementsAre("a", "")));
}

TEST(CsvTest, RefusesQuotesWhereTheyCannotBeAndQuotesNothing) {
  for (const char* text : {"secret\"x", "\"secret", "\"secret\"x", "a,\"b\"\"", "\"a\" ,b"}) {
    const absl::Status status = ParseCsvRecord(text).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument)) << text;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  }
}

class ImportRowsTest : public ::testing::Test {
 protected:
  static absl::StatusOr<std::unique_ptr<RowReader>> Csv(absl::string_view header) {
    return CsvRows(header, *v1::Disclosure::descriptor(), {"subject_account"},
                   absl::FixedTimeZone(8 * 60 * 60));
  }
  // The problem of a row, as `field: description`; empty when there is none.
  std::string Read(const RowReader& reader, absl::string_view text) {
    disclosure_.Clear();
    const std::optional<RowProblem> problem = reader.Read(text, disclosure_);
    return problem.has_value() ? problem->field + ": " + problem->description : "";
  }

  v1::Disclosure disclosure_;
};

TEST_F(ImportRowsTest, CsvFillsTheFieldsThatTheHeaderNames) {
  DSR_ASSERT_OK_AND_ASSIGN(
      const auto reader,
      Csv("subject_account, categories,disclose_time,own_authorisation.proof,recipient_reference"));

  EXPECT_EQ(Read(*reader, "u-1,orders; browsing;,2026-03-01,\"paper, signed\","), "");

  EXPECT_EQ(disclosure_.subject_account(), "u-1");
  EXPECT_THAT(disclosure_.categories(), ElementsAre("orders", "browsing"));
  EXPECT_EQ(disclosure_.disclose_time().seconds(), 1772294400);  // midnight in the zone
  EXPECT_EQ(disclosure_.own_authorisation().proof(), "paper, signed");
}

TEST_F(ImportRowsTest, AnEmptyFieldIsNotSet) {
  DSR_ASSERT_OK_AND_ASSIGN(const auto reader,
                           Csv("subject_account,disclose_time,own_authorisation.proof"));

  EXPECT_EQ(Read(*reader, "u-1,,"), "");

  EXPECT_FALSE(disclosure_.has_disclose_time());
  EXPECT_FALSE(disclosure_.has_own_authorisation());
}

TEST_F(ImportRowsTest, CsvTellsWhatIsWrongWithARowAndNeverAValue) {
  DSR_ASSERT_OK_AND_ASSIGN(const auto reader, Csv("subject_account,disclose_time"));

  EXPECT_EQ(Read(*reader, "secret,yesterday"),
            "disclose_time: takes an instant (RFC 3339) or a day (YYYY-MM-DD)");
  EXPECT_EQ(Read(*reader, "secret,2026-02-30"),
            "disclose_time: takes an instant (RFC 3339) or a day (YYYY-MM-DD)");
  EXPECT_EQ(Read(*reader, "secret"), ": has 1 fields where the header has 2");
  EXPECT_EQ(Read(*reader, "secret,2026-03-01,x"), ": has 3 fields where the header has 2");
  EXPECT_EQ(Read(*reader, "sec\"ret,2026-03-01"), ": has a quote in a field that is not quoted");
  EXPECT_EQ(Read(*reader, "\xC9\xEE,2026-03-01"), ": is not UTF-8; convert the file first");
}

TEST_F(ImportRowsTest, AHeaderNamesKnownFieldsOnceAndAllThatAreRequired) {
  const absl::Status unknown = Csv("subject_account,13800138000").status();

  EXPECT_THAT(unknown, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("column 2"));
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("own_authorisation.proof"));
  EXPECT_THAT(std::string(unknown.message()), Not(HasSubstr("13800138000")));
  for (const char* header : {"subject_account,subject_account", "recipient", "", "name",
                             "subject_account,own_authorisation", "\"subject_account"}) {
    EXPECT_THAT(Csv(header), StatusIs(absl::StatusCode::kInvalidArgument)) << header;
  }
}

TEST_F(ImportRowsTest, JsonTellsTheFieldWhereItCan) {
  const auto reader = JsonRows();

  EXPECT_EQ(Read(*reader, R"({"subjectAccount":"u-1","categories":["orders"]})"), "");
  EXPECT_EQ(disclosure_.subject_account(), "u-1");
  EXPECT_THAT(Read(*reader, R"({"subjectAccount":"secret","discloseTime":"yesterday"})"),
              ::testing::StartsWith("disclose"));
  EXPECT_THAT(Read(*reader, R"({"secret":"x"})"), HasSubstr("the message has no field secret"));
  EXPECT_THAT(Read(*reader, R"({"subjectAccount":"secret)"), HasSubstr("not well-formed JSON"));
  EXPECT_THAT(Read(*reader, R"({"origin":"secret"})"), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace dsr::dsrctl
