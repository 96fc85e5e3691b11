#include "pipelines/models/folds.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(Folds, KeepAPersonTogetherAndOutcomesAlike) {
  std::vector<uint64_t> keys;
  std::vector<int> strata;
  for (uint64_t i = 0; i < 1000; ++i) {
    keys.push_back(TextKey(std::to_string(i % 500)));
    strata.push_back(i % 500 < 50 ? 1 : 0);
  }
  const std::vector<int> folds = DealtFolds(keys, strata, 5, 3);
  std::map<int, int> sizes;
  std::map<int, int> positives;
  for (size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(folds[i], folds[(i + 500) % 1000]);
    ++sizes[folds[i]];
    positives[folds[i]] += strata[i];
  }
  for (const auto& [fold, size] : sizes) {
    EXPECT_EQ(size, 200) << fold;
    EXPECT_EQ(positives[fold], 20) << fold;
  }
  std::vector<uint64_t> reversed(keys.rbegin(), keys.rend());
  std::vector<int> reversed_strata(strata.rbegin(), strata.rend());
  std::vector<int> again = DealtFolds(reversed, reversed_strata, 5, 3);
  std::reverse(again.begin(), again.end());
  EXPECT_EQ(again, folds);
  EXPECT_NE(DealtFolds(keys, strata, 5, 4), folds);
}

TEST(Folds, TheLatestFoldKeepsOneTimeTogether) {
  const std::vector<double> times = {1, 2, 3, 4, 5, 5, 5, 5, 5, std::nan("")};
  EXPECT_EQ(LatestFold(times, 0.2), (std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1, 1, 0}));
  EXPECT_EQ(LatestFold(std::vector<double>{7, 7, 7}, 0.2), (std::vector<int>{0, 0, 0}));
  EXPECT_EQ(LatestFold(std::vector<double>{7, 7, 7, 7, 8}, 0.5), (std::vector<int>{0, 0, 0, 0, 1}));
}

}  // namespace
}  // namespace signet::pipelines
