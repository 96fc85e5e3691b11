#include "pipelines/models/learner.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "pipelines/math/calibration.h"
#include "pipelines/math/ranking.h"

namespace signet::pipelines {
namespace {

struct Data {
  std::vector<float> cells, classes, amounts;
  std::vector<uint64_t> keys;
  std::vector<int> fold;
};

Data Draw(size_t rows, uint64_t seed, double rare) {
  SeededEntropy entropy(seed);
  const auto uniform = [&] { return (static_cast<double>(entropy.Next() >> 11U) + 0.5) * 0x1p-53; };
  Data data;
  for (size_t i = 0; i < rows; ++i) {
    const double a = uniform();
    const double b = uniform();
    data.cells.push_back(static_cast<float>(a));
    data.cells.push_back(static_cast<float>(b));
    data.cells.push_back(static_cast<float>(uniform()));
    const double p = 1 / (1 + std::exp(rare - 3 * (a - 0.5) - 2 * (b - 0.5)));
    const bool positive = uniform() < p;
    data.classes.push_back(positive ? 1 : 0);
    data.amounts.push_back(positive ? static_cast<float>(std::exp(2 * a + uniform())) : 0);
    data.keys.push_back(entropy.Next());
    data.fold.push_back(static_cast<int>(i % 3));
  }
  return data;
}

LearnOptions Options(TreeMethod method) {
  LearnOptions options;
  options.method = method;
  options.params.rounds_max = 150;
  options.params.max_depth = 3;
  options.params.min_child_weight = 3;
  return options;
}

Result<Learnt> LearntFrom(const Data& data, const LearnOptions& options) {
  const bool amounts = !GivesProbability(options.method);
  return Learn(
      {{data.cells, 3}, amounts ? data.amounts : data.classes, {}, data.keys, data.fold, 3},
      options,
      5,
      {});
}

TEST(Learner, BalancedWeightsAreMadeGoodByCalibration) {
  const Data data = Draw(6000, 1, 3);
  const Data other = Draw(6000, 2, 3);
  LearnOptions options = Options(TreeMethod::kLogistic);
  options.balance = true;
  const Learnt learnt = LearntFrom(data, options).value();
  EXPECT_NE(learnt.calibration, "none");
  std::vector<uint8_t> classes(other.classes.begin(), other.classes.end());
  const CodeMatrix codes = learnt.model.cuts.Encode({other.cells, 3}, 1);
  const std::vector<double> raw = learnt.model.ScoreCodes(codes, 1, /*calibrated=*/false).value();
  const std::vector<double> scores = learnt.model.ScoreCodes(codes, 1).value();
  EXPECT_GT(EqualWidthCalibrationError(raw, classes, 10), 0.2);
  EXPECT_LT(EqualWidthCalibrationError(scores, classes, 10), 0.03);
}

TEST(Learner, SearchKeepsTheSettingsThatValidateBest) {
  const Data data = Draw(2000, 3, 0);
  LearnOptions options = Options(TreeMethod::kLogistic);
  options.search = 3;
  const Learnt learnt = LearntFrom(data, options).value();
  ASSERT_EQ(learnt.search.size(), 4U);
  for (const Json& trial : learnt.search.items()) {
    EXPECT_GE(trial["validation_loss"].AsDouble(), learnt.validation_loss - 1e-5);
  }
}

TEST(Learner, EachMethodRanksAndScoresAreFinite) {
  const Data data = Draw(3000, 4, 0);
  for (const TreeMethod method : {TreeMethod::kForestClass,
                                  TreeMethod::kForestValue,
                                  TreeMethod::kTweedie,
                                  TreeMethod::kTwoPart,
                                  TreeMethod::kSquared}) {
    SCOPED_TRACE(TreeMethodName(method));
    const Learnt learnt = LearntFrom(data, Options(method)).value();
    const std::vector<double> scores = learnt.model.Score({data.cells, 3}, 2).value();
    const std::vector<float>& truth = GivesProbability(method) ? data.classes : data.amounts;
    const std::vector<double> values(truth.begin(), truth.end());
    EXPECT_GT(Spearman(scores, values, 0.95).value, 0.3);
    double mean = 0;
    double expected = 0;
    for (size_t i = 0; i < scores.size(); ++i) {
      mean += scores[i];
      expected += values[i];
    }
    EXPECT_NEAR(mean / expected, 1, 0.1);
  }
}

TEST(Learner, RefusesAnEmptyFold) {
  Data data = Draw(100, 5, 0);
  std::fill(data.fold.begin(), data.fold.end(), 0);
  EXPECT_EQ(LearntFrom(data, Options(TreeMethod::kLogistic)).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::pipelines
