#include "pipelines/models/surrogate_tree.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

TEST(SurrogateTree, FindsTheRulesBehindScores) {
  SeededEntropy entropy(2);
  std::vector<float> cells;
  std::vector<double> scores;
  for (int i = 0; i < 2000; ++i) {
    const auto tenure = static_cast<float>(entropy.Next() % 60);
    const auto plan = static_cast<float>(entropy.Next() % 3);
    cells.insert(cells.end(), {tenure, plan, static_cast<float>(entropy.Next() % 9)});
    scores.push_back(tenure < 12 ? 0.8 : plan == 2 ? 0.4 : 0.1);
  }
  const RowMatrix rows{cells, 3};
  const CutList cuts = CutList::Of(rows, 255, 1);
  const CodeMatrix codes = cuts.Encode(rows, 1);
  const SurrogateTree tree = SurrogateTree::Grow(codes, scores, {});
  EXPECT_NEAR(tree.fidelity(), 1, 1e-9);
  const Json json =
      tree.ToJson(cuts, {{"tenure", {}}, {"plan", {"free", "basic", "gold"}}, {"noise", {}}});
  const auto& rules = json["rules"].items();
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(rules[0]["when"].AsStrings(), (std::vector<std::string>{"tenure < 12"}));
  EXPECT_EQ(rules[0]["mean_score"].AsDouble(), 0.8);
  EXPECT_EQ(rules[1]["when"].AsStrings(),
            (std::vector<std::string>{"tenure >= 12", "plan in {gold}"}));
  EXPECT_EQ(rules[2]["when"].AsStrings().back(), "plan in {free, basic}");
}

TEST(SurrogateTree, SpeaksOfNoFewPeopleAndOfMissingValues) {
  CodeMatrix codes{1, {}};
  std::vector<double> scores;
  for (int i = 0; i < 60; ++i) {
    codes.codes.push_back(i < 30 ? CodeMatrix::kMissing : static_cast<uint8_t>(i < 35 ? 1 : 0));
    scores.push_back(i < 30 ? 1 : i < 35 ? 5 : 0);
  }
  const CutList cuts = CutList::FromJson(*Json::Parse("[[2.5]]")).value();
  const Json json = SurrogateTree::Grow(codes, scores, {}).ToJson(cuts, {{"x", {}}});
  for (const Json& rule : json["rules"].items()) EXPECT_GE(rule["rows"].AsInt(), 20);
  const Json flat =
      SurrogateTree::Grow(codes, std::vector<double>(60, 2.0), {}).ToJson(cuts, {{"x", {}}});
  EXPECT_EQ(flat["rules"].size(), 1U);
  EXPECT_EQ(flat["fidelity_r2"].AsDouble(), 1);
}

}  // namespace
}  // namespace signet::pipelines
