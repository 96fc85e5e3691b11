#include "pipelines/decisions/uplift_model.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/experiments/draw.h"

namespace signet::pipelines {
namespace {

struct World {
  std::vector<float> cells;
  std::vector<uint8_t> treated;
  std::vector<double> outcome, truth;
  [[nodiscard]] RowMatrix rows() const { return {cells, 3}; }
  [[nodiscard]] UpliftTraining training() const { return {rows(), treated, outcome}; }
};

/// The effect is 0.25 where column 0 is positive; column 1 moves the baseline; 2 is noise.
World Make(uint64_t seed, size_t n, bool amounts, double share) {
  Draw draw(seed);
  World world;
  for (size_t i = 0; i < n; ++i) {
    const double x = draw.Normal();
    const double base = draw.Normal();
    const bool treated = draw.Uniform() < share;
    for (const double v : {x, base, draw.Normal()}) world.cells.push_back(static_cast<float>(v));
    const double effect = x > 0 ? 0.25 : 0;
    const double p = 0.2 + (base > 0 ? 0.2 : 0) + (treated ? effect : 0);
    world.truth.push_back(effect);
    world.treated.push_back(treated ? 1 : 0);
    world.outcome.push_back(amounts ? 10 * p + draw.Normal() : (draw.Uniform() < p ? 1 : 0));
  }
  return world;
}

UpliftOptions Options(UpliftLearner learner) {
  UpliftOptions options;
  options.learner = learner;
  options.booster.rounds_max = 120;
  options.booster.max_depth = 3;
  return options;
}

/// Mean prediction where the truth is high, minus where it is zero.
double Contrast(const std::vector<double>& predicted, const std::vector<double>& truth) {
  double sums[2] = {0, 0};
  double counts[2] = {0, 0};
  for (size_t i = 0; i < truth.size(); ++i) {
    const size_t side = truth[i] > 0 ? 1 : 0;
    sums[side] += predicted[i];
    ++counts[side];
  }
  return sums[1] / counts[1] - sums[0] / counts[0];
}

TEST(UpliftModel, EveryLearnerFindsTheEffect) {
  for (const char* name : {"s", "t", "x", "class"}) {
    SCOPED_TRACE(name);
    for (const double share : {0.5, 0.3}) {
      const World train = Make(1, 8000, /*amounts=*/false, share);
      const World test = Make(2, 2000, /*amounts=*/false, share);
      const auto model =
          UpliftModel::Train(Options(*UpliftLearnerFromName(name)), train.training());
      ASSERT_TRUE(model.ok()) << model.status().ToString();
      const auto predicted = model->Predict(test.rows(), 1);
      ASSERT_TRUE(predicted.ok());
      EXPECT_NEAR(Contrast(*predicted, test.truth), 0.25, 0.1);
    }
  }
}

TEST(UpliftModel, LearnsAmounts) {
  for (const UpliftLearner learner : {UpliftLearner::kX, UpliftLearner::kClass}) {
    const World train = Make(3, 6000, /*amounts=*/true, 0.5);
    const auto model = UpliftModel::Train(Options(learner), train.training());
    ASSERT_TRUE(model.ok()) << model.status().ToString();
    EXPECT_NEAR(Contrast(*model->Predict(train.rows(), 1), train.truth), 2.5, 0.9);
  }
}

TEST(UpliftModel, EqualRowsInAnotherOrderGiveTheSameBytes) {
  const World world = Make(4, 1500, /*amounts=*/false, 0.5);
  World turned;
  for (size_t i = world.treated.size(); i-- > 0;) {
    turned.cells.insert(turned.cells.end(), &world.cells[3 * i], &world.cells[3 * i] + 3);
    turned.treated.push_back(world.treated[i]);
    turned.outcome.push_back(world.outcome[i]);
  }
  for (const UpliftLearner learner : {UpliftLearner::kX, UpliftLearner::kSingle}) {
    const auto a = UpliftModel::Train(Options(learner), world.training());
    const auto b = UpliftModel::Train(Options(learner), turned.training());
    EXPECT_EQ(a->Save(), b->Save());
  }
}

TEST(UpliftModel, TravelsAsBytes) {
  const World world = Make(5, 1000, /*amounts=*/false, 0.5);
  const auto model = UpliftModel::Train(Options(UpliftLearner::kTwo), world.training());
  const auto read = UpliftModel::Load(model->Save());
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(*read->Predict(world.rows(), 1), *model->Predict(world.rows(), 1));
  EXPECT_EQ(UpliftModel::Load(ToBytes("{}")).status().code(), StatusCode::kCorrupt);
}

TEST(UpliftModel, RefusesWhatCannotBeLearned) {
  World world = Make(6, 300, /*amounts=*/false, 0.5);
  std::fill(world.outcome.begin(), world.outcome.end(), 1);
  EXPECT_FALSE(UpliftModel::Train(Options(UpliftLearner::kTwo), world.training()).ok());
  world = Make(6, 300, /*amounts=*/false, 0.5);
  std::fill(world.treated.begin(), world.treated.end(), uint8_t{1});
  EXPECT_FALSE(UpliftModel::Train(Options(UpliftLearner::kTwo), world.training()).ok());
  EXPECT_FALSE(UpliftLearnerFromName("z").ok());
}

}  // namespace
}  // namespace signet::pipelines
