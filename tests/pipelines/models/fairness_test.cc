#include "pipelines/models/fairness.h"

#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(Fairness, GapsAreThoseBetweenGroups) {
  // Group a: 100 people of whom 40 are selected, b: 100 of whom 20 are; both have 30 outcomes.
  std::vector<double> scores;
  std::vector<uint8_t> labels;
  std::vector<std::string> groups;
  for (int i = 0; i < 200; ++i) {
    const bool a = i < 100;
    scores.push_back(i % 100 < (a ? 40 : 20) ? 0.9 : 0.1);
    labels.push_back(i % 100 < 30 ? 1 : 0);
    groups.emplace_back(a ? "a" : "b");
  }
  groups[199] = "tiny";
  const Json report = ClassFairness(scores, labels, groups);
  ASSERT_EQ(report["groups"].size(), 2U);
  EXPECT_EQ(report["rows_in_small_groups"].AsInt(), 1);
  const Json& a = report["groups"].items()[0];
  EXPECT_EQ(a["selected"]["value"].AsDouble(), 0.4);
  EXPECT_EQ(a["true_positive_rate"]["value"].AsDouble(), 1);
  EXPECT_NEAR(report["demographic_parity"].AsDouble(), 0.4 - 20.0 / 99, 1e-3);
  EXPECT_NEAR(report["disparate_impact"].AsDouble(), 20.0 / 99 / 0.4, 1e-3);
  EXPECT_NEAR(report["equal_opportunity"].AsDouble(), 1.0 / 3, 1e-3);
}

TEST(Fairness, ManyNumbersBecomeFifths) {
  TableColumn age;
  age.name = "age";
  for (int i = 0; i < 100; ++i) age.numbers.push_back(i);
  age.numbers.push_back(std::nan(""));
  std::vector<size_t> rows(age.numbers.size());
  std::iota(rows.begin(), rows.end(), size_t{0});
  const std::vector<std::string> names = GroupNames(age, rows);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()),
            (std::set<std::string>{
                "< 20", "20 <= .. < 40", "40 <= .. < 60", "60 <= .. < 80", "80 <=", "(missing)"}));
}

TEST(Fairness, OfValuesIsRelativeBias) {
  std::vector<double> predicted(60, 10);
  std::vector<double> values(60, 10);
  std::vector<std::string> groups(60, "a");
  for (size_t i = 30; i < 60; ++i) {
    groups[i] = "b";
    values[i] = 20;
  }
  EXPECT_EQ(ValueFairness(predicted, values, groups)["relative_bias"].AsDouble(), 0.5);
}

}  // namespace
}  // namespace signet::pipelines
