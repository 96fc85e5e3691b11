#include "pipelines/schedule/cron.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

Timestamp At(const std::string& text) {
  const Result<Timestamp> time = TimestampFromText(text);
  EXPECT_TRUE(time.ok()) << text;
  return *time;
}

std::string NextOf(const std::string& cron, const std::string& zone, const std::string& after) {
  const Result<Cron> parsed = Cron::Parse(cron, zone);
  if (!parsed.ok()) return parsed.status().message();
  return TimestampText(parsed->Next(At(after)));
}

TEST(Cron, FieldsMeanWhatCrontabSays) {
  struct Case {
    const char* cron;
    const char* after;
    const char* want;
  };
  for (const Case& c : {
           Case{"0 6 * * *", "2026-01-01T05:59:59Z", "2026-01-01T06:00:00Z"},
           Case{"0 6 * * *", "2026-01-01T06:00:00Z", "2026-01-02T06:00:00Z"},
           Case{"*/15 * * * *", "2026-01-01T06:01:00Z", "2026-01-01T06:15:00Z"},
           Case{"5-20/5 8 * * *", "2026-01-01T08:11:00Z", "2026-01-01T08:15:00Z"},
           Case{"30 4 1,15 * *", "2026-01-02T00:00:00Z", "2026-01-15T04:30:00Z"},
           Case{"0 0 29 feb *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"},
           Case{"0 9 * * mon-fri", "2026-01-02T10:00:00Z", "2026-01-05T09:00:00Z"},
           Case{"0 9 * * 7", "2026-01-02T10:00:00Z", "2026-01-04T09:00:00Z"},
           // Both day fields: either (POSIX).
           Case{"0 0 13 * fri", "2026-01-01T12:00:00Z", "2026-01-02T00:00:00Z"},
           Case{"0 0 13 * fri", "2026-01-12T12:00:00Z", "2026-01-13T00:00:00Z"},
       }) {
    SCOPED_TRACE(std::string(c.cron) + " after " + c.after);
    EXPECT_EQ(NextOf(c.cron, "UTC", c.after), c.want);
  }
}

TEST(Cron, ATimeThatDaylightSavingSkipsIsDueAtTheJump) {
  // Helsinki, 29 March 2026: 03:00 becomes 04:00 (01:00 UTC).
  EXPECT_EQ(NextOf("30 3 * * *", "Europe/Helsinki", "2026-03-28T12:00:00Z"),
            "2026-03-29T01:00:00Z");
  EXPECT_EQ(NextOf("30 3 * * *", "Europe/Helsinki", "2026-03-29T01:00:00Z"),
            "2026-03-30T00:30:00Z");
}

TEST(Cron, ATimeThatDaylightSavingRepeatsIsDueOnce) {
  // Helsinki, 25 October 2026: 04:00 becomes 03:00 (01:00 UTC): 03:30 comes at 00:30 and 01:30 UTC.
  EXPECT_EQ(NextOf("30 3 * * *", "Europe/Helsinki", "2026-10-24T12:00:00Z"),
            "2026-10-25T00:30:00Z");
  EXPECT_EQ(NextOf("30 3 * * *", "Europe/Helsinki", "2026-10-25T00:30:00Z"),
            "2026-10-26T01:30:00Z");
}

TEST(Cron, AnyHourMeansTheMinutesThatReallyPass) {
  // Helsinki: the hour 03 local is skipped on 29 March and comes twice on 25 October 2026.
  const Result<Cron> quarter = Cron::Parse("*/15 * * * *", "Europe/Helsinki");
  ASSERT_TRUE(quarter.ok());
  for (const char* day : {"2026-03-29", "2026-06-01", "2026-10-25"}) {
    const Timestamp noon = At(std::string(day) + "T12:00:00Z");
    const Timestamp midnight = At(std::string(day) + "T00:00:00Z");
    EXPECT_EQ(quarter->Between(midnight, noon, 1'000).size(), 48U) << day;
  }
  EXPECT_EQ(NextOf("30 * * * *", "Europe/Helsinki", "2026-10-25T00:30:00Z"),
            "2026-10-25T01:30:00Z");
  EXPECT_EQ(NextOf("30 */3 * * *", "Europe/Helsinki", "2026-03-28T23:00:00Z"),
            "2026-03-29T03:30:00Z");
}

TEST(Cron, ADailyRunRunsOnceADayThroughTheYear) {
  for (const char* zone :
       {"UTC", "Europe/Helsinki", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"}) {
    SCOPED_TRACE(zone);
    for (const char* cron : {"30 2 * * *", "0 0 * * *", "59 23 * * *"}) {
      const Result<Cron> parsed = Cron::Parse(cron, zone);
      ASSERT_TRUE(parsed.ok());
      const auto due =
          parsed->Between(At("2026-01-01T12:00:00Z"), At("2027-01-01T12:00:00Z"), 1'000);
      EXPECT_EQ(due.size(), 365U) << cron;
    }
  }
}

TEST(Cron, EachMomentIsLaterThanTheOneBefore) {
  const Result<Cron> parsed = Cron::Parse("*/7 * * * *", "America/New_York");
  ASSERT_TRUE(parsed.ok());
  Timestamp last = At("2026-10-31T00:00:00Z");
  for (int i = 0; i < 1'000; ++i) {
    const Timestamp next = parsed->Next(last);
    ASSERT_GT(next, last);
    last = next;
  }
}

TEST(Cron, WhatIsNoScheduleIsRefusedWithItsField) {
  for (const char* cron : {"",
                           "* * * *",
                           "60 * * * *",
                           "* 24 * * *",
                           "* * 0 * *",
                           "* * * 13 *",
                           "* * * * 8",
                           "5-1 * * * *",
                           "*/0 * * * *",
                           "x * * * *"}) {
    EXPECT_EQ(Cron::Parse(cron, "UTC").status().code(), StatusCode::kInvalid) << cron;
  }
  EXPECT_NE(NextOf("0 0 30 feb *", "UTC", "2026-01-01").find("never due"), std::string::npos);
  EXPECT_NE(NextOf("0 0 * * *", "Mars/Olympus", "2026-01-01").find("time zone"), std::string::npos);
  EXPECT_NE(NextOf("0 24 * * *", "UTC", "2026-01-01").find("hour"), std::string::npos);
}

}  // namespace
}  // namespace signet::pipelines
