#include "dsrctl/report_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "dsr/v1/report_service.pb.h"

namespace dsr::dsrctl {
namespace {

TEST(ReportTextTest, SeparatesThousands) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1000), "1,000");
  EXPECT_EQ(CountText(1234567), "1,234,567");
  EXPECT_EQ(CountText(-12345), "\u221212,345");
  EXPECT_EQ(CountText(std::numeric_limits<int64_t>::min()), "\u22129,223,372,036,854,775,808");
}

TEST(ReportTextTest, CountsOneInTheSingular) {
  EXPECT_EQ(CountOf(1, "request"), "1 request");
  EXPECT_EQ(CountOf(0, "request"), "0 requests");
  EXPECT_EQ(CountOf(1200, "request"), "1,200 requests");
}

TEST(ReportTextTest, NeverSaysAllOrNoneWhenItIsNot) {
  EXPECT_EQ(PercentText(9999, 10000), "99.9 %");
  EXPECT_EQ(PercentText(10000, 10000), "100.0 %");
  EXPECT_EQ(PercentText(1, 1000000), "0.1 %");
  EXPECT_EQ(PercentText(0, 10), "0.0 %");
  EXPECT_EQ(PercentText(0, 0), "\u2013");
}

TEST(ReportTextTest, WritesDurationsInTheUnitThatFits) {
  EXPECT_EQ(DurationText(0), "0 min");
  EXPECT_EQ(DurationText(-5), "0 min");
  EXPECT_EQ(DurationText(59), "< 1 min");
  EXPECT_EQ(DurationText(12 * 60), "12 min");
  EXPECT_EQ(DurationText(5 * 3600), "5.0 h");
  EXPECT_EQ(DurationText(16 * 86400 / 5), "3.2 d");
  EXPECT_EQ(DurationText(2000 * 86400), "2,000.0 d");
}

TEST(ReportTextTest, RoundsDurationsUpIntoTheNextUnit) {
  EXPECT_EQ(DurationText(3599), "1.0 h");
  EXPECT_EQ(DurationText(86399), "1.0 d");
}

TEST(ReportTextTest, WritesDaysWithOneDecimal) {
  EXPECT_EQ(DaysText(0), "0.0");
  EXPECT_EQ(DaysText(3 * 86400 + 4 * 3600), "3.2");
}

TEST(ReportTextTest, WritesInstantsInUtcToTheSecond) {
  google::protobuf::Timestamp time;
  time.set_seconds(1773792000);
  time.set_nanos(999999999);
  EXPECT_EQ(InstantText(time), "2026-03-18T00:00:00Z");
}

TEST(ReportTextTest, WritesEnumsAsWords) {
  const auto& causes = *v1::BreachCause_descriptor();
  EXPECT_EQ(EnumValueWords(causes, v1::BREACH_CAUSE_DATA_SYSTEM, "none"), "data system");
  EXPECT_EQ(EnumValueWords(causes, 0, "not recorded"), "not recorded");
  EXPECT_EQ(EnumValueWords(causes, 99, "none"), "number 99");
}

TEST(ReportTextTest, ShortensNamesToTheirId) {
  EXPECT_EQ(ShortName("systems/pay"), "pay");
  EXPECT_EQ(ShortName("pay"), "pay");
  EXPECT_EQ(ShortName(""), "");
}

}  // namespace
}  // namespace dsr::dsrctl
