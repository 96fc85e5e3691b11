#include "pipelines/segments/cluster_stage.h"

#include <algorithm>
#include <utility>

#include "pipelines/math/hex_bins.h"
#include "pipelines/math/principal_components.h"
#include "pipelines/segments/clustering_report.h"
#include "pipelines/segments/projection.h"

namespace signet::pipelines {
namespace {

/// What the picture shows: the first two principal components of the scaled columns.
Json HexagonsOf(const std::vector<std::vector<double>>& columns,
                const Clustering& clustering,
                size_t group_min) {
  std::vector<uint32_t> rows;
  const PointSet points = clustering.scaling.Apply(columns, rows);
  if (points.columns < 2) return {};
  const Result<PrincipalComponents> pca = FitPrincipalComponents(points);
  if (!pca.ok()) return {};
  const HexBins bins =
      HexBinsOf(pca->Project(points, 2), clustering.chosen().fit.labels, group_min);
  return HexBinsJson(bins, group_min);
}

/// ClusteringJson without what could tell of few people.
Json FiguresOf(const Clustering& clustering, size_t group_min) {
  Json figures = ClusteringJson(clustering);
  Json clusters{Json::Array()};
  int64_t hidden = 0;
  for (const Json& cluster : figures["clusters"].items()) {
    if (cluster["size"].AsInt() >= static_cast<int64_t>(group_min)) {
      clusters.Push(cluster);
    } else {
      ++hidden;
    }
  }
  figures.Set("clusters", std::move(clusters));
  figures.Set("clusters_too_small_to_tell", hidden);
  figures.Set("tree", Json::Of({{"fidelity", figures["tree"]["fidelity"]}}));
  Json candidates{Json::Array()};
  for (Json candidate : figures["candidates"].items()) {
    candidate.Set("sizes", Json());
    candidates.Push(std::move(candidate));
  }
  figures.Set("candidates", std::move(candidates));
  if (figures.Has("hierarchy")) {
    figures.Set("hierarchy", Json::Of({{"leaves", figures["hierarchy"]["leaves"]}}));
  }
  return figures;
}

SegmentModel ModelOf(const ClusterOptions& options, const Clustering& clustering) {
  SegmentModel model;
  model.kind = SegmentModel::Kind::kClusters;
  model.columns = options.source.columns;
  model.scaling = clustering.scaling;
  model.centroids = clustering.chosen().fit.centroids;
  for (size_t j = 0; j < clustering.profiles.size(); ++j) {
    model.names.push_back("cluster_" + std::to_string(j + 1));
  }
  return model;
}

}  // namespace

Result<ClusterOptions> ClusterOptions::FromJson(const Json& json) {
  OptionReader reader("cluster", json);
  ClusterOptions options;
  options.source.stage = "cluster";
  options.source.input = reader.Text("input");
  options.source.columns = reader.Texts("columns");
  options.source.where = reader.Text("where");
  options.clustering.scaling.log = reader.Boolean("log", /*otherwise=*/false);
  options.clustering.scaling.standardise = reader.Boolean("standardise", /*otherwise=*/true);
  const Result<ClusterRange> range = ClusterRangeFromText(reader.Text("k", "2..8"));
  if (!range.ok()) reader.Fail(range.status().message());
  if (range.ok()) {
    options.clustering.choice.from = range->from;
    options.clustering.choice.to = range->to;
  }
  const Result<ClusterMethod> method =
      ClusterMethodFromName(reader.OneOf("method", {"kmeans", "minibatch", "ward", "average"}));
  if (method.ok()) options.clustering.choice.method = *method;
  options.clustering.choice.kmeans.restarts =
      static_cast<int>(reader.Integer("restarts", 25, 1, 1000));
  options.group_min = static_cast<size_t>(reader.Integer("group_min", 50, 1, 1'000'000));
  if (options.source.columns.empty()) reader.Fail("'columns' must name at least one column");
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> ClusterOptions::Options() {
  return {
      {"input", "input", "", "the only input", "Where the subjects and their columns are."},
      {"columns", "list of column", "", "required", "Columns of numbers that make subjects alike."},
      {"where", "expression", "", "", "Boolean SQL: who is clustered."},
      {"log", "boolean", "", "false", "Take log(1 + x) first; negative values are refused."},
      {"standardise", "boolean", "", "true", "Scale to mean 0 and standard deviation 1."},
      {"k", "text", "clusters", "2..8", "How many clusters, or the range to choose from."},
      {"method",
       "one of kmeans|minibatch|ward|average",
       "",
       "kmeans",
       "Hierarchies of many subjects join micro-clusters; assign uses the nearest mean."},
      {"restarts", "integer", "", "25", "Seedings of k-means tried for each k."},
      {"group_min", "integer", "people", "50", "Smaller clusters and hexagons are not told."},
  };
}

Result<Schema> ClusterOutputSchema(const ClusterOptions& options,
                                   const std::map<std::string, Schema>& inputs) {
  policies::Label read;
  TRY(SegmentInput(options.source, inputs, read).status());
  return SegmentModelSchema(read);
}

Result<Json> RunCluster(query::Connection& connection,
                        const ClusterOptions& options,
                        const std::map<std::string, Schema>& inputs,
                        const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, ClusterOutputSchema(options, inputs));
  policies::Label read;
  ASSIGN_OR_RETURN(const std::string input, SegmentInput(options.source, inputs, read));
  ASSIGN_OR_RETURN(const auto columns,
                   ReadColumns(connection, input, options.source.columns, options.source.where));
  ClusteringOptions seeded = options.clustering;
  seeded.choice.kmeans.seed = context.seed;
  Result<Clustering> clustering = ClusterColumns(options.source.columns, columns, seeded);
  if (!clustering.ok()) return clustering.status().WithContext("cluster");
  if (context.progress) context.progress(0.9);
  Json figures = FiguresOf(*clustering, options.group_min);
  TRY(WriteSegmentModel(connection, schema, "clusters", ModelOf(options, *clustering), figures));
  const Json hexagons = HexagonsOf(columns, *clustering, options.group_min);
  if (!hexagons.is_null()) {
    figures.Set("hexbins", hexagons);
    figures.Set("title", "Clusters on the first two principal components");
  }
  return figures;
}

}  // namespace signet::pipelines
