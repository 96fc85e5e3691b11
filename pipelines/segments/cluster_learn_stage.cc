#include "pipelines/segments/cluster_learn_stage.h"

#include <cmath>
#include <utility>
#include <vector>

#include "pipelines/segments/cluster_figures.h"
#include "pipelines/segments/cluster_sample_stage.h"
#include "pipelines/segments/cluster_sums_stage.h"
#include "pipelines/segments/clustering_report.h"

namespace signet::pipelines {
namespace {

using Inputs = std::map<std::string, Schema>;

struct Parts {
  std::string sample;
  std::string scaling;
};

Result<Parts> PartsOf(const Inputs& inputs) {
  Parts parts;
  for (const auto& [name, schema] : inputs) {
    (IsClusterSums(schema) ? parts.scaling : parts.sample) = name;
  }
  if (inputs.size() == 2 && !parts.sample.empty() && !parts.scaling.empty()) return parts;
  return Invalid("cluster_learn: one sample and one scaling are expected");
}

/// Mean and population deviation of everybody, per scaled column, as scaled.
Json EverybodyJson(const ScalingSums& sums, const ColumnScaling& scaling) {
  Json means{Json::Array()};
  Json deviations{Json::Array()};
  for (const ScaledColumn& column : scaling.columns()) {
    const Moments m = sums.columns()[column.source].moments.Finish();
    const double deviation = std::sqrt(m.yy * (m.units - 1) / m.units);
    means.Push((m.y - column.mean) / column.deviation);
    deviations.Push(deviation / column.deviation);
  }
  return Json::Of({{"rows", sums.rows()},
                   {"rows_used", sums.rows_used()},
                   {"means", std::move(means)},
                   {"deviations", std::move(deviations)}});
}

}  // namespace

Result<Schema> ClusterLearnOutputSchema(const ClusterOptions& options, const Inputs& inputs) {
  ASSIGN_OR_RETURN(const Parts parts, PartsOf(inputs));
  SegmentSource sample = options.source;
  sample.input = parts.sample;
  sample.where.clear();  // the sample holds no other rows
  policies::Label read;
  TRY(SegmentInput(sample, inputs, read).status());
  for (const Column& column : inputs.at(parts.scaling).columns) {
    read = policies::Label::Join(read, column.label);
  }
  return SegmentModelSchema(read);
}

Result<Json> RunClusterLearn(query::Connection& connection,
                             const ClusterOptions& options,
                             const Inputs& inputs,
                             const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, ClusterLearnOutputSchema(options, inputs));
  ASSIGN_OR_RETURN(const Parts parts, PartsOf(inputs));
  ASSIGN_OR_RETURN(const ScalingSums sums, MergedScaling(connection, options, parts.scaling));
  const std::vector<std::string>& names = options.source.columns;
  Result<ColumnScaling> scaling = ColumnScaling::FromSums(names, sums, options.clustering.scaling);
  if (!scaling.ok()) return scaling.status().WithContext("cluster");
  const Json everybody = EverybodyJson(sums, *scaling);
  ASSIGN_OR_RETURN(const SubjectSample sample,
                   MergedSample(connection, options, parts.sample, context));
  const std::vector<std::vector<double>> columns = sample.Columns();
  ClusteringOptions seeded = options.clustering;
  seeded.choice.kmeans.seed = context.seed;
  const Result<Clustering> clustering = ClusterScaled(std::move(scaling).value(), columns, seeded);
  if (!clustering.ok()) return clustering.status().WithContext("cluster");
  if (context.progress) context.progress(0.9);
  Json card = ClusteringJson(*clustering);
  card.Set("everybody", everybody);
  card.Set("hexbins", ClusterHexagons(columns, *clustering, options.group_min));
  TRY(WriteSegmentModel(connection, schema, "learnt", ClusterModel(names, *clustering), card));
  return Json::Of({{"rows", sample.rows()}});
}

}  // namespace signet::pipelines
