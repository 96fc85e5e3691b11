#include "pipelines/math/member_sums.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

void AddRow(const PointSet& points, size_t i, MemberSums& sums) {
  std::vector<double> original(points.columns);
  for (size_t c = 0; c < points.columns; ++c) original[c] = std::exp(points.Row(i)[c] / 4);
  sums.Add(static_cast<uint32_t>(i % 4),
           {points.Row(i), points.columns},
           original,
           points.Row(i)[0] * points.Row(i)[0]);
}

TEST(MemberSums, AreTheSameHoweverRowsAreSplitAndInWhateverOrder) {
  const PointSet points = Heaps(4, 100, 3, 2);
  MemberSums whole(4, 3);
  for (size_t i = 0; i < points.rows(); ++i) AddRow(points, i, whole);
  for (const size_t parts : {2, 5, 8}) {
    std::vector<MemberSums> split(parts, MemberSums(4, 3));
    for (size_t i = points.rows(); i-- > 0;) AddRow(points, i, split[i * 7 % parts]);
    MemberSums merged(4, 3);
    for (size_t p = parts; p-- > 0;) merged.Merge(split[p]);
    EXPECT_EQ(merged.Encode(), whole.Encode()) << parts;
    EXPECT_EQ(merged.rows(), 400U);
    EXPECT_EQ(merged.Inertia(), whole.Inertia());
  }
  MemberSums less(4, 3);
  for (size_t i = 1; i < points.rows(); ++i) AddRow(points, i, less);
  EXPECT_NE(less.Encode(), whole.Encode());
}

TEST(MemberSums, AddUpWhatIsInEachCluster) {
  MemberSums sums(2, 1);
  const double one = 1;
  const double two = 2.5;
  const double ten = 10;
  sums.Add(1, {&one, 1}, {&ten, 1}, 0.25);
  sums.Add(1, {&two, 1}, {&ten, 1}, 0.5);
  EXPECT_EQ(sums.clusters()[0].count, 0U);
  EXPECT_EQ(sums.clusters()[1].count, 2U);
  EXPECT_EQ(sums.clusters()[1].scaled[0].Value(), 3.5);
  EXPECT_EQ(sums.clusters()[1].original[0].Value(), 20);
  EXPECT_EQ(sums.Inertia(), 0.75);
}

TEST(MemberSums, ComeBackFromTheirBytesAndFromNoOthers) {
  const PointSet points = Heaps(4, 5, 3, 2);
  MemberSums sums(4, 3);
  for (size_t i = 0; i < points.rows(); ++i) AddRow(points, i, sums);
  const Bytes bytes = sums.Encode();
  EXPECT_EQ(MemberSums::Decode(bytes).value().Encode(), bytes);
  for (size_t cut = 0; cut < bytes.size(); cut += 101) {
    EXPECT_FALSE(MemberSums::Decode(ByteView(bytes).first(cut)).ok()) << cut;
  }
  Bytes more = bytes;
  more.push_back(0);
  EXPECT_FALSE(MemberSums::Decode(more).ok());
  Bytes many = bytes;
  many[1] = 1;
  EXPECT_FALSE(MemberSums::Decode(many).ok());
}

}  // namespace
}  // namespace signet::pipelines
