#include "pipelines/math/column_scaling.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

const double kNone = std::numeric_limits<double>::quiet_NaN();

using Columns = std::vector<std::vector<double>>;

std::string Refusal(const Columns& columns, const ScalingOptions& options) {
  std::vector<std::string> names;
  for (size_t c = 0; c < columns.size(); ++c) {
    names.emplace_back(1, static_cast<char>('a' + c));
  }
  return ColumnScaling::Learn(names, columns, options).status().message();
}

TEST(ColumnScaling, StandardisesLikeStandardScaler) {
  const Columns columns = {{1, 2, 3, 4}, {10, 10, 30, 50}};
  const ColumnScaling scaling = ColumnScaling::Learn({"a", "b"}, columns, {false, true}).value();
  std::vector<uint32_t> rows;
  const PointSet points = scaling.Apply(columns, rows);
  EXPECT_NEAR(points.Row(0)[0], -1.3416407864998738, 1e-12);  // StandardScaler: ddof = 0
  EXPECT_NEAR(points.Row(3)[1], 1.507556722888818, 1e-12);
  EXPECT_NEAR(scaling.Original(points.Row(3))[1], 50, 1e-12);
}

TEST(ColumnScaling, TakesLogarithmsAndTurnsThemBack) {
  const Columns columns = {{0, 1, 99}};
  const ColumnScaling scaling = ColumnScaling::Learn({"a"}, columns, {true, true}).value();
  std::vector<uint32_t> rows;
  const PointSet points = scaling.Apply(columns, rows);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(scaling.OriginalOf(0, points.cells[i]), columns[0][i], 1e-9);
  }
}

TEST(ColumnScaling, LeavesOutConstantColumnsAndIncompleteRows) {
  const Columns columns = {{1, 2, kNone, 4}, {7, 7, 7, 7}, {1, kNone, 3, 5}};
  const ColumnScaling scaling = ColumnScaling::Learn({"a", "b", "c"}, columns, {}).value();
  EXPECT_EQ(scaling.constant(), std::vector<std::string>{"b"});
  EXPECT_EQ(scaling.Names(), (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(scaling.rows_missing(), 2U);
  std::vector<uint32_t> rows;
  EXPECT_EQ(scaling.Apply(columns, rows).cells, (std::vector<double>{1, 1, 4, 5}));
  EXPECT_EQ(rows, (std::vector<uint32_t>{0, 3}));
}

TEST(ColumnScaling, RefusesWithTheReasonAndTheCount) {
  EXPECT_NE(Refusal({{kNone, kNone}}, {}).find("'a' has no value"), std::string::npos);
  EXPECT_NE(Refusal({{1, INFINITY, 2}}, {}).find("1 infinite"), std::string::npos);
  EXPECT_NE(Refusal({{1, -2, -3}}, {true, false}).find("2 negative"), std::string::npos);
  EXPECT_NE(Refusal({{3, 3, 3}, {1, 1, 1}}, {}).find("every column is constant"),
            std::string::npos);
  EXPECT_NE(Refusal({{1, kNone}, {kNone, 2}}, {}).find("every row misses"), std::string::npos);
  EXPECT_NE(Refusal({{1, 1e200}}, {}).find("beyond 1e100"), std::string::npos);
  EXPECT_NE(Refusal({{}}, {}).find("no row"), std::string::npos);
}

TEST(ColumnScaling, SurvivesItsJson) {
  const ColumnScaling scaling =
      ColumnScaling::Learn({"a", "b"}, {{1, 2, 4}, {0, 5, 1}}, {true, true}).value();
  const ColumnScaling read = ColumnScaling::FromJson(scaling.ToJson()).value();
  EXPECT_EQ(read.ToJson(), scaling.ToJson());
  EXPECT_FALSE(ColumnScaling::FromJson(Json()).ok());
}

}  // namespace
}  // namespace signet::pipelines
