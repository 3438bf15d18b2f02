#include "dsr/base/address.h"

#include <gtest/gtest.h>

#include <string>

namespace dsr {
namespace {

TEST(IsMailAddressTest, TakesOneAddress) {
  EXPECT_TRUE(IsMailAddress("li.wei+dsr@mail.example.com"));
  for (const char* address :
       {"", "li", "@example.com", "li@", "li@a@b", "li wei@example.com", "a@b.c,d@e.f", "<li@b.c>",
        "li@b.c\r\nRCPT TO:<x@y.z>", "\"li\"@b.c", "李@example.com"}) {
    EXPECT_FALSE(IsMailAddress(address)) << address;
  }
}

TEST(IsPlainAddressTest, TakesATelephoneNumber) {
  EXPECT_TRUE(IsPlainAddress("+8613800000000"));
  EXPECT_FALSE(IsPlainAddress("+86 138"));
  EXPECT_FALSE(IsPlainAddress(std::string(255, '1')));
}

TEST(IsPhoneNumberTest, TakesDigitsWithACountrysSignOrWithout) {
  EXPECT_TRUE(IsPhoneNumber("+8613800000000"));
  EXPECT_TRUE(IsPhoneNumber("13800000000"));
  for (const char* number : {"", "+", "abc", "+86 138", "1234", "1234567890123456", "+86+138"}) {
    EXPECT_FALSE(IsPhoneNumber(number)) << number;
  }
}

}  // namespace
}  // namespace dsr
