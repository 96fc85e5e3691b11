#include "crypto/base/text.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

TEST(NearestName, FindsATypoAndNotAStranger) {
  EXPECT_EQ(NearestName("purpos", {"purpose", "policies"}), "purpose");
  EXPECT_EQ(NearestName("zebra", {"purpose", "policies"}), "");
}

TEST(Utf8, RefusesOverlongSurrogatesAndTruncation) {
  EXPECT_TRUE(IsValidUtf8("aé€😀"));
  for (const char* text : {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF"}) {
    EXPECT_FALSE(IsValidUtf8(text));
  }
}

TEST(Text, NumbersForPeople) {
  EXPECT_EQ(WithThousands(-1234567), "-1,234,567");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(FixedText(0.12345, 3), "0.123");
  EXPECT_EQ(SqlLiteral("it's"), "'it''s'");
}

}  // namespace
}  // namespace signet
