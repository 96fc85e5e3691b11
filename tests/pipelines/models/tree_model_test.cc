#include "pipelines/models/tree_model.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "pipelines/models/learner.h"

namespace signet::pipelines {
namespace {

TreeModel Learnt2(TreeMethod method, std::vector<float>& cells) {
  SeededEntropy entropy(3);
  std::vector<float> targets;
  std::vector<uint64_t> keys;
  std::vector<int> fold;
  for (int i = 0; i < 600; ++i) {
    cells.push_back(static_cast<float>(entropy.Next() % 1000));
    cells.push_back(entropy.Next() % 10 == 0 ? std::nanf("")
                                             : static_cast<float>(entropy.Next() % 50));
    targets.push_back(cells[cells.size() - 2] > 500 ? static_cast<float>(entropy.Next() % 9) : 0);
    if (GivesProbability(method)) targets.back() = targets.back() > 0 ? 1 : 0;
    if (method == TreeMethod::kSurvival) targets.back() += 1;
    keys.push_back(entropy.Next());
    fold.push_back(i % 2);
  }
  LearnOptions options;
  options.method = method;
  options.params.rounds_max = 30;
  options.params.min_child_weight = 1;
  return std::move(Learn({{cells, 2}, targets, {}, keys, fold, 2}, options, 1, {}).value().model);
}

TEST(TreeModel, SurvivesItsTextForEveryMethod) {
  for (const TreeMethod method : {TreeMethod::kLogistic,
                                  TreeMethod::kForestClass,
                                  TreeMethod::kForestValue,
                                  TreeMethod::kTweedie,
                                  TreeMethod::kTwoPart,
                                  TreeMethod::kSquared,
                                  TreeMethod::kSurvival}) {
    SCOPED_TRACE(TreeMethodName(method));
    std::vector<float> cells;
    const TreeModel model = Learnt2(method, cells);
    const Json json = model.ToJson().value();
    const TreeModel read = TreeModel::FromJson(json).value();
    EXPECT_EQ(read.ToJson()->Dump(), json.Dump());
    const RowMatrix rows{cells, 2};
    const std::vector<double> scores = model.Score(rows, 2).value();
    EXPECT_EQ(read.Score(rows, 1).value(), scores);
    for (const double score : scores) ASSERT_TRUE(std::isfinite(score));
    EXPECT_EQ(model.Contributions(rows)->size(), cells.size());
  }
}

TEST(TreeModel, RefusesWhatItDidNotWrite) {
  std::vector<float> cells;
  const Json json = Learnt2(TreeMethod::kTwoPart, cells).ToJson().value();
  for (const char* field : {"method", "cuts", "calibration", "unit", "trees", "amount_trees"}) {
    Json broken = json;
    broken.Set(field, Json());
    EXPECT_EQ(TreeModel::FromJson(broken).status().code(), StatusCode::kCorrupt) << field;
  }
}

}  // namespace
}  // namespace signet::pipelines
