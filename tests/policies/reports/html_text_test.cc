#include "policies/reports/html_text.h"

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

TEST(HtmlText, LeavesNoWayOutOfContentOrAttribute) {
  EXPECT_EQ(HtmlText("<b a=\"x\">R&D</b>"), "&lt;b a=&quot;x&quot;&gt;R&amp;D&lt;/b&gt;");
  EXPECT_EQ(HtmlText("plain, é"), "plain, é");
}

}  // namespace
}  // namespace signet::policies
