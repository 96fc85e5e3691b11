#include "pipelines/math/hex_bins.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace signet::pipelines {
namespace {

constexpr double kAcrossMax = 40;
constexpr double kAcrossMin = 6;
constexpr double kWider = 1.25;
constexpr double kShownEnough = 0.9;
const double kRootOfThree = std::sqrt(3.0);

/// Axial coordinates of the hexagon (pointed top) that holds a point.
std::pair<int, int> HexagonOf(double x, double y, double radius) {
  const double q = (kRootOfThree / 3 * x - y / 3) / radius;
  const double r = 2.0 / 3 * y / radius;
  double round_q = std::round(q);
  double round_r = std::round(r);
  const double round_s = std::round(-q - r);
  const double off_q = std::fabs(round_q - q);
  const double off_r = std::fabs(round_r - r);
  const double off_s = std::fabs(round_s + q + r);
  if (off_q > off_r && off_q > off_s) {
    round_q = -round_r - round_s;
  } else if (off_r > off_s) {
    round_r = -round_q - round_s;
  }
  return {static_cast<int>(round_q), static_cast<int>(round_r)};
}

struct Tally {
  size_t count = 0;
  std::map<uint32_t, size_t> labels;
};

HexBins Binned(const PointSet& points,
               std::span<const uint32_t> labels,
               size_t group_min,
               double radius) {
  std::map<std::pair<int, int>, Tally> tallies;
  for (size_t i = 0; i < points.rows(); ++i) {
    Tally& tally = tallies[HexagonOf(points.Row(i)[0], points.Row(i)[1], radius)];
    ++tally.count;
    if (!labels.empty()) ++tally.labels[labels[i]];
  }
  HexBins bins;
  bins.radius = radius;
  size_t shown = 0;
  for (const auto& [place, tally] : tallies) {
    if (tally.count < group_min) continue;
    HexBin bin;
    bin.x = radius * kRootOfThree * (place.first + place.second / 2.0);
    bin.y = radius * 1.5 * place.second;
    bin.count = tally.count;
    for (const auto& [label, count] : tally.labels) {
      if (count < group_min || count <= bin.of_label) continue;
      bin.label = static_cast<int>(label);
      bin.of_label = count;
    }
    shown += tally.count;
    bins.bins.push_back(bin);
  }
  const auto n = static_cast<double>(std::max<size_t>(1, points.rows()));
  bins.hidden_share = std::round((1 - static_cast<double>(shown) / n) * 100) / 100;
  return bins;
}

}  // namespace

HexBins HexBinsOf(const PointSet& points, std::span<const uint32_t> labels, size_t group_min) {
  double low[2] = {0, 0};
  double high[2] = {0, 0};
  for (size_t i = 0; i < points.cells.size(); ++i) {
    const bool first = i < 2;
    low[i % 2] = first ? points.cells[i] : std::min(low[i % 2], points.cells[i]);
    high[i % 2] = first ? points.cells[i] : std::max(high[i % 2], points.cells[i]);
  }
  const double width = std::max({high[0] - low[0], high[1] - low[1], 1e-12});
  double across = kAcrossMax;
  HexBins bins = Binned(points, labels, group_min, width / across / kRootOfThree);
  while (1 - bins.hidden_share < kShownEnough && across / kWider >= kAcrossMin) {
    across /= kWider;
    bins = Binned(points, labels, group_min, width / across / kRootOfThree);
  }
  return bins;
}

}  // namespace signet::pipelines
