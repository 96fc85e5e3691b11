/// Principal components: variance explained, loadings, scores.
#pragma once

#include <cstddef>
#include <vector>

#include "crypto/base/status.h"
#include "pipelines/math/point_set.h"

namespace signet::pipelines {

struct PrincipalComponents {
  std::vector<double> mean;            ///< of each column
  std::vector<double> variance;        ///< of each component, descending (n - 1)
  std::vector<double> variance_ratio;  ///< share of the total variance
  PointSet loadings;  ///< one row a component: unit vectors; the largest |entry| is positive

  /// Coordinates of each row on the first `count` components.
  [[nodiscard]] PointSet Project(const PointSet& points, size_t count) const;
};

/// All components of the covariance matrix. kInvalid for fewer than 2 rows, for no variance, and
/// for more than 512 columns. The same for any row order (exact sums).
/// Sign: the entry of largest magnitude of each loading is positive, the first one on a tie, as in
/// scikit-learn since 1.5 (svd_flip, v-based). Source: Jolliffe, Principal Component Analysis,
/// ch. 2.
Result<PrincipalComponents> FitPrincipalComponents(const PointSet& points);

}  // namespace signet::pipelines
