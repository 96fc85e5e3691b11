#include "pipelines/math/ranking.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "crypto/base/check.h"
#include "pipelines/math/distributions.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {
namespace {

constexpr size_t kDeciles = 10;

/// Positions by falling score; equal scores keep their order.
std::vector<size_t> FallingOrder(std::span<const double> scores) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(
      order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  return order;
}

/// Area above the diagonal of the gains curve when rows are taken in `order`, times n * sum.
double GainsArea(std::span<const double> values, const std::vector<size_t>& order) {
  const auto n = static_cast<double>(values.size());
  ExactSum area;
  for (size_t i = 0; i < order.size(); ++i) {
    area.AddProduct(values[order[i]], (n + 1) / 2 - static_cast<double>(i + 1));
  }
  return area.Value();
}

}  // namespace

std::vector<double> MidRanks(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t first = 0; first < order.size();) {
    size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    const double rank = static_cast<double>(first + 1 + end) / 2;
    for (size_t i = first; i < end; ++i) ranks[order[i]] = rank;
    first = end;
  }
  return ranks;
}

Result<Estimate> Auc(std::span<const double> scores,
                     std::span<const uint8_t> labels,
                     double confidence) {
  CHECK(scores.size() == labels.size());
  std::vector<double> positive;
  std::vector<double> negative;
  for (size_t i = 0; i < scores.size(); ++i) {
    (labels[i] != 0 ? positive : negative).push_back(scores[i]);
  }
  if (positive.empty() || negative.empty()) return Invalid("AUC needs rows of both classes");
  std::vector<double> all = positive;
  all.insert(all.end(), negative.begin(), negative.end());
  const std::vector<double> ranks = MidRanks(all);
  const std::vector<double> positive_ranks = MidRanks(positive);
  const std::vector<double> negative_ranks = MidRanks(negative);
  const auto m = static_cast<double>(positive.size());
  const auto n = static_cast<double>(negative.size());
  // Placement values: the share of the other class that each row outranks.
  std::vector<double> v10(positive.size());
  std::vector<double> v01(negative.size());
  for (size_t i = 0; i < positive.size(); ++i) v10[i] = (ranks[i] - positive_ranks[i]) / n;
  for (size_t i = 0; i < negative.size(); ++i) {
    v01[i] = 1 - (ranks[positive.size() + i] - negative_ranks[i]) / m;
  }
  const double auc = MeanOf(v10);
  const double error = std::sqrt(VarianceOf(v10) / m + VarianceOf(v01) / n);
  if (auc <= 0 || auc >= 1 || error == 0) return Estimate{auc, auc, auc};
  const double logit = std::log(auc / (1 - auc));
  const double reach = NormalQuantile(0.5 + confidence / 2) * error / (auc * (1 - auc));
  const auto back = [](double x) { return 1 / (1 + std::exp(-x)); };
  return Estimate{auc, back(logit - reach), back(logit + reach)};
}

Estimate Spearman(std::span<const double> x, std::span<const double> y, double confidence) {
  CHECK(x.size() == y.size());
  const auto n = static_cast<double>(x.size());
  if (x.size() < 4) return {0, -1, 1};
  const std::vector<double> rx = MidRanks(x);
  const std::vector<double> ry = MidRanks(y);
  const double mean = (n + 1) / 2;
  ExactSum xy;
  ExactSum xx;
  ExactSum yy;
  for (size_t i = 0; i < rx.size(); ++i) {
    xy.AddProduct(rx[i] - mean, ry[i] - mean);
    xx.AddProduct(rx[i] - mean, rx[i] - mean);
    yy.AddProduct(ry[i] - mean, ry[i] - mean);
  }
  if (xx.Value() == 0 || yy.Value() == 0) return {0, -1, 1};
  const double r = std::clamp(xy.Value() / std::sqrt(xx.Value() * yy.Value()), -1.0, 1.0);
  if (std::fabs(r) == 1) return {r, r, r};
  const double reach = NormalQuantile(0.5 + confidence / 2) * std::sqrt((1 + r * r / 2) / (n - 3));
  return {r, std::tanh(std::atanh(r) - reach), std::tanh(std::atanh(r) + reach)};
}

Estimate TopDecileShare(std::span<const double> scores,
                        std::span<const double> values,
                        double confidence) {
  CHECK(scores.size() == values.size());
  const std::vector<size_t> order = FallingOrder(scores);
  std::vector<double> top(values.size(), 0);
  for (size_t i = 0; i < order.size() / kDeciles; ++i) top[order[i]] = values[order[i]];
  return RatioEstimate(top, values, confidence);
}

std::vector<Decile> Deciles(std::span<const double> scores, std::span<const double> values) {
  CHECK(scores.size() == values.size());
  const std::vector<size_t> order = FallingOrder(scores);
  std::vector<Decile> deciles(kDeciles);
  for (size_t d = 0; d < kDeciles; ++d) {
    ExactSum score;
    ExactSum value;
    const size_t first = order.size() * d / kDeciles;
    const size_t end = order.size() * (d + 1) / kDeciles;
    for (size_t i = first; i < end; ++i) {
      score.Add(scores[order[i]]);
      value.Add(values[order[i]]);
    }
    const double rows = std::max(1.0, static_cast<double>(end - first));
    deciles[d] = {end - first, score.Value() / rows, value.Value() / rows};
  }
  return deciles;
}

double NormalisedGini(std::span<const double> scores, std::span<const double> values) {
  CHECK(scores.size() == values.size());
  const double perfect = GainsArea(values, FallingOrder(values));
  return perfect == 0 ? 0 : GainsArea(values, FallingOrder(scores)) / perfect;
}

}  // namespace signet::pipelines
