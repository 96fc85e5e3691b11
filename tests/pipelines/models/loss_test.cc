#include "pipelines/models/loss.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::pipelines {
namespace {

TEST(Loss, GradientsAreTheSlopesOfTheLoss) {
  const std::vector<uint8_t> happened = {1, 0, 1, 0};
  for (const Loss loss :
       {Loss::kLogistic, Loss::kSquared, Loss::kTweedie, Loss::kGamma, Loss::kSurvival}) {
    SCOPED_TRACE(ObjectiveName(loss));
    std::vector<float> values = {0, 3.5F, 1, 0.2F};
    if (loss == Loss::kLogistic) values = {0, 1, 1, 0};
    if (loss == Loss::kGamma || loss == Loss::kSurvival) values[0] = 2;
    const Targets targets{values, happened, {}, 0.7};
    const std::vector<float> margins = {-1.5F, 0.25F, 2, 0.5F};
    Gradients gradients;
    gradients.Fill(loss, targets, margins, 2);
    for (size_t i = 0; i < margins.size(); ++i) {
      const double step = 1e-4;
      const double up = RowLoss(loss, targets, i, static_cast<double>(margins[i]) + step);
      const double down = RowLoss(loss, targets, i, static_cast<double>(margins[i]) - step);
      EXPECT_NEAR(gradients.first[i], (up - down) / (2 * step), 1e-4) << i;
      EXPECT_GT(gradients.second[i], 0) << i;
    }
  }
}

TEST(Loss, SumsOfGradientsAreExactInAnyOrder) {
  SeededEntropy entropy(5);
  std::vector<float> values;
  std::vector<float> margins;
  std::vector<float> weights;
  for (int i = 0; i < 100'000; ++i) {
    values.push_back(static_cast<float>(entropy.Next() % 2));
    margins.push_back(static_cast<float>(entropy.Next() % 100'000) / 3000.0F - 16);
    weights.push_back(static_cast<float>(entropy.Next() % 1000) / 300.0F);
  }
  Gradients gradients;
  gradients.Fill(Loss::kLogistic, {values, {}, weights, 1}, margins, 2);
  for (std::vector<float>* list : {&gradients.first, &gradients.second}) {
    double forward = 0;
    for (const float g : *list) forward += static_cast<double>(g);
    std::sort(list->begin(), list->end());
    double sorted = 0;
    for (const float g : *list) sorted += static_cast<double>(g);
    double halves[2] = {0, 0};
    for (size_t i = 0; i < list->size(); ++i) halves[i % 2] += static_cast<double>((*list)[i]);
    EXPECT_EQ(forward, sorted);
    EXPECT_EQ(forward, halves[0] + halves[1]);
  }
}

TEST(Loss, LinksStayFiniteAndBaseScoresAreMeans) {
  const std::vector<float> values = {0, 1, 1, 0};
  EXPECT_EQ(BaseScore(Loss::kLogistic, {values, {}, {}, 1}), 0.5);
  const std::vector<float> weights = {1, 3, 3, 1};
  EXPECT_EQ(BaseScore(Loss::kSquared, {values, {}, weights, 1}), 0.75);
  for (const Loss loss :
       {Loss::kLogistic, Loss::kSquared, Loss::kTweedie, Loss::kGamma, Loss::kSurvival}) {
    EXPECT_TRUE(std::isfinite(LinkOf(loss, 1e6)));
    EXPECT_TRUE(std::isfinite(LinkOf(loss, -1e6)));
  }
}

}  // namespace
}  // namespace signet::pipelines
