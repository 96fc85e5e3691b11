#include "pipelines/decisions/ridge.h"

#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

std::vector<size_t> All(size_t n) {
  std::vector<size_t> rows(n);
  std::iota(rows.begin(), rows.end(), size_t{0});
  return rows;
}

TEST(Ridge, FindsALineAndIgnoresAConstantColumn) {
  std::vector<std::vector<double>> columns(2);
  std::vector<double> y;
  for (int i = 0; i < 200; ++i) {
    columns[0].push_back(i);
    columns[1].push_back(7);
    y.push_back(3 + 2.0 * i);
  }
  const RidgeModel model = RidgeModel::Fit(columns, y, All(200), 1e-9);
  EXPECT_NEAR(model.Predict(columns, 150), 303, 1e-6);
}

TEST(Ridge, AMissingCellCountsAsTheMean) {
  const std::vector<std::vector<double>> columns = {{0, 2, std::nan("")}};
  const std::vector<double> y = {0, 4, 2};
  const RidgeModel model = RidgeModel::Fit(columns, y, All(3), 1e-9);
  EXPECT_NEAR(model.Predict(columns, 2), 2, 1e-9);
}

TEST(Ridge, WithoutColumnsItIsTheMean) {
  const std::vector<double> y = {1, 2, 6};
  EXPECT_NEAR(RidgeModel::Fit({}, y, All(3), 1).Predict({}, 0), 3, 1e-12);
}

}  // namespace
}  // namespace signet::pipelines
