#include "pipelines/segments/project_stage.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace signet::pipelines {
namespace {

using Inputs = std::map<std::string, Schema>;

constexpr int64_t kSample = 5'000;
constexpr int64_t kSampleMax = 50'000;

Status WriteHexagons(query::Connection& connection, const Schema& schema, const HexBins& bins) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  size_t r = 0;
  for (const HexBin& bin : bins.bins) {
    writer->column(0).SetDouble(r, bin.x);
    writer->column(1).SetDouble(r, bin.y);
    writer->column(2).SetInt64(r, static_cast<int64_t>(bin.count));
    if (++r < query::kChunkRows) continue;
    TRY(writer->Flush(r));
    r = 0;
  }
  if (r > 0) TRY(writer->Flush(r));
  return writer->Finish();
}

}  // namespace

Result<ProjectOptions> ProjectOptions::FromJson(const Json& json) {
  OptionReader reader("project", json);
  ProjectOptions options;
  options.source.stage = "project";
  options.source.input = reader.Text("input");
  options.source.columns = reader.Texts("columns");
  options.source.where = reader.Text("where");
  ProjectionOptions& projection = options.projection;
  projection.method = reader.OneOf("method", {"pca", "tsne"}) == "tsne" ? ProjectionMethod::kTsne
                                                                        : ProjectionMethod::kPca;
  projection.scaling.log = reader.Boolean("log", /*otherwise=*/false);
  projection.scaling.standardise = reader.Boolean("standardise", /*otherwise=*/true);
  projection.perplexity_given = reader.Has("perplexity");
  projection.tsne.perplexity = reader.Number("perplexity", projection.tsne.perplexity, 1, 1'000);
  projection.tsne.iterations =
      static_cast<int>(reader.Integer("iterations", projection.tsne.iterations, 50, 10'000));
  projection.tsne_rows_max =
      static_cast<size_t>(reader.Integer("sample", kSample, 100, kSampleMax));
  projection.group_min = static_cast<size_t>(reader.Integer("group_min", 50, 1, 1'000'000));
  if (options.source.columns.empty()) reader.Fail("'columns' must name at least one column");
  TRY(reader.Finish());
  return options;
}

std::vector<OptionDoc> ProjectOptions::Options() {
  return {
      {"input", "input", "", "the only input", "Where the subjects and their columns are."},
      {"columns", "list of column", "", "required", "Columns of numbers that make subjects alike."},
      {"where", "expression", "", "", "Boolean SQL: who is placed."},
      {"method", "one of pca|tsne", "", "pca", "Principal components, or Barnes-Hut t-SNE."},
      {"log", "boolean", "", "false", "Take log(1 + x) first; negative values are refused."},
      {"standardise", "boolean", "", "true", "Scale to mean 0 and standard deviation 1."},
      {"perplexity", "number", "people", "30", "tsne: neighbours that each subject looks at."},
      {"iterations", "integer", "", "1000", "tsne: steps of gradient descent."},
      {"sample", "integer", "people", "5000", "tsne: at most so many are placed."},
      {"group_min", "integer", "people", "50", "Hexagons with fewer people are not told."},
  };
}

Result<Schema> ProjectOutputSchema(const ProjectOptions& options, const Inputs& inputs) {
  policies::Label read;
  TRY(SegmentInput(options.source, inputs, read).status());
  read.identifiability = std::min(read.identifiability, policies::Identifiability::kAggregate);
  return Schema{{{"x", ColumnType::kDouble, read},
                 {"y", ColumnType::kDouble, read},
                 {"people", ColumnType::kInt64, read}}};
}

Result<Json> RunProject(query::Connection& connection,
                        const ProjectOptions& options,
                        const Inputs& inputs,
                        const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, ProjectOutputSchema(options, inputs));
  policies::Label read;
  ASSIGN_OR_RETURN(const std::string input, SegmentInput(options.source, inputs, read));
  ASSIGN_OR_RETURN(const auto columns,
                   ReadColumns(connection, input, options.source.columns, options.source.where));
  ProjectionOptions seeded = options.projection;
  seeded.seed = context.seed;
  const Result<Projection> projection = ProjectColumns(options.source.columns, columns, seeded);
  if (!projection.ok()) return projection.status().WithContext("project");
  TRY(WriteHexagons(connection, schema, projection->bins));
  if (context.progress) context.progress(1);
  Json figures = ProjectionJson(*projection);
  figures.Set("title",
              options.projection.method == ProjectionMethod::kTsne
                  ? "People by t-SNE (distances between far groups mean nothing)"
                  : "People on the first two principal components");
  return figures;
}

}  // namespace signet::pipelines
