#include "pipelines/models/study_parts.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

StudyData Data(OutcomeKind kind) {
  StudyData data;
  data.outcome.kind = kind;
  for (size_t i = 0; i < 200; ++i) {
    data.rows.push_back(i);
    data.keys.push_back(i * 7919);
    data.targets.push_back(kind == OutcomeKind::kClass ? static_cast<float>(i % 4 == 0)
                                                       : static_cast<float>(i) + 1);
    data.happened.push_back(i % 3 == 0 ? 1 : 0);
  }
  return data;
}

TEST(StudyParts, StrataFollowTheOutcome) {
  const std::vector<int> classes = StrataOf(Data(OutcomeKind::kClass));
  EXPECT_EQ(std::accumulate(classes.begin(), classes.end(), 0), 50);
  const std::vector<int> values = StrataOf(Data(OutcomeKind::kValue));
  EXPECT_EQ(*std::max_element(values.begin(), values.end()), 9);
  EXPECT_EQ(std::count(values.begin(), values.end(), 4), 20);
  const std::vector<int> times = StrataOf(Data(OutcomeKind::kTime));
  EXPECT_EQ(std::accumulate(times.begin(), times.end(), 0), 67);
}

TEST(StudyParts, FiguresFollowTheOutcome) {
  const std::vector<size_t> rows = Data(OutcomeKind::kClass).rows;
  std::vector<double> scores;
  scores.reserve(rows.size());
  for (const size_t row : rows) scores.push_back(static_cast<double>(row) / 200);
  EXPECT_TRUE(FiguresOf(Data(OutcomeKind::kClass), scores, rows, 1)->Has("auc"));
  EXPECT_EQ(
      (*FiguresOf(Data(OutcomeKind::kValue), scores, rows, 1))["spearman"]["value"].AsDouble(), 1);
  for (double& score : scores) score += 1;
  EXPECT_EQ(
      (*FiguresOf(Data(OutcomeKind::kTime), scores, rows, 1))["concordance"]["value"].AsDouble(),
      1);
}

}  // namespace
}  // namespace signet::pipelines
