#include "dsr/base/utf8.h"

#include <gtest/gtest.h>

namespace dsr {
namespace {

TEST(Utf8Test, IsToldFromOtherBytes) {
  for (const char* text : {"", "abc", "删除", "é", "🙂", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  // Cut off, overlong, a surrogate, beyond Unicode, another encoding.
  for (const char* text : {"\xE5\x88", "\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80",
                           "\xF4\x90\x80\x80", "\xFF", "\xC9\xBE\xB3\xFD"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
}

}  // namespace
}  // namespace dsr
