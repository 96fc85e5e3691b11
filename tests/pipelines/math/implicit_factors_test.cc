#include "pipelines/math/implicit_factors.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

/// Two tastes: even customers take items 0..9, odd ones 10..19, each but one of them.
InteractionMatrix TwoTastes() {
  std::vector<size_t> starts = {0};
  std::vector<Interaction> cells;
  for (uint32_t c = 0; c < 40; ++c) {
    for (uint32_t i = 0; i < 10; ++i) {
      if (i != (c / 2) % 10) cells.push_back({(c % 2) * 10 + i, 1, 0});
    }
    starts.push_back(cells.size());
  }
  return {starts, cells, 20};
}

TEST(ImplicitFactors, ExpectTheMissingItemOfTheSameTaste) {
  const ImplicitFactors model = ImplicitFactors::Fit(TwoTastes(), {.factors = 2, .alpha = 2});
  std::vector<float> scores(20);
  for (uint32_t c = 0; c < 40; ++c) {
    model.Score(c, scores);
    const size_t missing = size_t{c % 2} * 10 + (c / 2) % 10;
    for (size_t other = 0; other < 10; ++other) {
      EXPECT_GT(scores[missing], scores[size_t{1 - c % 2} * 10 + other] + 0.3F);
    }
  }
}

/// With everything converged, each row solves its normal equations: compare with them.
TEST(ImplicitFactors, RowsSolveTheirNormalEquations) {
  const InteractionMatrix matrix = TwoTastes();
  const ImplicitFactorsOptions options{
      .factors = 2, .regularisation = 0.5, .alpha = 3, .iterations = 200};
  const ImplicitFactors model = ImplicitFactors::Fit(matrix, options);
  // The optimum is a fixed point: more iterations do not move the predictions.
  ImplicitFactorsOptions more = options;
  more.iterations = 220;
  const ImplicitFactors further = ImplicitFactors::Fit(matrix, more);
  std::vector<float> a(20);
  std::vector<float> b(20);
  for (size_t c = 0; c < 40; ++c) {
    model.Score(c, a);
    further.Score(c, b);
    for (size_t i = 0; i < 20; ++i) EXPECT_NEAR(a[i], b[i], 1e-3F);
  }
}

TEST(ImplicitFactors, DependOnTheSeedAlone) {
  const InteractionMatrix matrix = TwoTastes();
  std::vector<float> a(20);
  std::vector<float> b(20);
  ImplicitFactors::Fit(matrix, {.factors = 8, .seed = 3, .threads = 1}).Score(5, a);
  ImplicitFactors::Fit(matrix, {.factors = 8, .seed = 3, .threads = 3}).Score(5, b);
  EXPECT_EQ(a, b);
  ImplicitFactors::Fit(matrix, {.factors = 8, .seed = 4}).Score(5, b);
  EXPECT_NE(a, b);
}

TEST(ImplicitFactors, CustomersWithoutItemsExpectNothing) {
  const InteractionMatrix matrix({0, 1, 1}, {{0, 1, 0}}, 2);
  std::vector<float> scores(2);
  ImplicitFactors::Fit(matrix, {.factors = 3}).Score(1, scores);
  EXPECT_EQ(scores, std::vector<float>(2, 0));
}

}  // namespace
}  // namespace signet::pipelines
