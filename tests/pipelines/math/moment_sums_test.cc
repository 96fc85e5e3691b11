#include "pipelines/math/moment_sums.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

using Unit = std::array<double, 3>;

std::vector<Unit> Units(uint64_t seed, size_t n) {
  SeededEntropy entropy(seed);
  const auto uniform = [&] { return static_cast<double>(entropy.Next() >> 11) * 0x1p-53; };
  std::vector<Unit> units;
  units.reserve(n);
  for (size_t i = 0; i < n; ++i) {
    units.push_back({i % 3 == 0 ? std::floor(uniform() * 50) : uniform() * 1e3,
                     std::floor(uniform() * 5),
                     uniform() - 0.5});
  }
  return units;
}

MomentSums SumsOf(const std::vector<Unit>& units) {
  MomentSums sums;
  for (const Unit& u : units) sums.Add(u[0], u[1], u[2]);
  return sums;
}

TEST(MomentSums, AreTheTextbooksMeansAndCovariances) {
  MomentSums sums;
  sums.Add(1, 2, 0.5);
  sums.Add(4, 1, 0.25);
  sums.Add(10, 6, 0.75);
  const Moments m = sums.Finish();
  EXPECT_EQ(m.units, 3);
  EXPECT_EQ(m.y, 5);
  EXPECT_EQ(m.d, 3);
  EXPECT_EQ(m.x, 0.5);
  EXPECT_NEAR(m.yy, 21, 1e-12);
  EXPECT_NEAR(m.dd, 7, 1e-12);
  EXPECT_NEAR(m.yd, 10.5, 1e-12);
  EXPECT_NEAR(m.xx, 0.0625, 1e-15);
  EXPECT_NEAR(m.yx, 0.75, 1e-12);
  EXPECT_NEAR(m.dx, 0.625, 1e-12);
}

// Property: the bytes of the state and every figure are those of the multiset.
TEST(MomentSums, DependNeitherOnOrderNorOnPartitions) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::vector<Unit> units = Units(seed, 500);
    const MomentSums whole = SumsOf(units);
    std::reverse(units.begin(), units.end());
    MomentSums merged;
    for (size_t part = 0; part < 7; ++part) {
      std::vector<Unit> mine;
      for (size_t i = part; i < units.size(); i += 7) mine.push_back(units[i]);
      merged.Merge(SumsOf(mine));
    }
    EXPECT_EQ(merged.Encode(), whole.Encode());
    EXPECT_EQ(merged.Finish().yy, whole.Finish().yy);
    EXPECT_EQ(merged.Finish().yx, whole.Finish().yx);
  }
}

TEST(MomentSums, ALargeMeanCostsNoDigits) {
  MomentSums sums;
  for (const double y : {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}) sums.Add(y + 0.25);
  EXPECT_EQ(sums.Finish().yy, 30);
}

TEST(MomentSums, PooledMomentsAreThoseOfAllUnits) {
  const std::vector<Unit> all = Units(3, 400);
  const MomentSums a = SumsOf({all.begin(), all.begin() + 150});
  const MomentSums b = SumsOf({all.begin() + 150, all.end()});
  const Moments pooled = a.Finish().Pooled(b.Finish());
  const Moments want = SumsOf(all).Finish();
  EXPECT_NEAR(pooled.y, want.y, 1e-9);
  EXPECT_NEAR(pooled.yy, want.yy, 1e-6);
  EXPECT_NEAR(pooled.yd, want.yd, 1e-8);
  EXPECT_NEAR(pooled.dx, want.dx, 1e-10);
  EXPECT_EQ(Moments().Pooled(want).units, want.units);
}

TEST(MomentSums, TravelAsBytes) {
  const MomentSums sums = SumsOf(Units(4, 30));
  const Result<MomentSums> read = MomentSums::Decode(sums.Encode());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Finish().yy, sums.Finish().yy);
  EXPECT_EQ(read->Encode(), sums.Encode());
  Bytes cut = sums.Encode();
  cut.pop_back();
  EXPECT_FALSE(MomentSums::Decode(cut).ok());
  cut.push_back(0);
  cut.push_back(0);
  EXPECT_FALSE(MomentSums::Decode(cut).ok());
}

TEST(MomentSums, WholeNumbersTakeTheSameValuesOnBothLanes) {
  MomentSums fast;
  MomentSums slow;
  slow.Add(0.5);
  fast.Add(0.5);
  for (int i = -20; i < 20; ++i) {
    fast.AddWhole(i);
    slow.Add(static_cast<double>(i));
  }
  EXPECT_EQ(fast.Encode(), slow.Encode());
  EXPECT_EQ(fast.Finish(1e-4).y, fast.Finish().y * 1e-4);
}

}  // namespace
}  // namespace signet::pipelines
