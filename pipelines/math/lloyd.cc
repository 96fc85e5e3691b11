// Compiled with -O3 and without contraction of multiply and add (see CMakeLists.txt).
#include "pipelines/math/lloyd.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "pipelines/math/centroid_sums.h"
#include "pipelines/math/distances.h"

namespace signet::pipelines {
namespace {

constexpr size_t kBlockRows = 4096;
constexpr size_t kAhead = 16;       // rows asked for before their turn
constexpr size_t kStepRows = 1024;  // their bounds and a list of them stay in the nearest cache
constexpr uint32_t kNoCluster = UINT32_MAX;
/// Bounds are trusted only with this reserve, far above what rounding adds up to.
constexpr double kReserve = 1 + 1e-9;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

size_t BlocksOf(size_t rows) {
  return (rows + kBlockRows - 1) / kBlockRows;
}

/// SquaredDistance in another order, for bounds, which have a reserve.
double RoughSquared(const double* a, const double* b, size_t d) {
  double lanes[4] = {};
  size_t c = 0;
  for (; c + 4 <= d; c += 4) {
    for (size_t l = 0; l < 4; ++l) {
      const double gap = a[c + l] - b[c + l];
      lanes[l] += gap * gap;
    }
  }
  for (; c < d; ++c) lanes[0] += (a[c] - b[c]) * (a[c] - b[c]);
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

/// How far the centroids moved in the last step, and how far apart they are now.
struct Geometry {
  std::vector<double> moved;
  size_t farthest = 0;       // which moved most
  double moved_most = 0;     // by how much
  double moved_second = 0;   // the next
  std::vector<double> half;  // half the distance to the nearest other centroid
};

Geometry GeometryOf(const PointSet& before, const PointSet& after) {
  const size_t k = after.rows();
  Geometry g;
  g.moved.resize(k);
  g.half.assign(k, kInfinity);
  for (size_t j = 0; j < k; ++j) {
    g.moved[j] = std::sqrt(SquaredDistance(before.Row(j), after.Row(j), after.columns));
    if (g.moved[j] > g.moved_most) {
      g.moved_second = g.moved_most;
      g.moved_most = g.moved[j];
      g.farthest = j;
    } else {
      g.moved_second = std::max(g.moved_second, g.moved[j]);
    }
    for (size_t i = 0; i < k; ++i) {
      if (i == j) continue;
      const double gap = std::sqrt(SquaredDistance(after.Row(i), after.Row(j), after.columns));
      g.half[j] = std::min(g.half[j], gap / 2);
    }
  }
  return g;
}

/// Lloyd's steps with Hamerly's bounds: rows whose nearest centroid cannot have changed are
/// skipped.
class Lloyd {
 public:
  Lloyd(const PointSet& points, PointSet centroids, const KMeansOptions& options)
      : points_(points),
        options_(options),
        centroids_(std::move(centroids)),
        sums_(centroids_.rows(), LargestOf(points)),
        empty_(sums_),
        labels_(points.rows(), kNoCluster),
        upper_(points.rows(), kInfinity),
        lower_(points.rows(), 0) {}

  /// Runs to the end and hands over the centroids.
  LloydRun Run() {
    int iterations = 0;
    bool converged = false;
    Geometry geometry = GeometryOf(centroids_, centroids_);
    const double still = options_.tolerance > 0 ? options_.tolerance * MeanVariance(points_) : 0;
    while (iterations < options_.iterations_max) {
      ++iterations;
      const size_t changed = Step(geometry);
      const bool relocated = Relocate();
      converged = changed == 0 && !relocated;
      if (converged) break;
      PointSet next = sums_.Means(centroids_);
      geometry = GeometryOf(centroids_, next);
      centroids_ = std::move(next);
      double moved = 0;
      for (const double move : geometry.moved) moved += move * move;
      converged = !relocated && moved <= still;
      if (converged) break;
    }
    return {std::move(centroids_), iterations, converged};
  }

 private:
  /// Each row to its nearest centroid; the sums follow. Returns how many rows changed.
  size_t Step(const Geometry& geometry) {
    const size_t slices =
        std::min(BlocksOf(points_.rows()), static_cast<size_t>(std::max(1, options_.threads)) * 4);
    std::vector<CentroidSums> changes(slices, empty_);
    std::vector<size_t> changed(slices, 0);
    ForBlocks(slices, options_.threads, [&](size_t slice) {
      const size_t first = points_.rows() * slice / slices;
      const size_t last = points_.rows() * (slice + 1) / slices;
      changed[slice] = StepSlice(first, last, geometry, changes[slice]);
    });
    for (const CentroidSums& change : changes) sums_.Merge(change);
    return std::accumulate(changed.begin(), changed.end(), size_t{0});
  }

  /// Works in blocks: whom the bounds do not keep, whom a tighter bound does not keep either, and
  /// those to their nearest.
  size_t StepSlice(size_t first, size_t last, const Geometry& g, CentroidSums& change) {
    std::vector<uint32_t> open(kStepRows + NearestCentres::kRows);
    std::vector<double> tile(points_.columns * NearestCentres::kRows);
    size_t changed = 0;
    for (size_t begin = first; begin < last; begin += kStepRows) {
      const size_t end = std::min(last, begin + kStepRows);
      const size_t loose = KeepByBounds(begin, end, g, open.data());
      const size_t left = KeepByOwn(loose, g, open.data());
      for (size_t n = 0; n < left; n += NearestCentres::kRows) {
        const size_t count = std::min(NearestCentres::kRows, left - n);
        changed += MoveToNearest({open.data() + n, count}, tile.data(), change);
      }
    }
    return changed;
  }

  /// Follows the bounds of rows; lists those whose bounds do not prove that no other centroid is as
  /// near. Returns how many.
  size_t KeepByBounds(size_t begin, size_t end, const Geometry& g, uint32_t* open) {
    size_t count = 0;
    for (size_t i = begin; i < end; ++i) {
      const uint32_t own = labels_.data()[i];
      const bool known = own != kNoCluster;
      const uint32_t at = known ? own : 0;
      const double upper = upper_.data()[i] + g.moved.data()[at];
      const double lower = lower_.data()[i] - (at == g.farthest ? g.moved_second : g.moved_most);
      upper_.data()[i] = upper;
      lower_.data()[i] = lower;
      const double bound = std::max(g.half.data()[at], lower);
      open[count] = static_cast<uint32_t>(i);
      count += static_cast<size_t>(!known || !(upper * kReserve < bound));
    }
    return count;
  }

  /// The same with the distance to the own centroid as it is now.
  size_t KeepByOwn(size_t listed, const Geometry& g, uint32_t* open) {
    size_t count = 0;
    for (size_t n = 0; n < listed; ++n) {
      const uint32_t i = open[n];
      __builtin_prefetch(points_.Row(open[std::min(n + kAhead, listed - 1)]));
      const uint32_t own = labels_.data()[i];
      const bool known = own != kNoCluster;
      const uint32_t at = known ? own : 0;
      const double upper =
          std::sqrt(RoughSquared(points_.Row(i), centroids_.Row(at), points_.columns));
      upper_.data()[i] = upper;
      const double bound = std::max(g.half.data()[at], lower_.data()[i]);
      open[count] = i;
      count += static_cast<size_t>(!known || !(upper * kReserve < bound));
    }
    return count;
  }

  /// Up to kRows rows; returns how many of them change their cluster.
  size_t MoveToNearest(std::span<const uint32_t> rows, double* tile, CentroidSums& change) {
    const double* cells[NearestCentres::kRows];
    for (size_t l = 0; l < NearestCentres::kRows; ++l) {
      cells[l] = points_.Row(rows[std::min(l, rows.size() - 1)]);
    }
    NearestCentres nearest;
    nearest.Find(centroids_, cells, tile);
    size_t changed = 0;
    for (size_t l = 0; l < rows.size(); ++l) {
      const uint32_t i = rows[l];
      upper_.data()[i] = std::sqrt(nearest.squared[l]);
      lower_.data()[i] = std::sqrt(nearest.second[l]);
      const uint32_t own = labels_.data()[i];
      const auto next = static_cast<uint32_t>(nearest.number[l]);
      if (next == own) continue;
      if (own != kNoCluster) change.Remove(cells[l], own);
      change.Add(cells[l], next);
      labels_.data()[i] = next;
      ++changed;
    }
    return changed;
  }

  /// Gives each empty cluster the row that lies farthest from its centroid (as scikit-learn does).
  bool Relocate() {
    bool any = false;
    for (uint32_t j = 0; j < sums_.counts().size(); ++j) {
      if (sums_.counts()[j] != 0) continue;
      size_t farthest = points_.rows();
      double most = 0;
      for (size_t i = 0; i < points_.rows(); ++i) {
        const double gap =
            SquaredDistance(points_.Row(i), centroids_.Row(labels_[i]), points_.columns);
        if (gap > most && sums_.counts()[labels_[i]] > 1) {
          most = gap;
          farthest = i;
        }
      }
      if (farthest == points_.rows()) continue;  // all rows lie on their centroids
      sums_.Remove(points_.Row(farthest), labels_[farthest]);
      sums_.Add(points_.Row(farthest), j);
      labels_[farthest] = j;
      upper_[farthest] = kInfinity;
      lower_[farthest] = 0;
      any = true;
    }
    return any;
  }

  const PointSet& points_;
  const KMeansOptions& options_;
  PointSet centroids_;
  CentroidSums sums_;
  const CentroidSums empty_;
  std::vector<uint32_t> labels_;
  std::vector<double> upper_;  // at least the distance to the own centroid
  std::vector<double> lower_;  // at most the distance to any other
};

}  // namespace

LloydRun RunLloyd(const PointSet& points, PointSet centroids, const KMeansOptions& options) {
  return Lloyd(points, std::move(centroids), options).Run();
}

}  // namespace signet::pipelines
