#include "pipelines/segments/cluster_figures.h"

#include <utility>

#include "pipelines/math/hex_bins.h"
#include "pipelines/math/principal_components.h"
#include "pipelines/segments/projection.h"

namespace signet::pipelines {

Json ToldFigures(Json figures, size_t group_min) {
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

Json ClusterHexagons(const std::vector<std::vector<double>>& columns,
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

SegmentModel ClusterModel(const std::vector<std::string>& columns, const Clustering& clustering) {
  SegmentModel model;
  model.kind = SegmentModel::Kind::kClusters;
  model.columns = columns;
  model.scaling = clustering.scaling;
  model.centroids = clustering.chosen().fit.centroids;
  for (size_t j = 0; j < clustering.profiles.size(); ++j) {
    model.names.push_back("cluster_" + std::to_string(j + 1));
  }
  return model;
}

}  // namespace signet::pipelines
