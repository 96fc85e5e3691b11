#include "pipelines/models/label_window.h"

#include <gtest/gtest.h>

#include "tests/pipelines/models/training_world.h"

namespace signet::pipelines {
namespace {

using testing_world::World;

TrainOptions Options(const std::string& model, const std::string& window = "90d") {
  return TrainOptions::FromJson(
             *Json::Parse(R"({"model": ")" + model +
                          R"(", "label": {"time": "at", "amount": "amount", "gap": "1d",
                              "window": ")" +
                          window + R"("}})"))
      .value();
}

TEST(LabelWindow, BeginsAfterTheGapAndEndsBeforeAsOf) {
  const auto database = testing_world::OpenDatabase();
  const auto connection = database->Connect();
  World(50, 1).Load(*connection, 3);
  const Timestamp as_of = World::Context().as_of;
  const LabelWindow window = LabelWindowOf(*connection, Options("clv"), as_of).value();
  EXPECT_EQ(TimestampText(window.from), "2026-04-02T00:00:00Z");
  EXPECT_EQ(TimestampText(window.to), "2026-07-01T00:00:00Z");
  EXPECT_EQ(window.cutoff, FeaturesCutoff(*connection, "features").value());
  EXPECT_EQ(LabelWindowOf(*connection, Options("clv", "200d"), as_of).status().code(),
            StatusCode::kInvalid);
  ASSERT_TRUE(connection
                  ->Execute("UPDATE features SET features_at = features_at + INTERVAL 1 DAY WHERE "
                            "subject = (SELECT min(subject) FROM features)")
                  .ok());
  EXPECT_EQ(FeaturesCutoff(*connection, "features").status().code(), StatusCode::kInvalid);
}

TEST(Labels, SayWhatHappenedInTheWindow) {
  constexpr double kDay = 86'400e6;
  const LabelWindow window{{0}, {0}, {static_cast<int64_t>(10 * kDay)}};
  FeatureMatrix rows;
  // Nobody bought; bought for 12.5 on day 3; gave everything back.
  rows.extras = {{0, 2, 1}, {0, 12.5, -4}, {0, 3 * kDay, kDay}};
  const auto labels = [&](ModelKind kind) {
    Labels all;
    for (size_t i = 0; i < 3; ++i) all.Add(rows, i, kind, window);
    return all;
  };
  EXPECT_EQ(labels(ModelKind::kChurn).labels, (std::vector<float>{1, 0, 0}));
  EXPECT_EQ(labels(ModelKind::kPropensity).Classes(), (std::vector<uint8_t>{0, 1, 1}));
  EXPECT_EQ(labels(ModelKind::kClv).Values(), (std::vector<double>{0, 12.5, 0}));
  const Labels days = labels(ModelKind::kSurvival);
  EXPECT_EQ(days.labels, (std::vector<float>{10, 3, 1}));
  EXPECT_EQ(days.happened, (std::vector<uint8_t>{0, 1, 1}));
}

}  // namespace
}  // namespace signet::pipelines
