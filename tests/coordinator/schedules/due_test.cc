#include "coordinator/schedules/due.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::coordinator {
namespace {

using pipelines::Missed;

Timestamp At(const std::string& text) {
  const Result<Timestamp> time = TimestampFromText(text);
  EXPECT_TRUE(time.ok()) << text;
  return *time;
}

Schedule Hourly(Missed missed, const std::string& handled) {
  Schedule schedule;
  schedule.name = "hourly";
  schedule.options.crons = {"0 * * * *"};
  schedule.options.missed = missed;
  schedule.handled = At(handled);
  return schedule;
}

TEST(Due, AMomentOnTimeIsRunAndNothingIsMissed) {
  for (const Missed missed : {Missed::kSkip, Missed::kRunOnce, Missed::kRunAll}) {
    const DueNow due = Decide(Hourly(missed, "2026-01-01T05:30:00Z"), At("2026-01-01T06:00:05Z"));
    ASSERT_TRUE(due.run.has_value());
    EXPECT_EQ(TimestampText(*due.run), "2026-01-01T06:00:00Z");
    EXPECT_EQ(due.missed, 0);
  }
}

TEST(Due, WhatPassedUnseenIsSkippedRunOnceOrRunAll) {
  const Timestamp now = At("2026-01-01T10:30:00Z");
  const DueNow skip = Decide(Hourly(Missed::kSkip, "2026-01-01T05:30:00Z"), now);
  EXPECT_FALSE(skip.run.has_value());
  EXPECT_EQ(skip.missed, 5);
  EXPECT_EQ(TimestampText(skip.missed_last), "2026-01-01T10:00:00Z");
  const DueNow once = Decide(Hourly(Missed::kRunOnce, "2026-01-01T05:30:00Z"), now);
  ASSERT_TRUE(once.run.has_value());
  EXPECT_EQ(TimestampText(*once.run), "2026-01-01T10:00:00Z");
  EXPECT_EQ(once.missed, 4);
  EXPECT_EQ(TimestampText(once.missed_last), "2026-01-01T09:00:00Z");
  const DueNow all = Decide(Hourly(Missed::kRunAll, "2026-01-01T05:30:00Z"), now);
  ASSERT_TRUE(all.run.has_value());
  EXPECT_EQ(TimestampText(*all.run), "2026-01-01T06:00:00Z");
  EXPECT_EQ(all.missed, 0);
}

/// Plays a schedule through random outages and jumps of the clock, and counts what became of each
/// moment.
void PlayOut(Missed missed, uint64_t seed) {
  SeededEntropy dice(seed);
  Schedule schedule = Hourly(missed, "2026-01-01T00:30:00Z");
  std::set<int64_t> run;
  int64_t reported = 0;
  int64_t now = schedule.handled.micros;
  constexpr int64_t kMinute = 60'000'000;
  for (int i = 0; i < 300; ++i) {
    const auto step = static_cast<int64_t>(dice.Next() % 600);
    now += (dice.Next() % 5 == 0 ? -step : step) * kMinute;
    const DueNow due = Decide(schedule, Timestamp{now});
    if (due.missed > 0) {
      reported += due.missed;
      schedule = AfterMissed(schedule, due);
    }
    if (!due.run) continue;
    EXPECT_TRUE(run.insert(due.run->micros).second) << "seed " << seed << ": run twice";
    schedule = AfterRun(schedule, *due.run, "run");
  }
  const int64_t begin = At("2026-01-01T00:30:00Z").micros;
  const int64_t hours = (schedule.handled.micros - begin) / (60 * kMinute) + 1;
  EXPECT_EQ(static_cast<int64_t>(run.size()) + reported,
            schedule.handled.micros > begin ? hours : 0)
      << "seed " << seed;
  EXPECT_EQ(schedule.missed, reported);
}

TEST(Due, EachMomentIsRunOrReportedOnceWhateverTheClockDoes) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    for (const Missed missed : {Missed::kSkip, Missed::kRunOnce, Missed::kRunAll}) {
      PlayOut(missed, seed);
    }
  }
}

TEST(Due, AYearOfMinutesIsDecidedAboutInPartsAndTheNewestIsRunOnce) {
  Schedule schedule = Hourly(Missed::kRunOnce, "2026-01-01T00:30:00Z");
  schedule.options.crons = {"* * * * *"};
  const Timestamp now = At("2026-01-05T00:00:30Z");
  int runs = 0;
  int parts = 0;
  for (DueNow due = Decide(schedule, now); due.missed > 0 || due.run; due = Decide(schedule, now)) {
    ASSERT_LT(++parts, 20);
    if (due.missed > 0) schedule = AfterMissed(schedule, due);
    if (!due.run) continue;
    ++runs;
    EXPECT_EQ(TimestampText(*due.run), "2026-01-05T00:00:00Z");
    schedule = AfterRun(schedule, *due.run, "run");
  }
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(schedule.missed, 4 * 1'440 - 30 - 1);
}

TEST(Due, SeveralCronsAreOneListOfMoments) {
  Schedule schedule = Hourly(Missed::kRunAll, "2026-01-01T05:30:00Z");
  schedule.options.crons = {"0 * * * *", "0 6 * * *", "30 6 * * *"};
  const Timestamp now = At("2026-01-01T06:45:00Z");
  std::string runs;
  for (DueNow due = Decide(schedule, now); due.run; due = Decide(schedule, now)) {
    runs += TimestampText(*due.run).substr(11, 5) + " ";
    schedule = AfterRun(schedule, *due.run, "run");
  }
  EXPECT_EQ(runs, "06:00 06:30 ");
  EXPECT_EQ(TimestampText(*NextDue(schedule, now)), "2026-01-01T07:00:00Z");
}

TEST(Due, ARefusalCountsAsMissedAndSaysWhy) {
  const Schedule before = Hourly(Missed::kRunOnce, "2026-01-01T05:30:00Z");
  const Schedule after = AfterRefusal(before, At("2026-01-01T06:00:00Z"), "no such file");
  EXPECT_EQ(after.missed, 1);
  EXPECT_EQ(after.trouble, "no such file");
  EXPECT_FALSE(Decide(after, At("2026-01-01T06:10:00Z")).run.has_value());
}

}  // namespace
}  // namespace signet::coordinator
