#include "pipelines/math/kmeans.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "crypto/base/check.h"
#include "pipelines/math/distances.h"
#include "pipelines/math/kmeans_seeding.h"

namespace signet::pipelines {
namespace {

constexpr size_t kBlockRows = 4096;
constexpr uint32_t kNoCluster = UINT32_MAX;
/// Bounds are trusted only with this reserve, far above what rounding adds up to.
constexpr double kReserve = 1 + 1e-9;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

size_t BlocksOf(size_t rows) {
  return (rows + kBlockRows - 1) / kBlockRows;
}

struct Nearest {
  uint32_t cluster = 0;
  double squared = kInfinity;
  double second = kInfinity;  // squared distance to the next nearest
};

Nearest NearestOf(const double* squared, size_t clusters) {
  Nearest nearest;
  for (size_t j = 0; j < clusters; ++j) {
    if (squared[j] < nearest.squared) {
      nearest.second = nearest.squared;
      nearest.squared = squared[j];
      nearest.cluster = static_cast<uint32_t>(j);
    } else if (squared[j] < nearest.second) {
      nearest.second = squared[j];
    }
  }
  return nearest;
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
  PointSet Run(int& iterations, bool& converged) {
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
    return std::move(centroids_);
  }

 private:
  /// Each row to its nearest centroid; the sums follow. Returns how many rows changed.
  size_t Step(const Geometry& geometry) {
    columns_.Assign(centroids_);
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

  size_t StepSlice(size_t first, size_t last, const Geometry& g, CentroidSums& change) {
    std::vector<double> squared(columns_.padded());
    const size_t k = centroids_.rows();
    size_t changed = 0;
    for (size_t i = first; i < last; ++i) {
      const uint32_t own = labels_.data()[i];
      const double* row = points_.Row(i);
      if (own != kNoCluster && Stays(i, own, row, g)) continue;
      columns_.Squared(row, squared.data());
      const Nearest nearest = NearestOf(squared.data(), k);
      upper_.data()[i] = std::sqrt(nearest.squared);
      lower_.data()[i] = std::sqrt(nearest.second);
      if (nearest.cluster == own) continue;
      if (own != kNoCluster) change.Remove(row, own);
      change.Add(row, nearest.cluster);
      labels_.data()[i] = nearest.cluster;
      ++changed;
    }
    return changed;
  }

  /// Follows the bounds of row i and says whether they prove that no other centroid is as near.
  bool Stays(size_t i, uint32_t own, const double* row, const Geometry& g) {
    double& upper = upper_.data()[i];
    double& lower = lower_.data()[i];
    upper += g.moved.data()[own];
    lower -= own == g.farthest ? g.moved_second : g.moved_most;
    const double bound = std::max(g.half.data()[own], lower);
    if (upper * kReserve < bound) return true;
    upper = std::sqrt(SquaredDistance(row, centroids_.Row(own), points_.columns));
    return upper * kReserve < bound;
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
  ColumnPoints columns_;
  CentroidSums sums_;
  const CentroidSums empty_;
  std::vector<uint32_t> labels_;
  std::vector<double> upper_;  // at least the distance to the own centroid
  std::vector<double> lower_;  // at most the distance to any other
};

/// Mini-batch steps: each centroid moves to each new row by 1 / rows it has seen.
PointSet MiniBatches(const PointSet& points, PointSet centroids, const KMeansOptions& options) {
  constexpr size_t kPassesMax = 10;
  constexpr double kStill = 1e-4;  // of the first pass's movement
  const size_t d = points.columns;
  std::vector<double> seen(centroids.rows(), 0);
  const size_t batch = std::max<size_t>(options.batch_rows, centroids.rows());
  std::vector<double> squared;
  double first_movement = 0;
  for (size_t pass = 0; pass < kPassesMax; ++pass) {
    const PointSet before = centroids;
    for (size_t start = 0; start < points.rows(); start += batch) {
      const ColumnPoints columns(centroids);
      squared.resize(columns.padded());
      const size_t end = std::min(points.rows(), start + batch);
      for (size_t i = start; i < end; ++i) {
        columns.Squared(points.Row(i), squared.data());
        const uint32_t own = NearestOf(squared.data(), centroids.rows()).cluster;
        const double rate = 1 / ++seen[own];
        double* centre = centroids.cells.data() + own * d;
        for (size_t c = 0; c < d; ++c) centre[c] += rate * (points.Row(i)[c] - centre[c]);
      }
    }
    double movement = 0;
    for (size_t j = 0; j < centroids.rows(); ++j) {
      movement += SquaredDistance(before.Row(j), centroids.Row(j), d);
    }
    if (pass == 0) first_movement = movement;
    if (movement <= kStill * first_movement) break;
  }
  return centroids;
}

Status CheckInput(const PointSet& points, size_t clusters) {
  if (points.rows() == 0) return Invalid("there is no row to cluster");
  if (points.rows() > UINT32_MAX) return Exhausted("more than 2^32 rows to cluster");
  if (clusters == 0 || clusters > kClustersMax) {
    return Invalid("the number of clusters must lie between 1 and " + std::to_string(kClustersMax));
  }
  constexpr double kLargest = 1e100;  // squares and their sums stay finite
  for (const double cell : points.cells) {
    if (!(std::fabs(cell) <= kLargest)) {
      return Invalid("a coordinate is missing, infinite or above 1e100");
    }
  }
  if (DistinctRows(points, clusters) < clusters) {
    return Invalid("fewer distinct rows than the " + std::to_string(clusters) + " clusters asked");
  }
  return OkStatus();
}

double SumInBlocks(const std::vector<double>& values) {
  double total = 0;
  for (size_t first = 0; first < values.size(); first += kBlockRows) {
    const size_t last = std::min(values.size(), first + kBlockRows);
    double block = 0;
    for (size_t i = first; i < last; ++i) block += values[i];
    total += block;
  }
  return total;
}

/// Numbers the clusters by size and turns labels back into the order of the rows given.
KMeansFit Finished(const PointSet& canonical,
                   const std::vector<uint32_t>& order,
                   const PointSet& centroids,
                   int threads) {
  const Assignment assigned = AssignToNearest(canonical, centroids, threads);
  const size_t k = centroids.rows();
  std::vector<size_t> sizes(k, 0);
  for (const uint32_t label : assigned.labels) ++sizes[label];
  const std::vector<uint32_t> by_size = OrderBySize(centroids, sizes);
  KMeansFit fit;
  fit.centroids = centroids.Taken(by_size);
  std::vector<uint32_t> number(k);
  for (size_t j = 0; j < k; ++j) {
    number[by_size[j]] = static_cast<uint32_t>(j);
    fit.sizes.push_back(sizes[by_size[j]]);
  }
  fit.labels.resize(order.size());
  for (size_t i = 0; i < order.size(); ++i) fit.labels[order[i]] = number[assigned.labels[i]];
  fit.inertia = SumInBlocks(assigned.squared);
  return fit;
}

KMeansFit FitCanonical(const PointSet& canonical,
                       const std::vector<uint32_t>& order,
                       PointSet centroids,
                       const KMeansOptions& options) {
  int iterations = 0;
  bool converged = false;
  if (options.mini_batch) {
    centroids = MiniBatches(canonical, std::move(centroids), options);
    KMeansFit fit = Finished(canonical, order, centroids, options.threads);
    if (fit.sizes.back() > 0) return fit;  // else an empty cluster: Lloyd's steps fill it
  }
  centroids = Lloyd(canonical, std::move(centroids), options).Run(iterations, converged);
  KMeansFit fit = Finished(canonical, order, centroids, options.threads);
  fit.iterations = iterations;
  fit.converged = converged;
  return fit;
}

/// Lloyd's steps from each start; `inertia` tells where each came.
void Improve(const PointSet& sample,
             const KMeansOptions& options,
             std::vector<PointSet>& starts,
             std::vector<double>& inertia) {
  KMeansOptions alone = options;
  alone.threads = 1;
  inertia.assign(starts.size(), 0);
  ForBlocks(starts.size(), options.threads, [&](size_t t) {
    int iterations = 0;
    bool converged = false;
    starts[t] = Lloyd(sample, std::move(starts[t]), alone).Run(iterations, converged);
    inertia[t] = SumInBlocks(AssignToNearest(sample, starts[t], 1).squared);
  });
}

/// The seeding that Lloyd's steps make most of, tried on the head of the canonical order: all get a
/// few steps, the best fifth go to the end.
PointSet BestSeeding(const PointSet& canonical, const KMeansOptions& options) {
  constexpr int kFirstSteps = 8;
  const bool all = canonical.rows() <= kSeedingRowsMax;
  const PointSet head = all ? PointSet{} : canonical.Head(kSeedingRowsMax);
  const PointSet& sample =
      all || DistinctRows(head, options.clusters) < options.clusters ? canonical : head;
  SplitMix random(options.seed);
  if (options.restarts <= 1) return PlusPlusSeeds(sample, options.clusters, random.Next());
  std::vector<PointSet> tried(static_cast<size_t>(options.restarts));
  std::vector<uint64_t> seeds(tried.size());
  for (uint64_t& seed : seeds) seed = random.Next();
  ForBlocks(tried.size(), options.threads, [&](size_t t) {
    tried[t] = PlusPlusSeeds(sample, options.clusters, seeds[t]);
  });
  KMeansOptions first = options;
  first.iterations_max = std::min(kFirstSteps, options.iterations_max);
  std::vector<double> inertia;
  Improve(sample, first, tried, inertia);
  std::vector<uint32_t> order(tried.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(
      order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return inertia[a] < inertia[b]; });
  order.resize((order.size() + 4) / 5);
  std::vector<PointSet> kept;
  for (const uint32_t t : order) kept.push_back(std::move(tried[t]));
  Improve(sample, options, kept, inertia);
  const auto best = std::min_element(inertia.begin(), inertia.end()) - inertia.begin();
  return std::move(kept[static_cast<size_t>(best)]);
}

}  // namespace

Result<KMeansFit> FitKMeans(const PointSet& points, const KMeansOptions& options) {
  TRY(CheckInput(points, options.clusters));
  const std::vector<uint32_t> order = CanonicalOrder(points, options.seed);
  const PointSet canonical = points.Taken(order);
  return FitCanonical(canonical, order, BestSeeding(canonical, options), options);
}

Result<KMeansFit> FitKMeansFrom(const PointSet& points,
                                const PointSet& centroids,
                                const KMeansOptions& options) {
  TRY(CheckInput(points, centroids.rows()));
  CHECK(points.columns == centroids.columns);
  const std::vector<uint32_t> order = CanonicalOrder(points, options.seed);
  return FitCanonical(points.Taken(order), order, centroids, options);
}

Assignment AssignToNearest(const PointSet& points, const PointSet& centroids, int threads) {
  Assignment all;
  all.labels.resize(points.rows());
  all.squared.resize(points.rows());
  const ColumnPoints columns(centroids);
  ForBlocks(BlocksOf(points.rows()), threads, [&](size_t block) {
    std::vector<double> squared(columns.padded());
    const size_t last = std::min(points.rows(), (block + 1) * kBlockRows);
    for (size_t i = block * kBlockRows; i < last; ++i) {
      columns.Squared(points.Row(i), squared.data());
      const Nearest nearest = NearestOf(squared.data(), centroids.rows());
      all.labels.data()[i] = nearest.cluster;
      all.squared.data()[i] = nearest.squared;
    }
  });
  return all;
}

}  // namespace signet::pipelines
