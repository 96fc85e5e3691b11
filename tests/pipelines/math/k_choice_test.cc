#include "pipelines/math/k_choice.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

KChoiceOptions Options(ClusterMethod method) {
  KChoiceOptions options;
  options.method = method;
  options.resamples = 5;
  options.kmeans.restarts = 4;
  return options;
}

TEST(ChooseK, FindsTheHeapsByEveryMethod) {
  const PointSet points = Heaps(4, 90, 4, 17);
  for (const ClusterMethod method : {ClusterMethod::kKMeans,
                                     ClusterMethod::kMiniBatch,
                                     ClusterMethod::kWard,
                                     ClusterMethod::kAverage}) {
    const Result<KChoice> choice = ChooseK(points, Options(method));
    ASSERT_TRUE(choice.ok()) << choice.status().ToString();
    const KCandidate& best = choice->candidates[choice->chosen];
    EXPECT_EQ(best.clusters, 4U);
    EXPECT_GT(best.stability.mean, 0.99);
    EXPECT_EQ(best.fit.sizes, (std::vector<size_t>(4, 90)));
    EXPECT_NE(choice->reason.find("k = 4 has the highest mean silhouette"), std::string::npos);
  }
}

TEST(ChooseK, DoesNotDependOnRowOrder) {
  const PointSet points = Heaps(3, 60, 2, 5);
  for (const ClusterMethod method : {ClusterMethod::kKMeans, ClusterMethod::kWard}) {
    const KChoice a = ChooseK(points, Options(method)).value();
    const KChoice b = ChooseK(Reversed(points), Options(method)).value();
    ASSERT_EQ(a.candidates.size(), b.candidates.size());
    for (size_t i = 0; i < a.candidates.size(); ++i) {
      EXPECT_EQ(a.candidates[i].silhouette, b.candidates[i].silhouette);
      EXPECT_EQ(a.candidates[i].stability.mean, b.candidates[i].stability.mean);
      EXPECT_EQ(a.candidates[i].fit.inertia, b.candidates[i].fit.inertia);
      EXPECT_EQ(a.candidates[i].fit.sizes, b.candidates[i].fit.sizes);
    }
    EXPECT_EQ(a.chosen, b.chosen);
  }
}

TEST(ChooseK, SaysThatNoiseHasNoClusters) {
  SplitMix random(3);
  PointSet points;
  points.columns = 5;
  for (int i = 0; i < 2500; ++i) points.cells.push_back(random.Uniform());
  const KChoice choice = ChooseK(points, Options(ClusterMethod::kKMeans)).value();
  EXPECT_NE(choice.reason.find("hardly any structure"), std::string::npos) << choice.reason;
}

TEST(ChooseK, LeavesOutWhatTheRowsCannotGive) {
  const PointSet few{{1, 1, 2, 2, 9, 9, 30, 30}, 1};
  const KChoice choice = ChooseK(few, Options(ClusterMethod::kKMeans)).value();
  EXPECT_EQ(choice.candidates.size(), 3U);
  EXPECT_NE(choice.note.find("4 of them distinct"), std::string::npos) << choice.note;
  KChoiceOptions many = Options(ClusterMethod::kKMeans);
  many.from = many.to = 5;
  EXPECT_FALSE(ChooseK(few, many).ok());
  many.from = 3;
  many.to = 2;
  EXPECT_FALSE(ChooseK(few, many).ok());
}

TEST(ChooseK, JoinsMicroClustersWhereRowsAreMany) {
  const PointSet points = Heaps(4, 1000, 3, 6);
  KChoiceOptions options = Options(ClusterMethod::kWard);
  options.hierarchy_rows_max = 1000;
  const KChoice choice = ChooseK(points, options).value();
  EXPECT_EQ(choice.micro_clusters, 512U);
  EXPECT_EQ(choice.candidates[choice.chosen].fit.sizes, (std::vector<size_t>(4, 1000)));
}

}  // namespace
}  // namespace signet::pipelines
