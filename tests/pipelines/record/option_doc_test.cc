#include "pipelines/record/option_doc.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(OptionDoc, ReadsDurationsAndWritesThemShort) {
  EXPECT_EQ(*DurationSeconds("90d"), 90 * 86400);
  EXPECT_EQ(*DurationSeconds(" 30m "), 1800);
  for (const char* text : {"", "d", "0d", "-1d", "1.5d", "90", "90 days", "999999999999d"}) {
    EXPECT_FALSE(DurationSeconds(text).ok()) << text;
  }
  EXPECT_EQ(DurationText(int64_t{7} * 86400), "7d");
  EXPECT_EQ(DurationText(int64_t{36} * 3600), "36h");
  EXPECT_EQ(DurationText(61), "61s");
}

TEST(OptionDoc, ResolvesMomentsAgainstAsOf) {
  const Timestamp as_of = *TimestampFromText("2026-03-01");
  EXPECT_EQ(*ResolveMoment("as_of", as_of), as_of);
  EXPECT_EQ(*ResolveMoment("as_of - 1d", as_of), *TimestampFromText("2026-02-28"));
  EXPECT_EQ(*ResolveMoment("as_of+2h", as_of), *TimestampFromText("2026-03-01T02:00:00Z"));
  EXPECT_EQ(*ResolveMoment("2026-01-31", as_of), *TimestampFromText("2026-01-31"));
  for (const char* text : {"as_of 1d", "as_of - ", "yesterday", "as_off", "2026-02-30"}) {
    EXPECT_FALSE(ResolveMoment(text, as_of).ok()) << text;
  }
  EXPECT_EQ(TimestampSql(*TimestampFromText("2026-01-31T08:00:00.5Z")),
            "TIMESTAMP '2026-01-31 08:00:00.500000'");
}

TEST(OptionDoc, ReaderKeepsTheFirstProblemAndNamesUnknownKeys) {
  const Json map = *Json::Parse(R"({"count": "12", "share": 2, "flag": "true", "lst": []})");
  OptionReader reader("stage", map);
  EXPECT_EQ(reader.Integer("count", 1, 0, 100), 12);
  EXPECT_TRUE(reader.Boolean("flag", false));
  EXPECT_EQ(reader.Number("share", 0.5, 0, 1), 0.5);
  EXPECT_EQ(reader.Duration("window", "30m"), 1800);
  EXPECT_EQ(reader.Finish().message(), "stage: 'share' must be a number from 0 to 1");
  OptionReader other("stage", map);
  other.Integer("count", 1, 0, 100);
  other.Number("share", 0, 0, 5);
  other.Boolean("flag", /*otherwise=*/false);
  other.List("list");
  EXPECT_EQ(other.Finish().message(), "stage: unknown option 'lst'; did you mean 'list'?");
  EXPECT_FALSE(OptionReader("stage", Json(5)).Finish().ok());
}

}  // namespace
}  // namespace signet::pipelines
