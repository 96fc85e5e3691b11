#include "pipelines/segments/value_grid.h"

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

const GridLabels& Labels() {
  static const GridLabels kLabels{"t", "m", "r", "c", {"r1", "r2"}, {"c1", "c2"}};
  return kLabels;
}

TEST(ValueGrid, IsTheSameHoweverPeopleAreSplit) {
  ValueGrid whole(2, 2);
  ValueGrid a(2, 2);
  ValueGrid b(2, 2);
  for (int i = 0; i < 100; ++i) {
    const double value = 0.1 * i;
    whole.Add(static_cast<size_t>(i % 2), 1, value);
    (i < 37 ? a : b).Add(static_cast<size_t>(i % 2), 1, value);
  }
  b.Merge(a);
  EXPECT_EQ(whole.ToJson(Labels(), ValueGrid::Measure::kMean, 1),
            b.ToJson(Labels(), ValueGrid::Measure::kMean, 1));
}

TEST(ValueGrid, LeavesOutCellsBelowTheGroup) {
  ValueGrid grid(2, 2);
  for (int i = 0; i < 9; ++i) grid.Add(0, 0, 1);
  for (int i = 0; i < 10; ++i) grid.Add(1, 1, 3);
  const Json json = grid.ToJson(Labels(), ValueGrid::Measure::kMean, 10);
  ASSERT_EQ(json["cells"].size(), 1U);
  EXPECT_EQ(json["cells"].items()[0]["value"].AsDouble(), 3);
  EXPECT_EQ(grid.ToJson(Labels(), ValueGrid::Measure::kCount, 1)["cells"].size(), 2U);
}

}  // namespace
}  // namespace signet::pipelines
