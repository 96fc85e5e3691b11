#include "pipelines/math/principal_components.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

TEST(PrincipalComponents, EqualScikitLearns) {
  // PCA().fit(X): explained_variance_, explained_variance_ratio_, components_ of 1.9.1, with the
  // sign of each component turned so that its largest entry is positive.
  const std::vector<double> variance = {68.37309297779504, 3.0287216930512044, 2.2366846042676976};
  const std::vector<double> ratio = {0.9284965561608295, 0.0411295955629932, 0.030373848276177225};
  const std::vector<double> loadings = {0.8659976888998177,
                                        0.49910623323088377,
                                        -0.030675246865402673,
                                        -0.35329992265156224,
                                        0.6541151705987285,
                                        0.6688142554155055,
                                        0.35387450808807214,
                                        -0.5683540371482158,
                                        0.7427964196081923};
  const PrincipalComponents pca = FitPrincipalComponents(ReferencePoints()).value();
  for (size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(pca.variance[j], variance[j], 1e-10);
    EXPECT_NEAR(pca.variance_ratio[j], ratio[j], 1e-12);
    for (size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(pca.loadings.Row(j)[c], loadings[3 * j + c], 1e-10);
    }
  }
}

TEST(PrincipalComponents, AreTheSameForAnyRowOrder) {
  const PrincipalComponents a = FitPrincipalComponents(ReferencePoints()).value();
  const PrincipalComponents b = FitPrincipalComponents(Reversed(ReferencePoints())).value();
  EXPECT_EQ(a.loadings.cells, b.loadings.cells);
  EXPECT_EQ(a.variance, b.variance);
}

TEST(PrincipalComponents, ProjectToUncorrelatedScoresOfTheirVariance) {
  const PointSet points = ReferencePoints();
  const PrincipalComponents pca = FitPrincipalComponents(points).value();
  const PointSet scores = pca.Project(points, 2);
  double sum[3] = {0, 0, 0};
  for (size_t i = 0; i < scores.rows(); ++i) {
    sum[0] += scores.Row(i)[0] * scores.Row(i)[0];
    sum[1] += scores.Row(i)[1] * scores.Row(i)[1];
    sum[2] += scores.Row(i)[0] * scores.Row(i)[1];
  }
  EXPECT_NEAR(sum[0] / 39, pca.variance[0], 1e-9);
  EXPECT_NEAR(sum[1] / 39, pca.variance[1], 1e-9);
  EXPECT_NEAR(sum[2] / 39, 0, 1e-9);
}

TEST(PrincipalComponents, RefuseOneRowAndNoVariance) {
  EXPECT_FALSE(FitPrincipalComponents(PointSet{{1, 2}, 2}).ok());
  EXPECT_FALSE(FitPrincipalComponents(PointSet{{1, 2, 1, 2}, 2}).ok());
}

}  // namespace
}  // namespace signet::pipelines
