#include "pipelines/math/class_tree.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/math/cluster_world.h"

namespace signet::pipelines {
namespace {

TEST(ClassTree, FindsTheQuestionsThatMadeTheClasses) {
  PointSet points;
  points.columns = 2;
  std::vector<uint32_t> labels;
  for (int i = 0; i < 400; ++i) {
    const double x = i % 20;
    const int line = i / 20;
    const double y = line;
    points.cells.push_back(x);
    points.cells.push_back(y);
    labels.push_back(x > 9.5 ? 2 : y > 14.5 ? 1 : 0);
  }
  const ClassTree tree = ClassTree::Learn(points, labels, {}).value();
  EXPECT_EQ(tree.Fidelity(points, labels), 1);
  ASSERT_EQ(tree.nodes().size(), 5U);
  EXPECT_EQ(tree.nodes()[0].column, 0U);
  EXPECT_EQ(tree.nodes()[0].threshold, 9.5);
  const double low_high[2] = {3, 18};
  EXPECT_EQ(tree.Predict(low_high), 1U);
}

TEST(ClassTree, TellsThePathAsOneRangeAColumn) {
  PointSet points;
  points.columns = 1;
  std::vector<uint32_t> labels;
  for (int i = 0; i < 90; ++i) {
    points.cells.push_back(i);
    labels.push_back(i < 30 || i >= 60 ? 0 : 1);
  }
  const ClassTree tree = ClassTree::Learn(points, labels, {}).value();
  for (uint32_t i = 0; i < tree.nodes().size(); ++i) {
    if (tree.nodes()[i].left != 0 || tree.nodes()[i].label != 1) continue;
    const std::vector<ColumnRange> path = tree.PathTo(i);
    ASSERT_EQ(path.size(), 1U);
    EXPECT_EQ(path[0].low, 29.5);
    EXPECT_EQ(path[0].high, 59.5);
  }
}

TEST(ClassTree, DoesNotDependOnRowOrder) {
  const PointSet points = ReferencePoints();
  const std::vector<uint32_t> labels = ReferenceLabels();
  const ClassTree a = ClassTree::Learn(points, labels, {}).value();
  const std::vector<uint32_t> turned(labels.rbegin(), labels.rend());
  const ClassTree b = ClassTree::Learn(Reversed(points), turned, {}).value();
  ASSERT_EQ(a.nodes().size(), b.nodes().size());
  for (size_t i = 0; i < a.nodes().size(); ++i) {
    EXPECT_EQ(a.nodes()[i].threshold, b.nodes()[i].threshold);
    EXPECT_EQ(a.nodes()[i].rows, b.nodes()[i].rows);
  }
}

TEST(ClassTree, KeepsToItsLimitsAndToNoiseItSaysTheMostFrequent) {
  const PointSet points = Heaps(8, 40, 3, 2);
  std::vector<uint32_t> labels;
  labels.reserve(points.rows());
  for (uint32_t i = 0; i < points.rows(); ++i) labels.push_back(i % 8);
  ClassTreeOptions options;
  options.leaves_max = 3;
  EXPECT_EQ(ClassTree::Learn(points, labels, options)->nodes().size(), 5U);
  const PointSet same{{1, 1, 1}, 1};
  const ClassTree tree = ClassTree::Learn(same, std::vector<uint32_t>{1, 0, 1}, {}).value();
  EXPECT_EQ(tree.nodes().size(), 1U);
  EXPECT_EQ(tree.nodes()[0].label, 1U);
  EXPECT_FALSE(ClassTree::Learn(PointSet{{}, 1}, {}, {}).ok());
}

}  // namespace
}  // namespace signet::pipelines
