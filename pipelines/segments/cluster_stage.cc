#include "pipelines/segments/cluster_stage.h"

#include <algorithm>
#include <utility>

#include "pipelines/segments/cluster_figures.h"
#include "pipelines/segments/clustering_report.h"

namespace signet::pipelines {
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
  options.sample = static_cast<size_t>(reader.Integer("sample", 0, 1, kSampleMax));
  if (options.sample > 0 && options.sample < options.clustering.choice.to) {
    reader.Fail("'sample' must be at least as many subjects as there may be clusters, " +
                std::to_string(options.clustering.choice.to));
  }
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
      {"sample",
       "integer",
       "subjects",
       "everybody",
       "Learn from so many subjects drawn by chance; sizes and means stay those of everybody."},
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
  Json figures = ToldFigures(ClusteringJson(*clustering), options.group_min);
  const SegmentModel model = ClusterModel(options.source.columns, *clustering);
  TRY(WriteSegmentModel(connection, schema, "clusters", model, figures));
  const Json hexagons = ClusterHexagons(columns, *clustering, options.group_min);
  if (!hexagons.is_null()) {
    figures.Set("hexbins", hexagons);
    figures.Set("title", "Clusters on the first two principal components");
  }
  return figures;
}

}  // namespace signet::pipelines
