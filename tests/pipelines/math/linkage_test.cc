#include "pipelines/math/linkage.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

void ExpectMerge(const Merge& merge, uint32_t a, uint32_t b, double height, double size) {
  EXPECT_EQ(merge.a, a);
  EXPECT_EQ(merge.b, b);
  EXPECT_NEAR(merge.height, height, 1e-9);
  EXPECT_EQ(merge.size, size);
}

TEST(Linkage, EqualsScipysWard) {
  const Linkage linkage = LinkageOf(ReferencePoints(), {}, LinkageMethod::kWard).value();
  ASSERT_EQ(linkage.merges.size(), 39U);
  ExpectMerge(linkage.merges[0], 1, 34, 0.17957038576346807, 2);
  ExpectMerge(linkage.merges[2], 6, 36, 1.0377490839210677, 2);
  ExpectMerge(linkage.merges[35], 69, 73, 9.840899512494303, 13);
  ExpectMerge(linkage.merges[36], 71, 72, 10.018189269357935, 14);
  ExpectMerge(linkage.merges[38], 76, 77, 62.515623817572155, 40);
  double sum = 0;
  for (const Merge& merge : linkage.merges) sum += merge.height;
  EXPECT_NEAR(sum, 230.99783416648296, 1e-9);
}

TEST(Linkage, EqualsScipysAverage) {
  const Linkage linkage = LinkageOf(ReferencePoints(), {}, LinkageMethod::kAverage).value();
  ExpectMerge(linkage.merges[35], 70, 71, 5.038368054608012, 14);
  ExpectMerge(linkage.merges[37], 74, 76, 9.835438643819474, 26);
  ExpectMerge(linkage.merges[38], 75, 77, 15.05957636815799, 40);
  double sum = 0;
  for (const Merge& merge : linkage.merges) sum += merge.height;
  EXPECT_NEAR(sum, 126.38937455018869, 1e-9);
}

TEST(Linkage, TakesAWeightForThatManyRows) {
  // Three copies of one point, or one point that stands for three.
  const PointSet copies{{0, 0, 0, 4, 10}, 1};
  const PointSet one{{0, 4, 10}, 1};
  for (const LinkageMethod method : {LinkageMethod::kWard, LinkageMethod::kAverage}) {
    const Linkage full = LinkageOf(copies, {}, method).value();
    const Linkage weighted = LinkageOf(one, std::vector<double>{3, 1, 1}, method).value();
    EXPECT_NEAR(full.merges[2].height, weighted.merges[0].height, 1e-12);
    EXPECT_NEAR(full.merges[3].height, weighted.merges[1].height, 1e-12);
    EXPECT_EQ(weighted.merges[1].size, 5);
  }
}

TEST(Linkage, ManyRowsCompactAndStillJoinTheHeaps) {
  const PointSet points = Heaps(3, 400, 2, 12);
  const Linkage linkage = LinkageOf(points, {}, LinkageMethod::kWard).value();
  const std::vector<uint32_t> labels = CutTree(linkage, {}, 3);
  for (size_t i = 0; i < labels.size(); ++i) EXPECT_EQ(labels[i], labels[i % 3]);
  EXPECT_EQ(std::set<uint32_t>(labels.begin(), labels.end()).size(), 3U);
}

TEST(CutTree, GoesFromOneClusterToEachRowAlone) {
  const Linkage linkage = LinkageOf(ReferencePoints(), {}, LinkageMethod::kWard).value();
  for (const size_t k : {1U, 2U, 7U, 40U}) {
    const std::vector<uint32_t> labels = CutTree(linkage, {}, k);
    EXPECT_EQ(std::set<uint32_t>(labels.begin(), labels.end()).size(), k);
  }
}

TEST(Linkage, CountsTiesAndRefusesNothingAndTooMuch) {
  const PointSet grid{{0, 1, 2, 3, 4, 5}, 1};
  EXPECT_GT(LinkageOf(grid, {}, LinkageMethod::kAverage)->tied, 0U);
  EXPECT_FALSE(LinkageOf(PointSet{{}, 1}, {}, LinkageMethod::kWard).ok());
  PointSet many;
  many.columns = 1;
  many.cells.resize(kAverageRowsMax + 1);
  EXPECT_EQ(LinkageOf(many, {}, LinkageMethod::kAverage).status().code(), StatusCode::kExhausted);
}

}  // namespace
}  // namespace signet::pipelines
