// `signet lab project`: the columns of a plain file on a plane, by PCA or t-SNE.

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/lab_columns.h"
#include "coordinator/cli/lab_commands.h"
#include "coordinator/cli/report_charts.h"
#include "crypto/base/file.h"
#include "pipelines/segments/projection.h"

namespace signet::coordinator {
namespace {

struct LabProjectOptions {
  LabColumnsOptions columns;
  std::string method = "pca";
  double perplexity = 0;
  int iterations = 1000;
  double theta = 0.5;
  size_t rows_max = 20'000;
  size_t min_group = 10;
  std::string picture;
  std::string out;
};

Result<pipelines::ProjectionOptions> OptionsOf(const LabProjectOptions& options) {
  pipelines::ProjectionOptions projection;
  ASSIGN_OR_RETURN(projection.method, pipelines::ProjectionMethodFromName(options.method));
  projection.scaling = {options.columns.log, options.columns.standardise};
  projection.perplexity_given = options.perplexity > 0;
  if (projection.perplexity_given) projection.tsne.perplexity = options.perplexity;
  projection.tsne.iterations = options.iterations;
  projection.tsne.theta = options.theta;
  projection.tsne.threads = options.columns.threads;
  projection.tsne_rows_max = options.rows_max;
  projection.seed = options.columns.seed;
  projection.group_min = options.min_group;
  return projection;
}

/// "row,x,y": the file's rows from 1, those that were placed.
std::string CoordinatesCsv(const pipelines::Projection& projection) {
  std::string csv = "row,x,y\n";
  for (size_t i = 0; i < projection.rows.size(); ++i) {
    csv += std::to_string(projection.rows[i] + 1) + "," + Json(projection.map.Row(i)[0]).Dump() +
           "," + Json(projection.map.Row(i)[1]).Dump() + "\n";
  }
  return csv;
}

Status RunLabProject(const LabProjectOptions& options) {
  ASSIGN_OR_RETURN(const pipelines::ProjectionOptions projection_options, OptionsOf(options));
  ASSIGN_OR_RETURN(const LabColumns columns, ReadLabColumns(options.columns));
  ASSIGN_OR_RETURN(const pipelines::Projection projection,
                   pipelines::ProjectColumns(columns.names, columns.values, projection_options));
  const Json json = pipelines::ProjectionJson(projection);
  if (!options.out.empty()) {
    TRY(WriteFileAtomically(options.out, AsBytes(CoordinatesCsv(projection)), 0600));
  }
  if (!options.picture.empty()) {
    const std::string svg = HexBinChart(json["hexbins"], "Rows by " + options.method);
    TRY(WriteFileAtomically(options.picture, AsBytes(svg), 0644));
  }
  if (options.columns.format == "json") {
    PrintJson(json);
  } else {
    PrintData(pipelines::ProjectionText(projection));
  }
  return OkStatus();
}

}  // namespace

void AddLabProject(CLI::App& lab, CommandOutcome& outcome) {
  auto options = std::make_shared<LabProjectOptions>();
  CLI::App* project = lab.add_subcommand(
      "project", "Place rows on a plane: PCA or t-SNE, pictured by hexagons of many rows");
  AddLabColumnsOptions(*project, options->columns);
  project->add_option("--method", options->method, "pca or tsne")
      ->check(CLI::IsMember({"pca", "tsne"}));
  project
      ->add_option("--perplexity",
                   options->perplexity,
                   "t-SNE: neighbours that count (default 30, less for few rows)")
      ->check(CLI::Range(1.0, 10'000.0));
  project->add_option("--iterations", options->iterations, "t-SNE: steps of gradient descent")
      ->check(CLI::Range(10, 100'000));
  project->add_option("--theta", options->theta, "t-SNE: 0 for exact forces, up to 1 for speed")
      ->check(CLI::Range(0.0, 1.0));
  project
      ->add_option("--rows-max", options->rows_max, "t-SNE: rows placed; above, a uniform sample")
      ->check(CLI::Range(size_t{4}, pipelines::kTsneRowsMax));
  project->add_option("--min-group", options->min_group, "Rows that a hexagon must hold")
      ->check(CLI::Range(size_t{1}, size_t{1'000'000}));
  project->add_option("--picture", options->picture, "Write the hexagons to this SVG file");
  project->add_option("--out", options->out, "Write row,x,y to this CSV file");
  project->callback([options, &outcome] {
    const Status status = RunLabProject(*options);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
