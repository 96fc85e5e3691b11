#include "crypto/pseudonym/unicode.h"

#include <gtest/gtest.h>

namespace signet::crypto::unicode {
namespace {

TEST(Clean, FoldsComposesAndTrims) {
  std::string out;
  EXPECT_TRUE(Clean("\u00A0 Stra\u00DFE\u2003", Folding::kFoldCase, out));
  EXPECT_EQ(out, "strasse");
  EXPECT_TRUE(Clean("A\u030Angstro\u0308m", Folding::kKeepCase, out));
  EXPECT_EQ(out, "\u00C5ngstr\u00F6m");
  EXPECT_TRUE(Clean("\uFF21\uFF22\uFF11", Folding::kFoldCase, out));
  EXPECT_EQ(out, "ab1");
  EXPECT_TRUE(Clean("a\u200Bb\u00AD\uFEFF", Folding::kKeepCase, out));
  EXPECT_EQ(out, "ab");
}

TEST(Clean, RefusesControlCharactersInsideAndBadUtf8) {
  std::string out;
  EXPECT_TRUE(Clean("\r\n\u00E9\n", Folding::kKeepCase, out));
  EXPECT_EQ(out, "\u00E9");
  for (const char* bad : {"\u00E9\nb",
                          "\u00E9\x01",
                          "\u00E9\u0085x",
                          "\xC3",
                          "\xC0\x80",
                          "\xED\xA0\x80",
                          "\u00E9\xFF"}) {
    EXPECT_FALSE(Clean(bad, Folding::kKeepCase, out)) << bad;
  }
}

TEST(IsAscii, SeesEveryByte) {
  EXPECT_TRUE(IsAscii(""));
  EXPECT_TRUE(IsAscii("plain\x7F"));
  EXPECT_FALSE(IsAscii("plai\xC3\xB1"));
}

}  // namespace
}  // namespace signet::crypto::unicode
