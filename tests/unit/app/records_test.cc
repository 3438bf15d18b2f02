#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/flat_json.h"
#include "app/record_tables.h"
#include "app/zip_writer.h"
#include "dsr/base/errors.h"
#include "testing/status_matchers.h"

namespace dsr {
namespace {

std::vector<std::pair<std::string, std::string>> Members(const std::string& line) {
  std::vector<std::pair<std::string, std::string>> members;
  const absl::StatusOr<std::vector<JsonMember>> parsed = ParseFlatJson(line);
  EXPECT_THAT(parsed, IsOk());
  if (!parsed.ok()) return members;
  for (const JsonMember& member : *parsed) members.emplace_back(member.key, member.value);
  return members;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(FlatJsonTest, ReadsTextsAndKeepsEveryDigitOfNumbers) {
  EXPECT_EQ(Members(R"({"name": "王", "id": 12345678901234567890, "ok": true, "none": null})"),
            (Pairs{{"name", "王"}, {"id", "12345678901234567890"}, {"ok", "true"}, {"none", ""}}));
  EXPECT_EQ(Members(R"({"x":-1.50e+3})"), (Pairs{{"x", "-1.50e+3"}}));
  EXPECT_EQ(Members(" { } "), Pairs());
}

TEST(FlatJsonTest, ReadsEscapesOfAllPlanes) {
  EXPECT_EQ(Members(R"({"a":"\"\\\/\b\f\n\r\t","b":"\u738b\u00e9\uD83D\uDE00A"})"),
            (Pairs{{"a", "\"\\/\b\f\n\r\t"}, {"b", "王é😀A"}}));
}

TEST(FlatJsonTest, PassesOnWhatIsNotFlat) {
  EXPECT_EQ(Members(R"({"a":[1,{"b":"}"}],"c":{"d":[]}})"),
            (Pairs{{"a", R"([1,{"b":"}"}])"}, {"c", R"({"d":[]})"}}));
}

TEST(FlatJsonTest, RefusesWhatIsNotOneObject) {
  for (const char* line :
       {"", "[]", "{", "{}}", R"({"a"})", R"({"a":})", R"({"a":1,})", R"({a:1})", R"({"a":"x})",
        R"({"a":"\x"})", R"({"a":"\ud800"})", R"({"a":"\udc00"})", R"({"a":tru})", R"({"a":01x})",
        R"({"a":1.})", R"({"a":-})", R"({"a":[1})", R"({"a":1} {"b":2})", "{\"a\":\"\t\"}"}) {
    EXPECT_THAT(ParseFlatJson(line), ReasonIs(v1::ERROR_REASON_FIELD_INVALID)) << line;
  }
  const std::string deep = "{\"a\":" + std::string(100'000, '[');
  EXPECT_THAT(ParseFlatJson(deep), ReasonIs(v1::ERROR_REASON_FIELD_INVALID));
}

TEST(FlatJsonTest, WritesStringsThatItReadsBack) {
  const std::string text = "a\"b\\c\n\x01 王";
  EXPECT_EQ(Members("{\"k\":" + JsonString(text) + "}"), (Pairs{{"k", text}}));
}

TEST(RecordTablesTest, QuotesCsvFieldsWhereTheyMustBe) {
  EXPECT_EQ(CsvField("plain"), "plain");
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(CsvField("two\nlines"), "\"two\nlines\"");
}

std::string MakeZip() {
  std::string bytes;
  const ByteSink sink = [&](absl::string_view piece) {
    bytes.append(piece.data(), piece.size());
    return absl::OkStatus();
  };
  auto zip = ZipWriter::Open(sink, absl::FromUnixSeconds(1'700'000'000));
  EXPECT_THAT(zip, IsOk());
  EXPECT_THAT((*zip)->BeginEntry("a.txt"), IsOk());
  EXPECT_THAT((*zip)->Write("hello"), IsOk());
  EXPECT_THAT((*zip)->BeginEntry("b.txt"), IsOk());
  EXPECT_THAT((*zip)->Write(std::string(100'000, 'x')), IsOk());
  EXPECT_THAT((*zip)->Finish(), IsOk());
  return bytes;
}

TEST(ZipWriterTest, GivesEqualBytesForEqualEntries) {
  const std::string zip = MakeZip();

  EXPECT_EQ(zip.substr(0, 4), "PK\x03\x04");
  EXPECT_LT(zip.size(), 2000u);
  EXPECT_EQ(MakeZip(), zip);
}

TEST(ZipWriterTest, EndsWithTheErrorOfItsSink) {
  const ByteSink sink = [](absl::string_view) {
    return MakeError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_DISK_FULL, "full");
  };
  auto zip = ZipWriter::Open(sink, absl::UnixEpoch());
  ASSERT_THAT(zip, IsOk());

  (void)(*zip)->BeginEntry("a.txt");
  (void)(*zip)->Write("hello");
  EXPECT_THAT((*zip)->Finish(), ReasonIs(v1::ERROR_REASON_DISK_FULL));
}

}  // namespace
}  // namespace dsr
