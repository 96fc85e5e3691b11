#include "policies/disclosure/generalisation_search.h"

#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "tests/policies/disclosure/adult.h"

namespace signet::policies {
namespace {

// All nodes, one after the other: the judge of the search.
Result<Generalisation> Exhaustive(const std::vector<QuasiColumn>& columns,
                                  const GeneralisationGoal& goal) {
  Result<Generalisation> best = NotFound("none");
  std::vector<size_t> levels(columns.size(), 0);
  const size_t rows = columns.front().values.size();
  while (true) {
    Result<Generalisation> node = MeasureGeneralisation(columns, levels, goal.k);
    EXPECT_TRUE(node.ok());
    const bool keeps = static_cast<double>(node->suppressed) <=
                       goal.suppressed_max * static_cast<double>(rows) + 1e-9;
    if (keeps && (!best.ok() || node->loss < best->loss - 1e-9)) best = *node;
    size_t c = 0;
    while (c < levels.size() && ++levels[c] == columns[c].levels.size()) levels[c++] = 0;
    if (c == levels.size()) return best;
  }
}

QuasiColumn RandomColumn(SeededEntropy& entropy, size_t rows) {
  QuasiColumn column;
  const auto values = static_cast<uint32_t>(2 + entropy.Next() % 6);
  for (size_t i = 0; i < rows; ++i) {
    column.values.push_back(static_cast<uint32_t>(entropy.Next() % values));
  }
  Codes level(values);
  for (uint32_t v = 0; v < values; ++v) level[v] = v;
  column.levels.push_back(level);
  const uint64_t more = entropy.Next() % 3;
  for (uint64_t l = 0; l < more; ++l) {
    for (uint32_t& code : level) code /= 2;
    column.levels.push_back(level);
  }
  column.levels.emplace_back(values, 0U);
  return column;
}

TEST(FindGeneralisation, FindsWhatLookingAtEveryNodeFinds) {
  for (uint64_t seed = 0; seed < 120; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededEntropy entropy(seed);
    std::vector<QuasiColumn> columns;
    const size_t rows = 20 + entropy.Next() % 200;
    for (uint64_t c = 1 + entropy.Next() % 4; c > 0; --c) {
      columns.push_back(RandomColumn(entropy, rows));
    }
    const GeneralisationGoal goal{static_cast<int64_t>(2 + entropy.Next() % 12),
                                  static_cast<double>(entropy.Next() % 4) * 0.03};
    const Result<Generalisation> found = FindGeneralisation(columns, goal);
    const Result<Generalisation> judge = Exhaustive(columns, goal);
    ASSERT_EQ(found.ok(), judge.ok());
    if (!found.ok()) continue;
    EXPECT_NEAR(found->loss, judge->loss, 1e-6);
    EXPECT_LE(found->nodes_checked, found->nodes);
  }
}

TEST(FindGeneralisation, RefusesWhatIsNoHierarchy) {
  QuasiColumn splits{{0, 1}, {{0, 1}, {0, 0}, {0, 1}}};
  EXPECT_EQ(FindGeneralisation({splits}, {}).status().code(), StatusCode::kInvalid);
  QuasiColumn lacks{{0, 5}, {{0, 1}}};
  EXPECT_EQ(FindGeneralisation({lacks}, {}).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(FindGeneralisation({}, {}).status().code(), StatusCode::kInvalid);
  QuasiColumn alone{{0, 1}, {{0, 1}}};
  EXPECT_EQ(FindGeneralisation({alone}, {5, 0.0}).status().code(), StatusCode::kNotFound);
}

// The optimum that ARX finds on the Adult set, with its measure (non-uniform entropy).
TEST(FindGeneralisation, FindsTheOptimumOfTheAdultSet) {
  const std::optional<std::vector<QuasiColumn>> adult = testing_support::AdultColumns();
  if (!adult.has_value()) GTEST_SKIP() << "../shared/vectors/adult is absent";
  struct Case {
    double suppressed_max;
    double loss;
    std::vector<size_t> levels;
    size_t classes;
    size_t suppressed;
  };
  for (const Case& c : {Case{0.04, 255559.85455731067, {1, 0, 1, 1, 3, 2, 2, 0, 1}, 1498, 906},
                        Case{0.0, 407289.5388925293, {1, 2, 1, 1, 3, 2, 2, 1, 1}, 48, 0}}) {
    const Result<Generalisation> found = FindGeneralisation(*adult, {5, c.suppressed_max});
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->levels, c.levels);
    EXPECT_NEAR(found->loss, c.loss, 1e-6);
    EXPECT_EQ(found->classes, c.classes);
    EXPECT_EQ(found->suppressed, c.suppressed);
    EXPECT_EQ(found->nodes, 12'960U);
  }
}

TEST(FindGeneralisation, CountsTheClassesThatArxCounts) {
  const std::optional<std::vector<QuasiColumn>> adult = testing_support::AdultColumns();
  if (!adult.has_value()) GTEST_SKIP() << "../shared/vectors/adult is absent";
  const Result<Generalisation> raw = MeasureGeneralisation(*adult, {0, 0, 0, 0, 0, 0, 0, 0, 0}, 5);
  ASSERT_TRUE(raw.ok());
  EXPECT_EQ(raw->classes, 19'502U);
  EXPECT_EQ(raw->suppressed, 23'470U);
  const Result<Generalisation> almost =
      MeasureGeneralisation(*adult, {1, 0, 1, 1, 3, 1, 2, 0, 1}, 5);
  ASSERT_TRUE(almost.ok());
  EXPECT_EQ(almost->classes, 2'442U);
  EXPECT_EQ(almost->suppressed, 2'195U);
}

}  // namespace
}  // namespace signet::policies
