/// How many clusters: each k of a range judged by silhouette and by how far resamples agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/kmeans.h"
#include "pipelines/math/linkage.h"
#include "pipelines/math/point_set.h"

namespace signet::pipelines {

enum class ClusterMethod { kKMeans, kMiniBatch, kWard, kAverage };

/// Adjusted Rand between the clustering of a sample and clusterings learnt from halves of it.
struct Stability {
  double mean = 0;
  double low = 0;  ///< the lowest of the resamples
  int resamples = 0;
};

struct KChoiceOptions {
  ClusterMethod method = ClusterMethod::kKMeans;
  size_t from = 2;
  size_t to = 8;
  KMeansOptions kmeans;  ///< `clusters` and `mini_batch` are set from the above
  size_t silhouette_rows_max = 25'000;
  size_t stability_rows_max = 5'000;  ///< a quarter of it for hierarchies
  int resamples = 20;                 ///< each of half of the rows, without replacement
  double stability_least = 0.8;       ///< k whose resamples agree less is chosen only if all do
  size_t hierarchy_rows_max = kWardRowsMax;  ///< average: at most kAverageRowsMax
};

struct KCandidate {
  size_t clusters = 0;
  KMeansFit fit;  ///< of hierarchies: labels, sizes, means and inertia
  double silhouette = 0;
  std::vector<double> silhouette_by_cluster;
  Stability stability;
};

struct KChoice {
  std::vector<KCandidate> candidates;
  size_t chosen = 0;           ///< index into candidates
  std::string reason;          ///< one sentence
  size_t silhouette_rows = 0;  ///< rows that silhouettes are computed over: a uniform sample
  size_t stability_rows = 0;
  std::string note;                ///< values of k left out and why; empty if none
  std::optional<Linkage> linkage;  ///< of hierarchies: over rows, or over micro-clusters
  size_t micro_clusters = 0;  ///< hierarchies of many rows join this many centroids; 0: the rows
};

/// Clusters for each k and chooses: the highest silhouette among those that are stable. With one k
/// there is no choice, only its figures (k = 1 has no silhouette: 0). kInvalid as FitKMeans, or if
/// no k of the range is possible.
Result<KChoice> ChooseK(const PointSet& points, const KChoiceOptions& options);

/// How far clusterings of halves of `sample` (rows in canonical order) agree with its own.
Stability StabilityOf(const PointSet& sample, size_t clusters, const KChoiceOptions& options);

}  // namespace signet::pipelines
