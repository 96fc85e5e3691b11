// `signet lab cluster`: k-means or a hierarchy over the columns of a plain file.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/lab_columns.h"
#include "coordinator/cli/lab_commands.h"
#include "coordinator/cli/lab_input.h"
#include "crypto/base/file.h"
#include "pipelines/segments/clustering.h"
#include "pipelines/segments/clustering_report.h"

namespace signet::coordinator {
namespace {

struct LabClusterOptions {
  LabColumnsOptions columns;
  std::string k = "2..8";
  std::string method = "kmeans";
  int restarts = 25;
  int resamples = 20;
  size_t silhouette_rows = 25'000;
  int depth = 4;
  std::string out;
};

Result<pipelines::ClusteringOptions> OptionsOf(const LabClusterOptions& options) {
  pipelines::ClusteringOptions clustering;
  clustering.scaling = {options.columns.log, options.columns.standardise};
  const Result<pipelines::ClusterRange> range = pipelines::ClusterRangeFromText(options.k);
  if (!range.ok()) return range.status().WithContext("--k");
  clustering.choice.from = range->from;
  clustering.choice.to = range->to;
  ASSIGN_OR_RETURN(clustering.choice.method, pipelines::ClusterMethodFromName(options.method));
  clustering.choice.kmeans.seed = options.columns.seed;
  clustering.choice.kmeans.threads = options.columns.threads;
  clustering.choice.kmeans.restarts = options.restarts;
  clustering.choice.resamples = options.resamples;
  clustering.choice.silhouette_rows_max = options.silhouette_rows;
  clustering.tree.depth_max = options.depth;
  return clustering;
}

/// "row,cluster": the file's rows from 1; a row that misses a value has no cluster.
std::string AssignmentsCsv(const pipelines::Clustering& clustering) {
  std::vector<size_t> cluster(clustering.rows_given, 0);
  for (size_t i = 0; i < clustering.rows.size(); ++i) {
    cluster[clustering.rows[i]] = clustering.chosen().fit.labels[i] + 1;
  }
  std::string csv = "row,cluster\n";
  for (size_t i = 0; i < cluster.size(); ++i) {
    csv += std::to_string(i + 1) + "," + (cluster[i] == 0 ? "" : std::to_string(cluster[i])) + "\n";
  }
  return csv;
}

Status RunLabCluster(const LabClusterOptions& options) {
  ASSIGN_OR_RETURN(const pipelines::ClusteringOptions clustering_options, OptionsOf(options));
  ASSIGN_OR_RETURN(const LabColumns columns, ReadLabColumns(options.columns));
  ASSIGN_OR_RETURN(const pipelines::Clustering clustering,
                   pipelines::ClusterColumns(columns.names, columns.values, clustering_options));
  if (!options.out.empty()) {
    TRY(WriteFileAtomically(options.out, AsBytes(AssignmentsCsv(clustering)), 0600));
  }
  if (options.columns.format == "json") {
    PrintJson(pipelines::ClusteringJson(clustering));
  } else {
    PrintData(pipelines::ClusteringText(clustering));
  }
  return OkStatus();
}

}  // namespace

void AddLabCluster(CLI::App& lab, CommandOutcome& outcome) {
  auto options = std::make_shared<LabClusterOptions>();
  CLI::App* cluster = lab.add_subcommand(
      "cluster", "Cluster rows: k-means or a hierarchy, choice of k, profiles in words");
  AddLabColumnsOptions(*cluster, options->columns);
  cluster->add_option("--k", options->k, "Number of clusters, or a range to choose from: 2..8");
  cluster->add_option("--method", options->method, "kmeans, minibatch, ward or average")
      ->check(CLI::IsMember({"kmeans", "minibatch", "ward", "average"}));
  cluster->add_option("--restarts", options->restarts, "Seedings of k-means tried for each k")
      ->check(CLI::Range(1, 1000));
  cluster->add_option("--resamples", options->resamples, "Halves of the rows for the stability")
      ->check(CLI::Range(0, 1000));
  cluster
      ->add_option("--silhouette-rows",
                   options->silhouette_rows,
                   "Rows that silhouettes are computed over; above, a uniform sample")
      ->check(CLI::Range(size_t{10}, size_t{1'000'000}));
  cluster->add_option("--depth", options->depth, "Depth of the tree that describes the clusters")
      ->check(CLI::Range(1, 12));
  cluster->add_option("--out", options->out, "Write row,cluster to this CSV file");
  cluster->callback([options, &outcome] {
    const Status status = RunLabCluster(*options);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
