#include "pipelines/math/kmeans_partitions.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

Status CheckPartitions(std::span<const PointSet> partitions) {
  size_t columns = 0;
  for (const PointSet& partition : partitions) {
    if (partition.rows() == 0) continue;
    if (columns != 0 && partition.columns != columns) {
      return Invalid("the partitions have different columns");
    }
    columns = partition.columns;
    const bool finite = std::all_of(partition.cells.begin(),
                                    partition.cells.end(),
                                    [](double cell) { return std::fabs(cell) <= 1e100; });
    if (!finite) return Invalid("a coordinate is missing, infinite or above 1e100");
  }
  if (columns == 0) return Invalid("there is no row to cluster");
  return OkStatus();
}

/// Asks every partition, and adds up what they say.
KMeansRound AskAll(std::span<const PointSet> partitions,
                   const PointSet& centroids,
                   std::span<const double> largest,
                   int threads) {
  KMeansRound round{CentroidSums(centroids.rows(), largest), {}, -1, {}};
  for (const PointSet& partition : partitions) {
    if (partition.rows() == 0) continue;
    round.Merge(KMeansRound::Of(partition, centroids, largest, threads));
  }
  return round;
}

/// The next centroids; an empty cluster begins anew at the row farthest from its own.
PointSet NextCentroids(const KMeansRound& round, const PointSet& centroids) {
  PointSet next = round.sums.Means(centroids);
  const std::vector<int64_t>& counts = round.sums.counts();
  const auto empty = std::find(counts.begin(), counts.end(), 0);
  if (empty != counts.end() && round.farthest > 0) {
    const auto at = static_cast<size_t>(empty - counts.begin()) * next.columns;
    std::copy(round.farthest_row.begin(),
              round.farthest_row.end(),
              next.cells.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return next;
}

/// Labels and sizes by the last centroids, clusters numbered by size.
void Number(std::span<const PointSet> partitions,
            const PointSet& centroids,
            const CentroidSums& sums,
            int threads,
            KMeansFit& fit) {
  std::vector<size_t> sizes(centroids.rows());
  for (size_t j = 0; j < sizes.size(); ++j) sizes[j] = static_cast<size_t>(sums.counts()[j]);
  const std::vector<uint32_t> by_size = OrderBySize(centroids, sizes);
  std::vector<uint32_t> number(by_size.size());
  for (size_t j = 0; j < by_size.size(); ++j) {
    number[by_size[j]] = static_cast<uint32_t>(j);
    fit.sizes.push_back(sizes[by_size[j]]);
  }
  fit.centroids = centroids.Taken(by_size);
  for (const PointSet& partition : partitions) {
    if (partition.rows() == 0) continue;
    for (const uint32_t label : AssignToNearest(partition, centroids, threads).labels) {
      fit.labels.push_back(number[label]);
    }
  }
}

}  // namespace

KMeansSketch::KMeansSketch(size_t columns, uint64_t seed, size_t distinct_max)
    : columns_(columns), seed_(seed), distinct_max_(distinct_max), largest_(columns, 0) {}

void KMeansSketch::Add(const PointSet& partition) {
  if (partition.rows() == 0) return;
  CHECK(partition.columns == columns_);
  for (size_t i = 0; i < partition.rows(); ++i) {
    const std::span<const double> row(partition.Row(i), columns_);
    for (size_t c = 0; c < columns_; ++c) largest_[c] = std::max(largest_[c], std::fabs(row[c]));
    const uint64_t hash = RowHash(row, seed_);
    if (kept_.size() >= distinct_max_ && hash > kept_.rbegin()->first) continue;
    Kept& kept = kept_[hash];
    if (kept.count++ == 0) kept.row.assign(row.begin(), row.end());
    Trim();
  }
  rows_ += partition.rows();
}

void KMeansSketch::Merge(const KMeansSketch& other) {
  CHECK(columns_ == other.columns_ && seed_ == other.seed_ && distinct_max_ == other.distinct_max_);
  for (size_t c = 0; c < columns_; ++c) largest_[c] = std::max(largest_[c], other.largest_[c]);
  for (const auto& [hash, theirs] : other.kept_) {
    Kept& kept = kept_[hash];
    if (kept.count == 0) kept.row = theirs.row;
    kept.count += theirs.count;
  }
  while (kept_.size() > distinct_max_) kept_.erase(std::prev(kept_.end()));
  rows_ += other.rows_;
}

void KMeansSketch::Trim() {
  if (kept_.size() > distinct_max_) kept_.erase(std::prev(kept_.end()));
}

PointSet KMeansSketch::Sample(size_t rows_max) const {
  PointSet rows;
  rows.columns = columns_;
  for (const auto& [hash, kept] : kept_) {
    for (uint64_t copy = 0; copy < kept.count; ++copy) {
      rows.cells.insert(rows.cells.end(), kept.row.begin(), kept.row.end());
    }
  }
  return rows.Taken(CanonicalOrder(rows, seed_)).Head(rows_max);
}

KMeansRound KMeansRound::Of(const PointSet& partition,
                            const PointSet& centroids,
                            std::span<const double> largest,
                            int threads) {
  KMeansRound round{CentroidSums(centroids.rows(), largest), {}, -1, {}};
  const Assignment assigned = AssignToNearest(partition, centroids, threads);
  size_t farthest = 0;
  for (size_t i = 0; i < partition.rows(); ++i) {
    round.sums.Add(partition.Row(i), assigned.labels[i]);
    round.inertia.Add(assigned.squared[i]);
    if (assigned.squared[i] > assigned.squared[farthest]) farthest = i;
  }
  round.farthest = assigned.squared[farthest];
  round.farthest_row.assign(partition.Row(farthest), partition.Row(farthest) + partition.columns);
  return round;
}

void KMeansRound::Merge(const KMeansRound& other) {
  sums.Merge(other.sums);
  inertia.Merge(other.inertia);
  const bool farther = other.farthest > farthest ||
                       (other.farthest == farthest && other.farthest_row < farthest_row);
  if (!farther) return;
  farthest = other.farthest;
  farthest_row = other.farthest_row;
}

Result<KMeansFit> FitKMeansPartitions(std::span<const PointSet> partitions,
                                      const KMeansOptions& options,
                                      size_t distinct_max) {
  TRY(CheckPartitions(partitions));
  const PointSet* some = nullptr;
  for (const PointSet& partition : partitions) {
    if (partition.rows() > 0) some = &partition;
  }
  KMeansSketch sketch(some->columns, options.seed, distinct_max);
  for (const PointSet& partition : partitions) {
    KMeansSketch own(some->columns, options.seed, distinct_max);
    own.Add(partition);
    sketch.Merge(own);
  }
  KMeansOptions seeding = options;
  seeding.mini_batch = false;
  seeding.tolerance = 0;
  ASSIGN_OR_RETURN(const KMeansFit seeded, FitKMeans(sketch.Sample(kSeedingRowsMax), seeding));
  KMeansFit fit;
  PointSet centroids = seeded.centroids;
  KMeansRound round = AskAll(partitions, centroids, sketch.largest(), options.threads);
  while (fit.iterations < options.iterations_max) {
    ++fit.iterations;
    PointSet next = NextCentroids(round, centroids);
    fit.converged = next.cells == centroids.cells;
    if (fit.converged) break;
    centroids = std::move(next);
    round = AskAll(partitions, centroids, sketch.largest(), options.threads);
  }
  fit.inertia = round.inertia.Value();
  Number(partitions, centroids, round.sums, options.threads, fit);
  return fit;
}

}  // namespace signet::pipelines
