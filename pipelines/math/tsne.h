/// t-SNE: rows as points of the plane such that neighbours stay neighbours (Barnes-Hut).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/point_set.h"

namespace signet::pipelines {

struct TsneOptions {
  double perplexity = 30;  ///< must be below the number of rows
  int iterations = 1000;
  int exaggerated = 250;  ///< of them, with neighbours' attraction multiplied
  double exaggeration = 12;
  double learning_rate = 0;  ///< 0: rows / exaggeration / 4, at least 50
  double theta = 0.5;        ///< 0: exact forces
  int threads = 1;
  std::function<void(double)> progress;  ///< share done; may be empty
};

struct TsneMap {
  PointSet points;             ///< two columns, centred, in the order of the rows given
  double kl_divergence = 0;    ///< of the neighbours' probabilities, lower is better
  double trustworthiness = 0;  ///< see Trustworthiness; over `trust_rows` rows
  size_t trust_rows = 0;
  int iterations = 0;
};

inline constexpr size_t kTsneRowsMax = 200'000;

/// Starts from the first two principal components (so it needs no seed) and does not depend on row
/// order or threads. More than 50 columns are reduced to 50 principal components first.
/// kInvalid for fewer than 4 rows or a perplexity that does not fit; kExhausted above kTsneRowsMax.
/// Source: van der Maaten and Hinton, Visualizing data using t-SNE (JMLR 2008); van der Maaten
/// (JMLR 2014); learning rate of Belkina et al. (Nature Communications 2019).
Result<TsneMap> FitTsne(const PointSet& points, const TsneOptions& options);

/// How far neighbours on the map are neighbours in truth, 1 at best, over the `neighbours` nearest.
/// Source: Venna and Kaski (2001); the same definition as scikit-learn's. n^2 distances.
double Trustworthiness(const PointSet& points, const PointSet& map, size_t neighbours);

}  // namespace signet::pipelines
