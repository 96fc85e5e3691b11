#include "pipelines/math/kmeans_seeding.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "pipelines/math/distances.h"

namespace signet::pipelines {
namespace {

constexpr size_t kBlockRows = 4096;

/// The squared distances of all rows to the nearest centroid so far.
class Potential {
 public:
  explicit Potential(const PointSet& points)
      : points_(points),
        closest_(points.rows(), std::numeric_limits<double>::infinity()),
        blocks_((points.rows() + kBlockRows - 1) / kBlockRows, 0) {}

  /// Draws a row with probability proportional to its squared distance.
  [[nodiscard]] size_t Draw(double uniform) const {
    double left = uniform * total_;
    size_t block = 0;
    while (block + 1 < blocks_.size() && left >= blocks_[block]) left -= blocks_[block++];
    const size_t end = std::min(points_.rows(), (block + 1) * kBlockRows);
    size_t last = block * kBlockRows;
    for (size_t i = last; i < end; ++i) {
      if (closest_[i] == 0) continue;
      last = i;
      left -= closest_[i];
      if (left < 0) break;
    }
    return last;
  }

  /// The sum of squared distances if each of `candidates` were a centroid too.
  [[nodiscard]] std::vector<double> With(std::span<const uint32_t> candidates) const {
    const ColumnPoints columns(points_.Taken(candidates));
    std::vector<double> squared(columns.padded());
    std::vector<double> totals(candidates.size(), 0);
    for (size_t i = 0; i < points_.rows(); ++i) {
      columns.Squared(points_.Row(i), squared.data());
      for (size_t t = 0; t < totals.size(); ++t) {
        totals.data()[t] += std::min(squared.data()[t], closest_.data()[i]);
      }
    }
    return totals;
  }

  void Add(size_t row) {
    total_ = 0;
    for (size_t block = 0; block < blocks_.size(); ++block) {
      const size_t end = std::min(points_.rows(), (block + 1) * kBlockRows);
      double sum = 0;
      for (size_t i = block * kBlockRows; i < end; ++i) {
        const double gap = SquaredDistance(points_.Row(i), points_.Row(row), points_.columns);
        closest_.data()[i] = std::min(closest_.data()[i], gap);
        sum += closest_.data()[i];
      }
      blocks_[block] = sum;
      total_ += sum;
    }
  }

 private:
  const PointSet& points_;
  std::vector<double> closest_;
  std::vector<double> blocks_;  // sums of closest_
  double total_ = 0;
};

}  // namespace

PointSet PlusPlusSeeds(const PointSet& points, size_t clusters, uint64_t seed) {
  SplitMix random(seed);
  const auto tries = static_cast<size_t>(2 + std::log(static_cast<double>(clusters)));
  Potential potential(points);
  std::vector<uint32_t> chosen = {static_cast<uint32_t>(random.Below(points.rows()))};
  potential.Add(chosen.back());
  while (chosen.size() < clusters) {
    std::vector<uint32_t> candidates(tries);
    for (uint32_t& candidate : candidates) {
      candidate = static_cast<uint32_t>(potential.Draw(random.Uniform()));
    }
    const std::vector<double> totals = potential.With(candidates);
    const auto best = std::min_element(totals.begin(), totals.end()) - totals.begin();
    chosen.push_back(candidates[static_cast<size_t>(best)]);
    potential.Add(chosen.back());
  }
  return points.Taken(chosen);
}

}  // namespace signet::pipelines
