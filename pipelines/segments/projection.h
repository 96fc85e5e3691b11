/// A picture of named columns on a plane: principal components or t-SNE, counted by hexagons.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/math/column_scaling.h"
#include "pipelines/math/hex_bins.h"
#include "pipelines/math/principal_components.h"
#include "pipelines/math/tsne.h"

namespace signet::pipelines {

enum class ProjectionMethod { kPca, kTsne };
/// "pca", "tsne".
Result<ProjectionMethod> ProjectionMethodFromName(std::string_view name);

struct ProjectionOptions {
  ProjectionMethod method = ProjectionMethod::kPca;
  ScalingOptions scaling;
  TsneOptions tsne;
  bool perplexity_given = false;  ///< else lowered where there are few rows
  size_t tsne_rows_max = 20'000;  ///< above, a uniform sample is placed
  uint64_t seed = 1;              ///< of that sample
  size_t group_min = 10;          ///< people a hexagon must hold to be drawn
};

struct Projection {
  ProjectionMethod method = ProjectionMethod::kPca;
  ColumnScaling scaling;
  size_t rows_given = 0;
  std::vector<uint32_t> rows;  ///< which rows were placed
  PrincipalComponents components;
  PointSet map;  ///< two columns, a row each of `rows`
  TsneMap tsne;  ///< its figures; its points are `map`
  double perplexity = 0;
  size_t group_min = 0;
  HexBins bins;
};

/// kInvalid as ColumnScaling::Learn, FitPrincipalComponents and FitTsne.
Result<Projection> ProjectColumns(const std::vector<std::string>& names,
                                  const std::vector<std::vector<double>>& columns,
                                  const ProjectionOptions& options);

/// {"radius", "hidden_share", "bins": [{"x", "y", "count", "cluster"?}]}; clusters count from 1.
Json HexBinsJson(const HexBins& bins, size_t group_min);
/// Every figure; coordinates of single rows are not in it. Stable shape.
Json ProjectionJson(const Projection& projection);
std::string ProjectionText(const Projection& projection);

}  // namespace signet::pipelines
