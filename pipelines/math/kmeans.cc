#include "pipelines/math/kmeans.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "crypto/base/check.h"
#include "pipelines/math/distances.h"
#include "pipelines/math/kmeans_seeding.h"
#include "pipelines/math/lloyd.h"

namespace signet::pipelines {
namespace {

constexpr size_t kBlockRows = 4096;

size_t BlocksOf(size_t rows) {
  return (rows + kBlockRows - 1) / kBlockRows;
}

/// The nearest centroid of rows first <= i < last.
Assignment AssignRange(const PointSet& points,
                       const PointSet& centroids,
                       size_t first,
                       size_t last) {
  Assignment range;
  range.labels.resize(last - first);
  range.squared.resize(last - first);
  std::vector<double> tile(points.columns * NearestCentres::kRows);
  const double* cells[NearestCentres::kRows];
  NearestCentres nearest;
  for (size_t i = first; i < last; i += NearestCentres::kRows) {
    const size_t count = std::min(NearestCentres::kRows, last - i);
    for (size_t l = 0; l < NearestCentres::kRows; ++l) {
      cells[l] = points.Row(std::min(i + l, last - 1));
    }
    nearest.Find(centroids, cells, tile.data());
    for (size_t l = 0; l < count; ++l) {
      range.labels.data()[i - first + l] = static_cast<uint32_t>(nearest.number[l]);
      range.squared.data()[i - first + l] = nearest.squared[l];
    }
  }
  return range;
}

/// Mini-batch steps: each centroid moves to each new row by 1 / rows it has seen.
PointSet MiniBatches(const PointSet& points, PointSet centroids, const KMeansOptions& options) {
  constexpr size_t kPassesMax = 10;
  constexpr double kStill = 1e-4;  // of the first pass's movement
  const size_t d = points.columns;
  std::vector<double> seen(centroids.rows(), 0);
  const size_t batch = std::max<size_t>(options.batch_rows, centroids.rows());
  double first_movement = 0;
  for (size_t pass = 0; pass < kPassesMax; ++pass) {
    const PointSet before = centroids;
    for (size_t start = 0; start < points.rows(); start += batch) {
      const Assignment nearest =
          AssignRange(points, centroids, start, std::min(points.rows(), start + batch));
      for (size_t n = 0; n < nearest.labels.size(); ++n) {
        const uint32_t own = nearest.labels[n];
        const double rate = 1 / ++seen[own];
        double* centre = centroids.cells.data() + own * d;
        const double* row = points.Row(start + n);
        for (size_t c = 0; c < d; ++c) centre[c] += rate * (row[c] - centre[c]);
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
  if (options.mini_batch) {
    centroids = MiniBatches(canonical, std::move(centroids), options);
    KMeansFit fit = Finished(canonical, order, centroids, options.threads);
    if (fit.sizes.back() > 0) return fit;  // else an empty cluster: Lloyd's steps fill it
  }
  const LloydRun run = RunLloyd(canonical, std::move(centroids), options);
  KMeansFit fit = Finished(canonical, order, run.centroids, options.threads);
  fit.iterations = run.iterations;
  fit.converged = run.converged;
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
    starts[t] = RunLloyd(sample, std::move(starts[t]), alone).centroids;
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
  kept.reserve(order.size());
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
  ForBlocks(BlocksOf(points.rows()), threads, [&](size_t block) {
    const size_t first = block * kBlockRows;
    const Assignment part =
        AssignRange(points, centroids, first, std::min(points.rows(), first + kBlockRows));
    std::copy(part.labels.begin(), part.labels.end(), all.labels.data() + first);
    std::copy(part.squared.begin(), part.squared.end(), all.squared.data() + first);
  });
  return all;
}

}  // namespace signet::pipelines
