#include "dsr/base/html.h"

#include <gtest/gtest.h>

namespace dsr {
namespace {

TEST(EscapeHtmlTest, EscapesEverythingThatMeansSomethingInHtml) {
  EXPECT_EQ(EscapeHtml("<script>alert('x' & \"y\")</script>"),
            "&lt;script&gt;alert(&#39;x&#39; &amp; &quot;y&quot;)&lt;/script&gt;");
}

}  // namespace
}  // namespace dsr
