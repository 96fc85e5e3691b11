#include "pipelines/models/bin_codes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

std::vector<float> Draw(size_t count, uint64_t seed) {
  SeededEntropy entropy(seed);
  std::vector<float> values;
  for (size_t i = 0; i < count; ++i) {
    const double u = static_cast<double>(entropy.Next() >> 11U) * 0x1p-53;
    values.push_back(static_cast<float>((u - 0.3) * std::exp(10 * u)));
  }
  return values;
}

TEST(QuantileSketch, GivesTheSameCutsForAnySplitAndMergeOrder) {
  const std::vector<float> values = Draw(200'000, 1);  // more distinct values than the sketch keeps
  QuantileSketch whole;
  whole.Add(values);
  const std::vector<float> cuts = whole.Cuts(255);
  SeededEntropy entropy(7);
  for (int world = 0; world < 5; ++world) {
    SCOPED_TRACE(world);
    std::vector<QuantileSketch> parts(2 + entropy.Next() % 9);
    std::vector<std::vector<float>> split(parts.size());
    for (const float value : values) split[entropy.Next() % parts.size()].push_back(value);
    for (size_t i = 0; i < parts.size(); ++i) {
      std::reverse(split[i].begin(), split[i].end());
      const std::span<const float> own(split[i]);
      parts[i].Add(own.subspan(0, own.size() / 3));
      parts[i].Add(own.subspan(own.size() / 3));
    }
    QuantileSketch merged;
    while (!parts.empty()) {
      const size_t next = entropy.Next() % parts.size();
      merged.Merge(parts[next]);
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(next));
    }
    EXPECT_EQ(merged.Cuts(255), cuts);
    EXPECT_EQ(merged.count(), values.size());
  }
}

TEST(QuantileSketch, BinsHoldAboutEqualCounts) {
  const std::vector<float> values = Draw(100'000, 2);
  QuantileSketch sketch;
  sketch.Add(values);
  const std::vector<float> cuts = sketch.Cuts(50);
  ASSERT_EQ(cuts.size(), 49U);
  std::vector<int> counts(50, 0);
  for (const float v : values) {
    ++counts[static_cast<size_t>(std::upper_bound(cuts.begin(), cuts.end(), v) - cuts.begin())];
  }
  for (const int count : counts) EXPECT_NEAR(count, 2000, 100);
}

TEST(QuantileSketch, GivesEachOfFewValuesItsOwnBin) {
  QuantileSketch sketch;
  sketch.Add(std::vector<float>{3, 1, 1, 2, 1, std::nanf(""), -5});
  EXPECT_EQ(sketch.Cuts(255), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(sketch.count(), 6U);
  EXPECT_TRUE(QuantileSketch().Cuts(10).empty());
}

TEST(CutList, CodesAreTheCountOfCutsAtOrBelowAValue) {
  std::vector<float> cells = Draw(30'000, 3);
  const float inf = std::numeric_limits<float>::infinity();
  for (const float odd : {inf, -inf, std::nanf(""), 0.0F, -0.0F, 1e-40F, -3e38F, 3e38F}) {
    cells.push_back(odd);
  }
  cells.push_back(0);
  const CutList cuts = CutList::Of(RowMatrix{cells, 3}, 255, 2);
  const CodeMatrix codes = cuts.Encode(RowMatrix{cells, 3}, 3);
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::vector<float>& own = cuts.of(i % 3);
    const auto code = std::upper_bound(own.begin(), own.end(), cells[i]) - own.begin();
    ASSERT_EQ(codes.codes[i], std::isfinite(cells[i]) ? code : CodeMatrix::kMissing) << cells[i];
  }
  const Result<CutList> read = CutList::FromJson(cuts.ToJson());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Encode(RowMatrix{cells, 3}, 1).codes, codes.codes);
}

TEST(CutList, RefusesCutsThatDoNotRise) {
  EXPECT_FALSE(CutList::FromJson(*Json::Parse("[[1, 1]]")).ok());
  EXPECT_FALSE(CutList::FromJson(*Json::Parse("[]")).ok());
  EXPECT_TRUE(CutList::FromJson(*Json::Parse("[[]]")).ok());
}

}  // namespace
}  // namespace signet::pipelines
