#include "pipelines/decisions/send_time_stage.h"

#include "tests/pipelines/decisions/stage_world.h"

namespace signet::pipelines {
namespace {

class SendTimeStage : public StageWorld {
 protected:
  void SetUp() override {
    StageWorld::SetUp();
    Sql("CREATE TABLE events AS SELECT " + Subject("i % 100") +
        " AS subject, TIMESTAMP '2026-03-01' + to_hours(24 * (i // 100) + CASE WHEN i % 100 < 50 "
        "THEN 8 ELSE 20 END) AS at, i % 7 <> 0 AS opened FROM range(2000) t(i)");
    inputs_ = {{"events",
                {{{"subject", ColumnType::kUuid, label_},
                  {"at", ColumnType::kTimestamp, label_},
                  {"opened", ColumnType::kBool, label_}}}}};
  }
};

TEST_F(SendTimeStage, GivesEachSubjectTheirHour) {
  const auto options = SendTimeOptions::FromJson(
      *Json::Parse(R"({"time": "at", "answered": "opened", "utc_offset": 2})"));
  ASSERT_TRUE(options.ok()) << options.status().ToString();
  const auto figures = RunSendTime(*connection_, *options, inputs_, context_);
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["subjects"].AsInt(), 100);
  EXPECT_EQ(Count("SELECT count(*) FROM out WHERE send_hour = 10"), 50);
  EXPECT_EQ(Count("SELECT count(*) FROM out WHERE send_hour = 22"), 50);
  ExpectColumns(*SendTimeOutputSchema(*options, inputs_));
}

TEST_F(SendTimeStage, ReadsNothingAfterTheRunsMoment) {
  const auto options = SendTimeOptions::FromJson(*Json::Parse(R"({"time": "at"})"));
  context_.as_of = *TimestampFromText("2026-01-01");
  EXPECT_FALSE(RunSendTime(*connection_, *options, inputs_, context_).ok());
}

TEST_F(SendTimeStage, NeedsATime) {
  EXPECT_FALSE(SendTimeOptions::FromJson(*Json::Parse("{}")).ok());
  const auto options = SendTimeOptions::FromJson(*Json::Parse(R"({"time": "opened"})"));
  EXPECT_FALSE(SendTimeOutputSchema(*options, inputs_).ok());
}

}  // namespace
}  // namespace signet::pipelines
