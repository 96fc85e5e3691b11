#include "policies/document/node.h"

#include <limits>

#include <gtest/gtest.h>

namespace signet::policies {
namespace {

Node Plain(const char* text) {
  return Node::Scalar({}, text, /*quoted=*/false);
}

TEST(Node, ReadsIntegersOfTheCoreSchema) {
  EXPECT_EQ(Plain("42").AsInt(), 42);
  EXPECT_EQ(Plain("-7").AsInt(), -7);
  EXPECT_EQ(Plain("+7").AsInt(), 7);
  EXPECT_EQ(Plain("0x1F").AsInt(), 31);
  EXPECT_EQ(Plain("0o17").AsInt(), 15);
  EXPECT_EQ(Plain("-9223372036854775808").AsInt(), std::numeric_limits<int64_t>::min());
  for (const char* text : {"",
                           "00100",
                           "1_000",
                           "9223372036854775808",
                           "1.0",
                           "- 1",
                           "0x",
                           "--1",
                           "+-1",
                           "0x-1",
                           "1d"}) {
    EXPECT_EQ(Plain(text).AsInt(), std::nullopt) << text;
  }
}

TEST(Node, ReadsNumbersOfTheCoreSchema) {
  EXPECT_EQ(Plain("0.5").AsDouble(), 0.5);
  EXPECT_EQ(Plain(".5").AsDouble(), 0.5);
  EXPECT_EQ(Plain("-1.").AsDouble(), -1.0);
  EXPECT_EQ(Plain("1e3").AsDouble(), 1000.0);
  EXPECT_EQ(Plain("12E-1").AsDouble(), 1.2);
  for (const char* text : {".",
                           "",
                           "1e",
                           "e3",
                           ".inf",
                           ".nan",
                           "nan",
                           "inf",
                           "1e999",
                           "0x1p3",
                           "1.2.3",
                           "00.5",
                           "1,5"}) {
    EXPECT_EQ(Plain(text).AsDouble(), std::nullopt) << text;
  }
}

TEST(Node, ReadsDurations) {
  EXPECT_EQ(DurationFromText("90d"), 90 * 86400);
  EXPECT_EQ(DurationFromText("12h"), 12 * 3600);
  EXPECT_EQ(DurationFromText("15m"), 900);
  EXPECT_EQ(DurationFromText("30s"), 30);
  EXPECT_EQ(DurationFromText("2w"), 14 * 86400);
  for (const char* text :
       {"", "d", "90", "-1d", "+1d", "1.5d", "1y", "1d12h", "99999999999999999d", "9 d"}) {
    EXPECT_EQ(DurationFromText(text), std::nullopt) << text;
  }
  EXPECT_EQ(DurationText(int64_t{90} * 86400), "90d");
  EXPECT_EQ(DurationText(5400), "90m");
  EXPECT_EQ(DurationText(0), "0s");
}

TEST(Node, OnlyTrueAndFalseAreBooleans) {
  EXPECT_EQ(Plain("true").AsBool(), true);
  EXPECT_EQ(Plain("false").AsBool(), false);
  EXPECT_EQ(Node::Scalar({}, "true", /*quoted=*/true).AsBool(), std::nullopt);
  for (const char* text : {"yes", "no", "on", "off", "True", "TRUE", "y", "n", "1"}) {
    EXPECT_EQ(Plain(text).AsBool(), std::nullopt) << text;
  }
}

TEST(Node, IsNullAndEmptyByDefault) {
  const Node node;
  EXPECT_TRUE(node.is_null());
  EXPECT_EQ(node.Find("x"), nullptr);
  EXPECT_TRUE(node.items().empty());
  EXPECT_EQ(node.AsText(), std::nullopt);
  EXPECT_FALSE(node.mark().known());
}

}  // namespace
}  // namespace signet::policies
