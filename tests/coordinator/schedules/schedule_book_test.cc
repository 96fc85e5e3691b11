#include "coordinator/schedules/schedule_book.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

Schedule Some(const std::string& name) {
  Schedule schedule;
  schedule.name = name;
  schedule.options.crons = {"0 6 * * *"};
  schedule.options.snapshots = {"audience"};
  schedule.notify = {{"https://hooks.example/a", {"late"}}};
  schedule.request = Json::Of({{"file", "/p.yaml"}});
  schedule.owner = "ada";
  schedule.document = "ab12";
  schedule.handled.micros = 5;
  schedule.snapshots_seen["audience"] = "20260101T000000Z-run";
  schedule.missed = 3;
  schedule.trouble = "no such file";
  return schedule;
}

TEST(ScheduleBook, WhatWasSavedIsThereAfterARestart) {
  const auto store = crypto::NewMemoryStore();
  ScheduleBook book(*store);
  ASSERT_TRUE(book.Save(Some("a")).ok());
  ASSERT_TRUE(book.Save(Some("b")).ok());
  ASSERT_TRUE(book.Remove("b").ok());
  ScheduleBook again(*store);
  ASSERT_TRUE(again.Load().ok());
  ASSERT_EQ(again.all().size(), 1U);
  EXPECT_EQ(again.Find("a")->ToJson(), Some("a").ToJson());
  EXPECT_EQ(again.Find("b"), nullptr);
}

TEST(ScheduleBook, ABatchOfTheCallersCarriesTheChange) {
  const auto store = crypto::NewMemoryStore();
  ScheduleBook book(*store);
  ASSERT_TRUE(book.Save(Some("a")).ok());
  Schedule after = Some("a");
  after.runs = 7;
  crypto::WriteBatch batch;
  ScheduleBook::Put(after, batch);
  EXPECT_EQ(book.Find("a")->runs, 0) << "not before it is durable";
  ASSERT_TRUE(store->Write(batch, crypto::Durability::kSync).ok());
  book.Written(after);
  ScheduleBook again(*store);
  ASSERT_TRUE(again.Load().ok());
  EXPECT_EQ(again.Find("a")->runs, 7);
}

TEST(ScheduleBook, AnUnknownNameIsToldWithItsNeighbour) {
  const auto store = crypto::NewMemoryStore();
  ScheduleBook book(*store);
  ASSERT_TRUE(book.Save(Some("loyalty")).ok());
  const Status removed = book.Remove("loyalti");
  EXPECT_EQ(removed.code(), StatusCode::kNotFound);
  EXPECT_NE(removed.remedy().find("loyalty"), std::string::npos);
}

TEST(ScheduleBook, DamageIsRefused) {
  const auto store = crypto::NewMemoryStore();
  ASSERT_TRUE(store->Put("schedule/x", ToBytes("{}")).ok());
  ScheduleBook book(*store);
  EXPECT_EQ(book.Load().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::coordinator
