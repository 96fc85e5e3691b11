#include "pipelines/models/judged_rows.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "pipelines/models/train_model.h"
#include "pipelines/models/training_set.h"
#include "tests/pipelines/models/training_world.h"
#include "tests/support/environment.h"

namespace signet::pipelines {
namespace {

using testing_world::World;

TEST(JudgedRows, AreEverybodyWithLabelAndScoreInMemoryAndOnADisk) {
  const auto database = testing_world::OpenDatabase();
  const auto connection = database->Connect();
  const World world(1500, 1);
  world.Load(*connection, 3);
  TrainOptions options = *TrainOptions::FromJson(*Json::Parse(
      R"({"model": "churn", "label": {"time": "at", "window": "90d"}, "params": {"rounds": 20}})"));
  const testing_support::ScratchFolder folder;
  StageContext context = World::Context();
  context.scratch = folder.path();
  const auto set = ReadTrainingSet(*connection, options, World::Inputs(), context);
  ASSERT_TRUE(set.ok());
  const Trained trained = TrainModel(*set, options, context).value();
  const JudgedRows rows =
      Judge(*connection, options, trained.model, World::Inputs(), context).value();
  ASSERT_EQ(rows.size(), 1500U);
  ASSERT_EQ(rows.scores.size(), 1500U);
  EXPECT_TRUE(std::is_sorted(rows.subjects.begin(), rows.subjects.end()));
  for (const testing_world::Customer& customer : world.customers()) {
    const auto at = std::lower_bound(rows.subjects.begin(), rows.subjects.end(), customer.subject);
    ASSERT_TRUE(at != rows.subjects.end() && *at == customer.subject);
    EXPECT_EQ(rows.labels[static_cast<size_t>(at - rows.subjects.begin())] > 0, customer.churned);
  }
  options.external_memory = true;
  const JudgedRows same =
      Judge(*connection, options, trained.model, World::Inputs(), context).value();
  EXPECT_TRUE(same.subjects == rows.subjects);
  EXPECT_TRUE(same.scores == rows.scores);
  EXPECT_TRUE(same.labels == rows.labels);
}

}  // namespace
}  // namespace signet::pipelines
