#include "pipelines/models/train_model.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/pipelines/models/training_world.h"

namespace signet::pipelines {
namespace {

using testing_world::World;

TEST(TrainModel, TheSameSetGivesTheSameBytesAndAnotherSeedOthers) {
  const auto database = testing_world::OpenDatabase();
  const auto connection = database->Connect();
  World(1500, 1).Load(*connection, 3);
  const TrainOptions options = *TrainOptions::FromJson(*Json::Parse(
      R"({"model": "churn", "label": {"time": "at", "window": "90d"},
          "params": {"rounds": 30, "max_depth": 3, "columns": 0.5}})"));
  const auto bytes = [&](uint64_t seed) {
    StageContext context = World::Context();
    context.seed = seed;
    const auto set = ReadTrainingSet(*connection, options, World::Inputs(), context);
    EXPECT_TRUE(set.ok()) << set.status().ToString();
    return *TrainModel(*set, options, context)->model.Encode();
  };
  EXPECT_EQ(bytes(1), bytes(1));
  EXPECT_NE(bytes(1), bytes(2));
}

TEST(TrainModel, AMonotoneConstraintNamesAFeatureThatIsThere) {
  const auto database = testing_world::OpenDatabase();
  const auto connection = database->Connect();
  World(1500, 1).Load(*connection, 3);
  const TrainOptions options = *TrainOptions::FromJson(*Json::Parse(
      R"({"model": "churn", "label": {"time": "at", "window": "90d"},
          "monotone": {"nothing_such": "increasing"}})"));
  const auto set = ReadTrainingSet(*connection, options, World::Inputs(), World::Context());
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(TrainModel(*set, options, World::Context()).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::pipelines
