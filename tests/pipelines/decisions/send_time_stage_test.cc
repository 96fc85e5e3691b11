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

TEST_F(SendTimeStage, TellsTheWeekdayAndKeepsChannelsApart) {
  // Mornings of Mondays by mail, evenings of Fridays in the app.
  Sql("DROP TABLE events");
  Sql("CREATE TABLE events AS SELECT " + Subject("i % 50") +
      " AS subject, CASE WHEN i % 2 = 0 THEN 'mail' ELSE 'app' END AS channel, CASE WHEN i % 2 = 0 "
      "THEN TIMESTAMP '2026-03-02 08:30' ELSE TIMESTAMP '2026-03-06 20:30' END + to_days(CAST(7 * "
      "(i // 500) AS INT)) AS at, TRUE AS opened FROM range(4000) t(i)");
  inputs_["events"].columns.push_back({"channel", ColumnType::kText, label_});
  const auto options = SendTimeOptions::FromJson(
      *Json::Parse(R"({"time": "at", "channel": "channel", "weekday": true})"));
  ASSERT_TRUE(options.ok()) << options.status().ToString();
  const auto figures = RunSendTime(*connection_, *options, inputs_, context_);
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  EXPECT_EQ((*figures)["channels"]["mail"]["weekdays"].size(), 7U);
  EXPECT_EQ(Count("SELECT count(*) FROM out"),
            Count("SELECT count(*) FROM (SELECT DISTINCT "
                  "subject, channel FROM events)"));
  EXPECT_EQ(Count("SELECT count(*) FROM out WHERE channel = 'mail' AND (send_hour <> 8 OR "
                  "send_weekday <> 1)"),
            0);
  EXPECT_EQ(Count("SELECT count(*) FROM out WHERE channel = 'app' AND (send_hour <> 20 OR "
                  "send_weekday <> 5)"),
            0);
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
