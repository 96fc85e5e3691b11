/// A clustering of named columns with everything that is told about it: figures, profiles, words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/class_tree.h"
#include "pipelines/math/column_scaling.h"
#include "pipelines/math/k_choice.h"

namespace signet::pipelines {

/// "kmeans", "minibatch", "ward", "average".
std::string_view ClusterMethodName(ClusterMethod method);
Result<ClusterMethod> ClusterMethodFromName(std::string_view name);
/// "4" or "2..8".
struct ClusterRange {
  size_t from = 2;
  size_t to = 8;
};
Result<ClusterRange> ClusterRangeFromText(std::string_view text);

struct ClusteringOptions {
  ScalingOptions scaling;
  KChoiceOptions choice;
  ClassTreeOptions tree;
};

/// What is told of one cluster; all in original units, columns as in Clustering::scaling.
struct ClusterProfile {
  size_t rows = 0;
  double share = 0;
  double silhouette = 0;
  std::vector<double> centroid;  ///< the clustering's centre, turned back (under log: of logs)
  std::vector<double> mean;
  std::vector<double> effect;      ///< (mean - mean of all) / standard deviation, as scaled
  std::string words;               ///< "frequent, discount-driven, store"
  std::vector<std::string> rules;  ///< paths of the tree that lead here, the largest first
  double recall = 0;               ///< share of the cluster that those paths find
  double precision = 0;            ///< share of what they find that belongs to it
};

struct Clustering {
  ClusterMethod method = ClusterMethod::kKMeans;
  ColumnScaling scaling;
  size_t rows_given = 0;
  std::vector<uint32_t> rows;  ///< which rows were used (no value missing)
  KChoice choice;
  ClassTree tree;
  double fidelity = 0;  ///< share of rows that the tree puts into their cluster
  std::vector<ClusterProfile> profiles;

  [[nodiscard]] const KCandidate& chosen() const { return choice.candidates[choice.chosen]; }
};

/// Scales, clusters, chooses k, describes. `columns[c][i]`: value of column c in row i, NaN where
/// missing. Does not depend on row order or threads. kInvalid as ColumnScaling::Learn and ChooseK.
Result<Clustering> ClusterColumns(const std::vector<std::string>& names,
                                  const std::vector<std::vector<double>>& columns,
                                  const ClusteringOptions& options);

/// The same in a scaling that is known, such as that of more rows than are given.
Result<Clustering> ClusterScaled(ColumnScaling scaling,
                                 const std::vector<std::vector<double>>& columns,
                                 const ClusteringOptions& options);

/// The profiles and the tree of labels that something else gave, over the same columns.
Status Describe(const std::vector<std::vector<double>>& columns,
                const PointSet& points,
                const ClassTreeOptions& options,
                Clustering& clustering);

}  // namespace signet::pipelines
