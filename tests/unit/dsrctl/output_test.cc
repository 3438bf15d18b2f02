#include "dsrctl/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "dsr/v1/registry.pb.h"
#include "dsr/v1/request.pb.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "testing/status_matchers.h"

namespace dsr::dsrctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

v1::Recipient Bank() {
  v1::Recipient recipient;
  recipient.set_name("recipients/bank");
  recipient.set_title("支付, \"银行\"");
  recipient.set_relation(v1::RECIPIENT_RELATION_INDEPENDENT_CONTROLLER);
  recipient.set_jurisdiction("CN");
  return recipient;
}

std::string ListOf(Format format, int count) {
  std::ostringstream out;
  Output output(out, {.format = format});
  output.BeginList(ColumnsOf(*v1::Recipient::descriptor()));
  for (int i = 0; i < count; ++i) output.ListItem(Bank());
  output.EndList();
  return out.str();
}

TEST(OutputTest, TablesHaveAHeaderInCapitals) {
  EXPECT_EQ(ListOf(Format::kTable, 1),
            "NAME             TITLE         RELATION                JURISDICTION  WEBHOOK\n"
            "recipients/bank  支付, \"银行\"  independent-controller  CN\n");
}

TEST(OutputTest, CsvHasAHeaderAndQuotesAsRfc4180Says) {
  EXPECT_EQ(ListOf(Format::kCsv, 1),
            "name,title,relation,jurisdiction,webhook\r\n"
            "recipients/bank,\"支付, \"\"银行\"\"\",independent-controller,CN,\r\n");
}

TEST(OutputTest, CsvOfAnEmptyListIsItsHeader) {
  EXPECT_EQ(ListOf(Format::kCsv, 0), "name,title,relation,jurisdiction,webhook\r\n");
}

TEST(OutputTest, JsonListsAreArraysThatParse) {
  EXPECT_EQ(ListOf(Format::kJson, 0), "[]\n");

  google::protobuf::ListValue list;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(ListOf(Format::kJson, 3), &list).ok());
  EXPECT_EQ(list.values_size(), 3);
}

TEST(OutputTest, JsonLinesHasOneResourceALineThatParses) {
  std::istringstream lines(ListOf(Format::kJsonl, 2));

  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    v1::Recipient recipient;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line, &recipient).ok()) << line;
    EXPECT_EQ(recipient.title(), Bank().title());
  }
  EXPECT_EQ(count, 2);
}

TEST(OutputTest, JsonHasFieldsThatAreZeroInLowerCamelCase) {
  EXPECT_THAT(ToJson(v1::Request(), false), HasSubstr("\"subjectAccount\":\"\""));
  EXPECT_THAT(ToJson(v1::Request(), false), HasSubstr("\"breached\":false"));
}

TEST(OutputTest, ASingleResourceInATableIsOneFieldALine) {
  std::ostringstream out;
  Output output(out, {.format = Format::kTable});

  output.Item(Bank());

  EXPECT_THAT(out.str(), AllOf(StartsWith("name          recipients/bank\n"),
                               HasSubstr("jurisdiction  CN\n")));
}

TEST(OutputTest, ASingleResourceInCsvIsARowWithAHeader) {
  std::ostringstream out;
  Output output(out, {.format = Format::kCsv});

  output.Item(Bank());

  EXPECT_EQ(out.str(), ListOf(Format::kCsv, 1));
}

TEST(OutputTest, RecordsAreObjectsOfStringsInJson) {
  std::ostringstream out;
  Output output(out, {.format = Format::kJsonl});

  output.BeginList(ParseColumns("file,line"));
  output.ListRecord({"a \"b\"", "3"});
  output.EndList();

  EXPECT_EQ(out.str(), "{\"file\":\"a \\\"b\\\"\",\"line\":\"3\"}\n");
}

}  // namespace
}  // namespace dsr::dsrctl
