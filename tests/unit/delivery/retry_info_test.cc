#include "delivery/retry_info.h"

#include <gtest/gtest.h>

#include <string>

namespace dsr {
namespace {

// A field of bytes; neither number nor length needs more than one byte.
std::string Field(int number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}

// A google.rpc.Status with one detail, as other libraries write it.
std::string StatusWith(const std::string& type, const std::string& detail) {
  return "\x08\x08" + Field(2, "busy") +
         Field(3, Field(1, "type.googleapis.com/" + type) + Field(2, detail));
}

TEST(ParseRetryInfoTest, ReadsTheDelay) {
  // 90 s and 500 ms: nanos is the varint of 500000000.
  const std::string delay = Field(1, "\x08\x5a\x10\x80\xca\xb5\xee\x01");

  EXPECT_EQ(ParseRetryInfo(StatusWith("google.rpc.RetryInfo", delay)),
            absl::Seconds(90) + absl::Milliseconds(500));
}

TEST(ParseRetryInfoTest, IsZeroWhenThereIsNone) {
  EXPECT_EQ(ParseRetryInfo(""), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryInfo(StatusWith("google.rpc.RetryInfo", "")), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryInfo(StatusWith("google.rpc.ErrorInfo", Field(1, "\x08\x5a"))),
            absl::ZeroDuration());
}

TEST(ParseRetryInfoTest, IsZeroWhenItIsNegativeOrNotToBeUnderstood) {
  const std::string minus_one = "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";

  EXPECT_EQ(ParseRetryInfo(StatusWith("google.rpc.RetryInfo", Field(1, minus_one))),
            absl::ZeroDuration());
  EXPECT_EQ(ParseRetryInfo(StatusWith("google.rpc.RetryInfo", "\x08\x5a")), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryInfo(StatusWith("google.rpc.RetryInfo", "\x0a\x7f")), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryInfo("\xff\xff\xff"), absl::ZeroDuration());
}

}  // namespace
}  // namespace dsr
