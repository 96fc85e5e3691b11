#include "pipelines/segments/clustering.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "crypto/base/check.h"
#include "crypto/base/text.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/segments/cluster_words.h"

namespace signet::pipelines {
namespace {

constexpr std::array<std::string_view, 4> kMethods = {"kmeans", "minibatch", "ward", "average"};
constexpr size_t kRulesMax = 3;

/// The used rows in original units, the columns that vary.
PointSet OriginalPoints(const std::vector<std::vector<double>>& columns,
                        const Clustering& clustering) {
  PointSet points;
  points.columns = clustering.scaling.columns().size();
  points.cells.resize(clustering.rows.size() * points.columns);
  for (size_t c = 0; c < points.columns; ++c) {
    const std::vector<double>& values = columns[clustering.scaling.columns()[c].source];
    for (size_t i = 0; i < clustering.rows.size(); ++i) {
      points.cells[i * points.columns + c] = values[clustering.rows[i]];
    }
  }
  return points;
}

/// Exact sums, so that figures do not depend on row order.
std::vector<std::vector<ExactSum>> SumsByCluster(const PointSet& points,
                                                 const std::vector<uint32_t>& labels,
                                                 size_t clusters) {
  std::vector<std::vector<ExactSum>> sums(clusters, std::vector<ExactSum>(points.columns));
  for (size_t i = 0; i < labels.size(); ++i) {
    for (size_t c = 0; c < points.columns; ++c) sums[labels[i]][c].Add(points.Row(i)[c]);
  }
  return sums;
}

/// Mean and population deviation of each column.
void Moments(const PointSet& points, std::vector<double>& mean, std::vector<double>& deviation) {
  std::vector<double> values(points.rows());
  for (size_t c = 0; c < points.columns; ++c) {
    for (size_t i = 0; i < values.size(); ++i) values[i] = points.Row(i)[c];
    const double n = static_cast<double>(values.size());
    mean.push_back(MeanOf(values));
    deviation.push_back(std::sqrt(VarianceOf(values) * (n - 1) / n));
  }
}

std::string RangeText(const std::string& name, const ColumnRange& range) {
  const auto number = [](double value) { return ShortNumber(value); };
  if (std::isinf(range.low)) return name + " <= " + number(range.high);
  if (std::isinf(range.high)) return name + " > " + number(range.low);
  return number(range.low) + " < " + name + " <= " + number(range.high);
}

std::string RuleText(const std::vector<std::string>& names, const ClassTree& tree, uint32_t leaf) {
  std::vector<std::string> parts;
  for (const ColumnRange& range : tree.PathTo(leaf)) {
    parts.push_back(RangeText(names[range.column], range));
  }
  return parts.empty() ? "all rows" : Join(parts, " and ");
}

/// The leaves that say cluster j, the largest first, and how well they do.
void AddRules(const std::vector<std::string>& names,
              const ClassTree& tree,
              uint32_t cluster,
              ClusterProfile& profile) {
  std::vector<uint32_t> leaves;
  size_t found = 0;
  size_t right = 0;
  for (uint32_t i = 0; i < tree.nodes().size(); ++i) {
    const ClassTreeNode& node = tree.nodes()[i];
    if (node.left != 0 || node.label != cluster) continue;
    leaves.push_back(i);
    found += node.rows;
    right += node.hits;
  }
  std::stable_sort(leaves.begin(), leaves.end(), [&tree](uint32_t a, uint32_t b) {
    return tree.nodes()[a].hits > tree.nodes()[b].hits;
  });
  if (leaves.size() > kRulesMax) leaves.resize(kRulesMax);
  for (const uint32_t leaf : leaves) profile.rules.push_back(RuleText(names, tree, leaf));
  profile.recall =
      profile.rows == 0 ? 0 : static_cast<double>(right) / static_cast<double>(profile.rows);
  profile.precision = found == 0 ? 0 : static_cast<double>(right) / static_cast<double>(found);
}

}  // namespace

std::string_view ClusterMethodName(ClusterMethod method) {
  return kMethods[static_cast<size_t>(method)];
}

Result<ClusterMethod> ClusterMethodFromName(std::string_view name) {
  for (size_t i = 0; i < kMethods.size(); ++i) {
    if (kMethods[i] == name) return static_cast<ClusterMethod>(i);
  }
  return Invalid("the method must be kmeans, minibatch, ward or average");
}

Result<ClusterRange> ClusterRangeFromText(std::string_view text) {
  const size_t dots = text.find("..");
  const Result<int64_t> from = IntegerFromText(text.substr(0, dots));
  const Result<int64_t> to =
      dots == std::string_view::npos ? from : IntegerFromText(text.substr(dots + 2));
  if (!from.ok() || !to.ok() || *from < 1 || *to < *from ||
      *to > static_cast<int64_t>(kClustersMax)) {
    return Invalid("k must be a number such as 4, or a rising range such as 2..8, at most " +
                   std::to_string(kClustersMax));
  }
  return ClusterRange{static_cast<size_t>(*from), static_cast<size_t>(*to)};
}

Status Describe(const std::vector<std::vector<double>>& columns,
                const PointSet& points,
                const ClassTreeOptions& options,
                Clustering& clustering) {
  const KMeansFit& fit = clustering.chosen().fit;
  CHECK(points.rows() == fit.labels.size());
  const PointSet original = OriginalPoints(columns, clustering);
  ASSIGN_OR_RETURN(clustering.tree, ClassTree::Learn(original, fit.labels, options));
  clustering.fidelity = clustering.tree.Fidelity(original, fit.labels);
  const size_t k = fit.sizes.size();
  const auto sums = SumsByCluster(original, fit.labels, k);
  const auto scaled = SumsByCluster(points, fit.labels, k);
  std::vector<double> mean;
  std::vector<double> deviation;
  Moments(points, mean, deviation);
  const std::vector<std::string> names = clustering.scaling.Names();
  clustering.profiles.clear();
  for (uint32_t j = 0; j < k; ++j) {
    ClusterProfile profile;
    profile.rows = fit.sizes[j];
    profile.share = static_cast<double>(profile.rows) / static_cast<double>(points.rows());
    if (j < clustering.chosen().silhouette_by_cluster.size()) {
      profile.silhouette = clustering.chosen().silhouette_by_cluster[j];
    }
    profile.centroid = clustering.scaling.Original(fit.centroids.Row(j));
    const double n = static_cast<double>(std::max<size_t>(1, profile.rows));
    std::vector<ColumnContrast> contrasts;
    for (size_t c = 0; c < names.size(); ++c) {
      profile.mean.push_back(sums[j][c].Value() / n);
      // A column may be constant over these rows when others have told its scale.
      const double gap = scaled[j][c].Value() / n - mean[c];
      profile.effect.push_back(deviation[c] > 0 ? gap / deviation[c] : 0);
      contrasts.push_back({names[c], profile.effect.back()});
    }
    profile.words = k == 1 ? "everybody" : ClusterWords(std::move(contrasts));
    AddRules(names, clustering.tree, j, profile);
    clustering.profiles.push_back(std::move(profile));
  }
  return OkStatus();
}

Result<Clustering> ClusterColumns(const std::vector<std::string>& names,
                                  const std::vector<std::vector<double>>& columns,
                                  const ClusteringOptions& options) {
  ASSIGN_OR_RETURN(ColumnScaling scaling, ColumnScaling::Learn(names, columns, options.scaling));
  return ClusterScaled(std::move(scaling), columns, options);
}

Result<Clustering> ClusterScaled(ColumnScaling scaling,
                                 const std::vector<std::vector<double>>& columns,
                                 const ClusteringOptions& options) {
  Clustering clustering;
  clustering.method = options.choice.method;
  clustering.scaling = std::move(scaling);
  clustering.rows_given = columns.front().size();
  const PointSet points = clustering.scaling.Apply(columns, clustering.rows);
  ASSIGN_OR_RETURN(clustering.choice, ChooseK(points, options.choice));
  TRY(Describe(columns, points, options.tree, clustering));
  return clustering;
}

}  // namespace signet::pipelines
