#include "pipelines/models/loss.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/models/lanes.h"

namespace signet::pipelines {
namespace {

constexpr size_t kBlockRows = 8192;
constexpr float kHessianMin = 1e-6F;
constexpr double kMarginMax = 40;  // exp stays finite, and the gradient's grid useful

float Sigmoid(float x) {
  return 1.0F / (1.0F + std::exp(-x));
}

struct Derivatives {
  float first, second;
};

/// Derivatives of RowLoss by the margin.
Derivatives At(Loss loss, const Targets& targets, size_t row, float margin) {
  const float y = targets.values[row];
  switch (loss) {
    case Loss::kLogistic: {
      const float p = Sigmoid(margin);
      return {p - y, std::max(p * (1.0F - p), kHessianMin)};
    }
    case Loss::kSquared:
      return {margin - y, 1};
    case Loss::kTweedie: {
      const float root = std::exp(margin / 2);
      return {root - y / root, std::max((root + y / root) / 2, kHessianMin)};
    }
    case Loss::kGamma: {
      const float share = y * std::exp(-margin);
      return {1 - share, std::max(share, kHessianMin)};
    }
    case Loss::kSurvival:
      break;
  }
  const auto sigma = static_cast<float>(targets.sigma);
  const float s = Sigmoid((std::log(y) - margin) / sigma);
  const bool happened = targets.happened.empty() || targets.happened[row] != 0;
  const float slope = happened ? 2 * s - 1 : s;
  const float curve = (happened ? 2.0F : 1.0F) * s * (1 - s);
  return {-slope / sigma, std::max(curve / (sigma * sigma), kHessianMin)};
}

/// Rounds to multiples of 2^e with count * max < 2^(52 + e): any sum of them is exact.
void RoundToGrid(std::vector<float>& values) {
  float largest = 0;
  for (const float value : values) largest = std::max(largest, std::fabs(value));
  if (!(largest > 0)) return;
  const int rows_log2 = static_cast<int>(std::ceil(std::log2(static_cast<double>(values.size()))));
  const int exponent = std::ilogb(largest) + 1 + rows_log2 - 52;
  const double magic = std::ldexp(1.5, 52 + exponent);
  for (float& value : values) {
    value = static_cast<float>((static_cast<double>(value) + magic) - magic);
  }
}

double SoftPlus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
}

}  // namespace

std::string_view ObjectiveName(Loss loss) {
  switch (loss) {
    case Loss::kLogistic:
      return "binary:logistic";
    case Loss::kSquared:
      return "reg:squarederror";
    case Loss::kTweedie:
      return "reg:tweedie";
    case Loss::kGamma:
      return "reg:gamma";
    case Loss::kSurvival:
      break;
  }
  return "survival:aft";
}

void Gradients::Fill(Loss loss,
                     const Targets& targets,
                     std::span<const float> margins,
                     int threads) {
  CHECK(margins.size() == targets.size());
  first.resize(margins.size());
  second.resize(margins.size());
  const size_t blocks = (margins.size() + kBlockRows - 1) / kBlockRows;
  const float reach = loss == Loss::kSquared ? INFINITY : static_cast<float>(kMarginMax);
  ForEachIn(blocks, threads, [&](size_t block) {
    const size_t end = std::min(margins.size(), (block + 1) * kBlockRows);
    for (size_t i = block * kBlockRows; i < end; ++i) {
      const Derivatives d = At(loss, targets, i, std::clamp(margins[i], -reach, reach));
      const float weight = targets.weights.empty() ? 1.0F : targets.weights[i];
      first[i] = d.first * weight;
      second[i] = d.second * weight;
    }
  });
  Round();
}

void Gradients::Reweigh(std::span<const float> times) {
  CHECK(times.size() == first.size());
  for (size_t i = 0; i < times.size(); ++i) {
    first[i] *= times[i];
    second[i] *= times[i];
  }
  Round();
}

void Gradients::Round() {
  RoundToGrid(first);
  RoundToGrid(second);
}

double LinkOf(Loss loss, double margin) {
  switch (loss) {
    case Loss::kLogistic:
      return 1 / (1 + std::exp(-std::clamp(margin, -kMarginMax, kMarginMax)));
    case Loss::kSquared:
      return margin;
    case Loss::kTweedie:
    case Loss::kGamma:
    case Loss::kSurvival:
      break;
  }
  return std::exp(std::clamp(margin, -kMarginMax, kMarginMax));
}

double BaseScore(Loss loss, const Targets& targets) {
  CHECK(targets.size() > 0);
  ExactSum top;
  ExactSum bottom;
  for (size_t i = 0; i < targets.size(); ++i) {
    const auto y = static_cast<double>(targets.values[i]);
    top.AddProduct(targets.weight(i), loss == Loss::kSurvival ? std::log(y) : y);
    bottom.Add(targets.weight(i));
  }
  const double mean = bottom.Value() > 0 ? top.Value() / bottom.Value() : 0;
  switch (loss) {
    case Loss::kLogistic:
      return std::clamp(mean, 1e-6, 1 - 1e-6);
    case Loss::kSquared:
      return mean;
    case Loss::kTweedie:
    case Loss::kGamma:
      return std::max(mean, 1e-6);
    case Loss::kSurvival:
      break;
  }
  return std::exp(std::clamp(mean, -kMarginMax, kMarginMax));
}

double RowLoss(Loss loss, const Targets& targets, size_t row, double margin) {
  const auto y = static_cast<double>(targets.values[row]);
  const double m = loss == Loss::kSquared ? margin : std::clamp(margin, -kMarginMax, kMarginMax);
  switch (loss) {
    case Loss::kLogistic:
      return SoftPlus(m) - y * m;
    case Loss::kSquared:
      return (m - y) * (m - y) / 2;
    case Loss::kTweedie:
      return 2 * y * std::exp(-m / 2) + 2 * std::exp(m / 2);
    case Loss::kGamma:
      return m + y * std::exp(-m);
    case Loss::kSurvival:
      break;
  }
  const double z = (std::log(y) - m) / targets.sigma;
  const bool happened = targets.happened.empty() || targets.happened[row] != 0;
  return happened ? z + 2 * SoftPlus(-z) + std::log(targets.sigma) : SoftPlus(z);
}

double MeanLoss(Loss loss, const Targets& targets, std::span<const float> margins) {
  CHECK(margins.size() == targets.size() && !margins.empty());
  ExactSum top;
  ExactSum bottom;
  for (size_t i = 0; i < margins.size(); ++i) {
    const double own = RowLoss(loss, targets, i, static_cast<double>(margins[i]));
    top.AddProduct(own, targets.weight(i));
    bottom.Add(targets.weight(i));
  }
  return bottom.Value() > 0 ? top.Value() / bottom.Value() : 0;
}

}  // namespace signet::pipelines
