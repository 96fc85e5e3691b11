#include "pipelines/math/calibration.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

struct World {
  std::vector<double> probabilities;
  std::vector<uint8_t> labels;
};

/// Labels drawn with the true probability; the stated one has its logit stretched.
World StretchedWorld(double stretch, size_t rows) {
  SeededEntropy entropy(11);
  const auto uniform = [&] { return static_cast<double>(entropy.Next() >> 11) * 0x1p-53; };
  World world;
  for (size_t i = 0; i < rows; ++i) {
    const double logit = 6 * uniform() - 3;
    world.labels.push_back(uniform() < 1 / (1 + std::exp(-logit)) ? 1 : 0);
    world.probabilities.push_back(1 / (1 + std::exp(-stretch * logit - 0.7)));
  }
  return world;
}

std::vector<double> Applied(const Calibrator& map, const std::vector<double>& p) {
  std::vector<double> out;
  out.reserve(p.size());
  for (const double v : p) out.push_back(map.Apply(v));
  return out;
}

TEST(Calibration, PlattAndIsotonicRepairAStretchedModel) {
  const World w = StretchedWorld(2.5, 20000);
  const double before = CalibrationError(w.probabilities, w.labels, 10, 0.95, 1).value;
  EXPECT_GT(before, 0.08);
  for (const Calibrator& map : {Calibrator::Platt(w.probabilities, w.labels),
                                Calibrator::Isotonic(w.probabilities, w.labels)}) {
    const std::vector<double> p = Applied(map, w.probabilities);
    EXPECT_LT(CalibrationError(p, w.labels, 10, 0.95, 1).value, 0.015);
    EXPECT_LT(LogLoss(p, w.labels, 0.95).value, LogLoss(w.probabilities, w.labels, 0.95).value);
    EXPECT_LT(Brier(p, w.labels, 0.95).value, Brier(w.probabilities, w.labels, 0.95).value);
    const Result<Calibrator> read = Calibrator::FromJson(map.ToJson());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->Apply(0.3), map.Apply(0.3));
    for (const double edge : {0.0, 1.0}) {
      EXPECT_GE(map.Apply(edge), 0);
      EXPECT_LE(map.Apply(edge), 1);
    }
  }
}

TEST(Calibration, ErrorIsZeroWhereEveryBinIsRight) {
  const std::vector<double> p = {0.5, 0.5, 0.5, 0.5};
  EXPECT_EQ(CalibrationError(p, std::vector<uint8_t>{1, 0, 1, 0}, 10, 0.95, 1).value, 0);
}

TEST(Calibration, PlattOnOneClassStaysFinite) {
  const Calibrator map =
      Calibrator::Platt(std::vector<double>{0.2, 0.4, 0.6}, std::vector<uint8_t>{1, 1, 1});
  EXPECT_TRUE(std::isfinite(map.Apply(0.5)));
}

TEST(Calibration, RefusesABrokenMap) {
  EXPECT_FALSE(Calibrator::FromJson(Json::Of({{"kind", "magic"}})).ok());
  EXPECT_FALSE(Calibrator::FromJson(Json::Of({{"kind", "platt"}, {"slope", -1}})).ok());
}

}  // namespace
}  // namespace signet::pipelines
