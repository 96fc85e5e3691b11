#include "pipelines/math/k_choice.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "crypto/base/text.h"
#include "pipelines/math/cluster_quality.h"
#include "pipelines/math/distances.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {
namespace {

constexpr size_t kMicroClusters = 512;
constexpr double kHardlyStructured = 0.25;  // Kaufman and Rousseeuw (1990), table 4 of chapter 2

bool IsHierarchy(ClusterMethod method) {
  return method == ClusterMethod::kWard || method == ClusterMethod::kAverage;
}

LinkageMethod LinkageOfMethod(ClusterMethod method) {
  return method == ClusterMethod::kWard ? LinkageMethod::kWard : LinkageMethod::kAverage;
}

/// A seeded half of the rows, rising.
std::vector<uint32_t> HalfOf(size_t rows, uint64_t seed) {
  SplitMix random(seed);
  std::vector<uint32_t> half(rows);
  std::iota(half.begin(), half.end(), 0U);
  const size_t count = (rows + 1) / 2;
  for (size_t i = 0; i < count; ++i) std::swap(half[i], half[i + random.Below(rows - i)]);
  half.resize(count);
  std::sort(half.begin(), half.end());
  return half;
}

/// What the labels of a hierarchy amount to: means, sizes, inertia; clusters numbered by size.
KMeansFit FitOfLabels(const PointSet& points, std::vector<uint32_t> labels, size_t clusters) {
  CentroidSums sums(clusters, LargestOf(points));
  for (size_t i = 0; i < labels.size(); ++i) sums.Add(points.Row(i), labels[i]);
  PointSet none;
  none.columns = points.columns;
  none.cells.resize(clusters * points.columns);
  const PointSet means = sums.Means(none);
  const std::vector<size_t> sizes(sums.counts().begin(), sums.counts().end());
  const std::vector<uint32_t> by_size = OrderBySize(means, sizes);
  KMeansFit fit;
  fit.centroids = means.Taken(by_size);
  std::vector<uint32_t> number(clusters);
  for (uint32_t j = 0; j < clusters; ++j) {
    number[by_size[j]] = j;
    fit.sizes.push_back(sizes[by_size[j]]);
  }
  std::vector<double> squared(labels.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    labels[i] = number[labels[i]];
    squared[i] = SquaredDistance(points.Row(i), fit.centroids.Row(labels[i]), points.columns);
  }
  fit.inertia = SumOf(squared);
  fit.labels = std::move(labels);
  fit.converged = true;
  return fit;
}

/// The tree over all rows, or, where they are many, over the centroids of micro-clusters.
struct Hierarchy {
  Linkage linkage;
  std::vector<double> weights;  // of the leaves; empty: one each
  std::vector<uint32_t> leaf;   // of each row; empty: the row itself

  [[nodiscard]] std::vector<uint32_t> Cut(size_t clusters) const {
    std::vector<uint32_t> labels = CutTree(linkage, weights, clusters);
    if (leaf.empty()) return labels;
    std::vector<uint32_t> rows(leaf.size());
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = labels[leaf[i]];
    return rows;
  }
};

Result<Hierarchy> HierarchyOf(const PointSet& points, const KChoiceOptions& options) {
  Hierarchy hierarchy;
  const LinkageMethod method = LinkageOfMethod(options.method);
  const size_t limit = method == LinkageMethod::kWard ? kWardRowsMax : kAverageRowsMax;
  if (points.rows() <= std::min(limit, options.hierarchy_rows_max)) {
    ASSIGN_OR_RETURN(hierarchy.linkage, LinkageOf(points, {}, method));
    return hierarchy;
  }
  KMeansOptions micro = options.kmeans;
  micro.clusters = DistinctRows(points, kMicroClusters);
  micro.restarts = 1;
  micro.iterations_max = 20;
  micro.mini_batch = false;
  ASSIGN_OR_RETURN(KMeansFit fit, FitKMeans(points, micro));
  for (const size_t size : fit.sizes) hierarchy.weights.push_back(static_cast<double>(size));
  ASSIGN_OR_RETURN(hierarchy.linkage, LinkageOf(fit.centroids, hierarchy.weights, method));
  hierarchy.leaf = std::move(fit.labels);
  return hierarchy;
}

std::string ReasonFor(const KChoice& choice, bool stable, double least) {
  const KCandidate& best = choice.candidates[choice.chosen];
  const std::string k = "k = " + std::to_string(best.clusters);
  if (choice.candidates.size() == 1) return k + " is the only value that was tried";
  std::string reason = k + " has the highest mean silhouette (" + FixedText(best.silhouette, 3);
  if (stable) {
    reason += ") of the values whose resamples agree (adjusted Rand " +
              FixedText(best.stability.mean, 2) + "; at least " + FixedText(least, 2) + " asked)";
  } else {
    reason += "), but no value is stable: its resamples agree with adjusted Rand " +
              FixedText(best.stability.mean, 2) + " only; " + FixedText(least, 2) + " asked";
  }
  if (best.silhouette < kHardlyStructured) {
    reason += "; a silhouette below 0.25 shows hardly any structure of clusters";
  }
  return reason;
}

void Choose(KChoice& choice, double least) {
  const auto best_of = [&](bool stable_only) {
    size_t best = choice.candidates.size();
    for (size_t i = 0; i < choice.candidates.size(); ++i) {
      const KCandidate& c = choice.candidates[i];
      if (stable_only && c.stability.mean < least) continue;
      if (best == choice.candidates.size() || c.silhouette > choice.candidates[best].silhouette) {
        best = i;
      }
    }
    return best;
  };
  choice.chosen = best_of(true);
  const bool stable = choice.chosen < choice.candidates.size();
  if (!stable) choice.chosen = best_of(false);
  choice.reason = ReasonFor(choice, stable, least);
}

/// Silhouette and stability of a candidate that has its fit.
void Judge(const PointSet& canonical,
           std::span<const uint32_t> order,
           const KChoiceOptions& options,
           KChoice& choice,
           KCandidate& candidate) {
  const PointSet sample = canonical.Head(options.silhouette_rows_max);
  std::vector<uint32_t> labels(sample.rows());
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = candidate.fit.labels[order[i]];
  choice.silhouette_rows = sample.rows();
  const Result<Silhouette> silhouette = SilhouetteOf(sample, labels, options.kmeans.threads);
  if (silhouette.ok()) {
    candidate.silhouette = silhouette->mean;
    candidate.silhouette_by_cluster = silhouette->by_cluster;
  }
  const size_t rows = options.stability_rows_max / (IsHierarchy(options.method) ? 4 : 1);
  const PointSet small = canonical.Head(rows);
  choice.stability_rows = small.rows();
  candidate.stability = StabilityOf(small, candidate.clusters, options);
}

/// Labels of `sample` under clusters learnt from its rows `half`; empty where that is impossible.
struct Relabelled {
  std::vector<uint32_t> rows;    // positions in the sample
  std::vector<uint32_t> labels;  // of those
};

Relabelled FromHalf(const PointSet& sample, const KMeansOptions& kmeans, ClusterMethod method) {
  Relabelled result;
  result.rows = HalfOf(sample.rows(), kmeans.seed);
  const PointSet half = sample.Taken(result.rows);
  if (IsHierarchy(method)) {
    // A tree has no rule for rows that it has not seen: the half itself is compared.
    const Result<Linkage> linkage = LinkageOf(half, {}, LinkageOfMethod(method));
    if (!linkage.ok() || half.rows() < kmeans.clusters) return {};
    result.labels = CutTree(*linkage, {}, kmeans.clusters);
    return result;
  }
  const Result<KMeansFit> fit = FitKMeans(half, kmeans);
  if (!fit.ok()) return {};  // the half has too few distinct rows
  result.rows.resize(sample.rows());
  std::iota(result.rows.begin(), result.rows.end(), 0U);
  result.labels = AssignToNearest(sample, fit->centroids, 1).labels;
  return result;
}

Result<std::vector<uint32_t>> WholeSample(const PointSet& sample,
                                          const KMeansOptions& kmeans,
                                          ClusterMethod method) {
  if (IsHierarchy(method)) {
    if (sample.rows() < kmeans.clusters) return Invalid("fewer rows than clusters");
    ASSIGN_OR_RETURN(const Linkage linkage, LinkageOf(sample, {}, LinkageOfMethod(method)));
    return CutTree(linkage, {}, kmeans.clusters);
  }
  ASSIGN_OR_RETURN(KMeansFit fit, FitKMeans(sample, kmeans));
  return std::move(fit.labels);
}

/// The largest k of the range that the rows allow; notes what is left out.
Result<size_t> LastPossible(const PointSet& points,
                            const KChoiceOptions& options,
                            KChoice& choice) {
  if (options.from < 1 || options.to < options.from || options.to > kClustersMax) {
    return Invalid("the numbers of clusters must be a rising range from 1 to " +
                   std::to_string(kClustersMax));
  }
  if (points.rows() == 0) return Invalid("there is no row to cluster");
  const size_t distinct = DistinctRows(points, options.to + 1);
  const std::string facts = std::to_string(points.rows()) + " rows, " +
                            (distinct > options.to ? "more than " + std::to_string(options.to)
                                                   : std::to_string(distinct)) +
                            " of them distinct";
  size_t last = std::min(options.to, distinct);
  // Each row alone is no clustering that could be judged, unless it was asked for by its number.
  if (options.from < options.to) last = std::min(last, points.rows() - 1);
  if (last < options.from) {
    return Invalid(std::to_string(options.from) + " or more clusters are asked of " + facts)
        .WithRemedy("ask for fewer clusters, or give more rows or columns");
  }
  if (last < options.to) {
    choice.note = "k above " + std::to_string(last) + " is left out: there are " + facts;
  }
  return last;
}

}  // namespace

Stability StabilityOf(const PointSet& sample, size_t clusters, const KChoiceOptions& options) {
  KMeansOptions kmeans = options.kmeans;
  kmeans.clusters = clusters;
  kmeans.threads = 1;
  kmeans.mini_batch = false;
  kmeans.restarts = std::min(kmeans.restarts, 3);
  const Result<std::vector<uint32_t>> whole = WholeSample(sample, kmeans, options.method);
  if (!whole.ok()) return {};
  constexpr double kNone = -2;  // below what adjusted Rand can be
  std::vector<double> agreement(static_cast<size_t>(options.resamples), kNone);
  ForBlocks(agreement.size(), options.kmeans.threads, [&](size_t r) {
    KMeansOptions own = kmeans;
    own.seed = SplitMix(kmeans.seed + r + 1).Next();
    const Relabelled again = FromHalf(sample, own, options.method);
    if (again.labels.empty()) return;
    std::vector<uint32_t> before(again.rows.size());
    for (size_t i = 0; i < before.size(); ++i) before[i] = (*whole)[again.rows[i]];
    agreement[r] = AdjustedRand(before, again.labels);
  });
  Stability stability;
  stability.low = 1;
  for (const double value : agreement) {
    if (value == kNone) continue;
    stability.mean += value;
    stability.low = std::min(stability.low, value);
    ++stability.resamples;
  }
  if (stability.resamples == 0) return {};
  stability.mean /= stability.resamples;
  return stability;
}

Result<KChoice> ChooseK(const PointSet& points, const KChoiceOptions& options) {
  KChoice choice;
  ASSIGN_OR_RETURN(const size_t last, LastPossible(points, options, choice));
  const std::vector<uint32_t> order = CanonicalOrder(points, options.kmeans.seed);
  const PointSet canonical = points.Taken(order);
  Hierarchy hierarchy;
  if (IsHierarchy(options.method)) {
    ASSIGN_OR_RETURN(hierarchy, HierarchyOf(points, options));
    choice.micro_clusters = hierarchy.weights.size();
  }
  KMeansOptions kmeans = options.kmeans;
  kmeans.mini_batch = options.method == ClusterMethod::kMiniBatch;
  for (size_t k = options.from; k <= last; ++k) {
    if (choice.micro_clusters != 0 && k > choice.micro_clusters) break;
    KCandidate candidate;
    candidate.clusters = kmeans.clusters = k;
    if (IsHierarchy(options.method)) {
      candidate.fit = FitOfLabels(points, hierarchy.Cut(k), k);
    } else {
      ASSIGN_OR_RETURN(candidate.fit, FitKMeans(points, kmeans));
    }
    Judge(canonical, order, options, choice, candidate);
    choice.candidates.push_back(std::move(candidate));
  }
  if (choice.candidates.empty()) return Invalid("more clusters than a hierarchy is cut into here");
  if (IsHierarchy(options.method)) choice.linkage = std::move(hierarchy.linkage);
  Choose(choice, options.stability_least);
  return choice;
}

}  // namespace signet::pipelines
