#include "coordinator/requests/sweep_schedule.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/audit/event_catalog.h"
#include "tests/coordinator/requests/desk_world.h"

namespace signet::coordinator {
namespace {

constexpr int64_t kHour = int64_t{3'600} * 1'000'000;

using SweepScheduleTest = DeskWorld;

TEST_F(SweepScheduleTest, IsDueAtItsMomentsAndOnceEach) {
  SweepSchedule schedule(*state_);
  EXPECT_FALSE(schedule.Due()->has_value());
  ASSERT_TRUE(schedule.Set("0 * * * *", "UTC", "cli:ada").ok());
  EXPECT_FALSE(schedule.Due()->has_value()) << "not for what was before it";
  // To a few seconds past the next full hour.
  clock_.Advance(kHour - clock_.Now().micros % kHour + 5'000'000);
  const auto due = *schedule.Due();
  ASSERT_TRUE(due.has_value());
  EXPECT_EQ(due->missed, 0);
  EXPECT_FALSE(due->late);
  ASSERT_TRUE(schedule.Done(*due).ok());
  EXPECT_FALSE(schedule.Due()->has_value());
  EXPECT_EQ(EntriesOf("schedule.missed"), 0);
  const Json shown = *schedule.Show();
  EXPECT_EQ(shown["cron"].AsString(), "0 * * * *");
  EXPECT_FALSE(shown["next"].AsString().empty());
  EXPECT_FALSE(shown["last"].AsString().empty());
}

TEST_F(SweepScheduleTest, WhatPassedWhileNobodyStoodIsSweptOnceAndTold) {
  ASSERT_TRUE(SweepSchedule(*state_).Set("0 * * * *", "UTC", "cli:ada").ok());
  clock_.Advance(5 * kHour);
  Restart();
  SweepSchedule schedule(*state_);
  const auto due = *schedule.Due();
  ASSERT_TRUE(due.has_value());
  EXPECT_EQ(due->missed, 4);
  ASSERT_TRUE(schedule.Done(*due).ok());
  EXPECT_FALSE(schedule.Due()->has_value());
  EXPECT_EQ(EntriesOf("schedule.missed"), 1);
  const Json entry = *state_->audit().Entry(state_->audit().size() - 1);
  EXPECT_TRUE(crypto::CheckEntry(entry).ok()) << crypto::CheckEntry(entry).ToString();
}

TEST_F(SweepScheduleTest, ANonsenseMomentIsRefusedAndAnEmptyOneEndsIt) {
  SweepSchedule schedule(*state_);
  EXPECT_EQ(schedule.Set("at dawn", "UTC", "cli:ada").code(), StatusCode::kInvalid);
  EXPECT_EQ(schedule.Set("0 3 * * *", "Mars/Olympus", "cli:ada").code(), StatusCode::kInvalid);
  ASSERT_TRUE(schedule.Set("0 3 * * *", "Europe/Helsinki", "cli:ada").ok());
  ASSERT_TRUE(schedule.Set("", "UTC", "cli:ada").ok());
  clock_.Advance(48 * kHour);
  EXPECT_FALSE(schedule.Due()->has_value());
  EXPECT_EQ(schedule.Show()->size(), 0U);
  EXPECT_EQ(EntriesOf("configuration.changed"), 2);
}

}  // namespace
}  // namespace signet::coordinator
