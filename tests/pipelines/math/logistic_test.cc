#include "pipelines/math/logistic.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "pipelines/math/ranking.h"

namespace signet::pipelines {
namespace {

TEST(Logistic, RecoversProbabilitiesDespiteMissingAndConstantColumns) {
  SeededEntropy entropy(5);
  const auto uniform = [&] { return static_cast<double>(entropy.Next() >> 11) * 0x1p-53; };
  std::vector<float> cells;
  std::vector<uint8_t> labels;
  std::vector<double> truth;
  for (int i = 0; i < 8000; ++i) {
    const double a = 100 * uniform();
    const double b = uniform();
    truth.push_back(1 / (1 + std::exp(-(0.06 * a - 2 * b - 2))));
    labels.push_back(uniform() < truth.back() ? 1 : 0);
    const bool missing = i % 50 == 0;
    cells.push_back(missing ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(a));
    cells.push_back(static_cast<float>(b));
    cells.push_back(7);
  }
  const RowMatrix rows{cells, 3};
  const Result<LogisticModel> model = LogisticModel::Fit(rows, labels, 1.0);
  ASSERT_TRUE(model.ok());
  const std::vector<double> p = model->Predict(rows);
  double worst = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    if (i % 50 != 0) worst = std::fmax(worst, std::fabs(p[i] - truth[i]));
  }
  EXPECT_LT(worst, 0.05);
  EXPECT_GT(Auc(p, labels, 0.95)->value, 0.8);
}

TEST(Logistic, StaysFiniteOnSeparableRows) {
  const std::vector<float> cells = {1, 2, 3, 4};
  const Result<LogisticModel> model =
      LogisticModel::Fit({cells, 1}, std::vector<uint8_t>{0, 0, 1, 1}, 1.0);
  ASSERT_TRUE(model.ok());
  for (const double p : model->Predict({cells, 1})) EXPECT_TRUE(std::isfinite(p));
}

}  // namespace
}  // namespace signet::pipelines
