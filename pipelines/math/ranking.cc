#include "pipelines/math/ranking.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "crypto/base/check.h"
#include "crypto/base/entropy.h"
#include "pipelines/math/distributions.h"
#include "pipelines/math/exact_sum.h"

namespace signet::pipelines {
namespace {

constexpr size_t kDeciles = 10;
constexpr int kReplicates = 200;

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

/// How often a row is drawn in a bootstrap replicate: Poisson(1).
int PoissonDraw(SeededEntropy& entropy) {
  const double u = static_cast<double>(entropy.Next() >> 11U) * 0x1p-53;
  double term = 0.36787944117144233;  // exp(-1)
  double sum = term;
  int draws = 0;
  while (u >= sum && draws < 12) {
    ++draws;
    term /= draws;
    sum += term;
  }
  return draws;
}

/// The estimate with the percentiles of `replicates` around it.
Estimate Percentiles(double value, std::vector<double> replicates, double confidence) {
  if (replicates.empty()) return {value, value, value};
  std::sort(replicates.begin(), replicates.end());
  const auto last = static_cast<double>(replicates.size() - 1);
  const auto tail = static_cast<size_t>((1 - confidence) / 2 * last);
  return {value, replicates[tail], replicates[replicates.size() - 1 - tail]};
}

/// Average precision of rows weighted by `draws` (in the order's positions); 0 without positives.
double PrecisionArea(std::span<const double> scores,
                     std::span<const uint8_t> labels,
                     const std::vector<size_t>& order,
                     const std::vector<int>& draws) {
  double positives = 0;
  double rows = 0;
  double area = 0;
  for (size_t first = 0; first < order.size();) {
    double own = 0;
    size_t end = first;
    for (; end < order.size() && scores[order[end]] == scores[order[first]]; ++end) {
      const double drawn = draws.empty() ? 1 : draws[end];
      rows += drawn;
      if (labels[order[end]] != 0) own += drawn;
    }
    positives += own;
    if (rows > 0) area += own * positives / rows;
    first = end;
  }
  return positives > 0 ? area / positives : 0;
}

/// Gini of the gains curve when rows drawn `draws` times are taken in `order`, which sorts them by
/// `scores`; rows of one score are taken together, so that their order does not matter.
double DrawnGini(std::span<const double> scores,
                 std::span<const double> values,
                 const std::vector<size_t>& order,
                 const std::vector<int>& draws) {
  double rows = 0;
  double sum = 0;
  double area = 0;
  for (size_t first = 0; first < order.size();) {
    double group_rows = 0;
    double group_sum = 0;
    size_t end = first;
    for (; end < order.size() && scores[order[end]] == scores[order[first]]; ++end) {
      group_rows += draws[order[end]];
      group_sum += draws[order[end]] * values[order[end]];
    }
    area += group_rows * (sum + group_sum / 2);
    sum += group_sum;
    rows += group_rows;
    first = end;
  }
  return sum > 0 ? 2 * area / (rows * sum) - 1 : 0;
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

Result<Estimate> AveragePrecision(std::span<const double> scores,
                                  std::span<const uint8_t> labels,
                                  double confidence,
                                  uint64_t seed) {
  CHECK(scores.size() == labels.size());
  const auto positives = static_cast<size_t>(
      labels.size() - static_cast<size_t>(std::count(labels.begin(), labels.end(), 0)));
  if (positives == 0 || positives == labels.size()) {
    return Invalid("average precision needs rows of both classes");
  }
  const std::vector<size_t> order = FallingOrder(scores);
  const double value = PrecisionArea(scores, labels, order, {});
  SeededEntropy entropy(seed);
  std::vector<double> replicates;
  std::vector<int> draws(order.size());
  for (int i = 0; i < kReplicates; ++i) {
    for (int& drawn : draws) drawn = PoissonDraw(entropy);
    const double area = PrecisionArea(scores, labels, order, draws);
    if (area > 0) replicates.push_back(area);
  }
  return Percentiles(value, std::move(replicates), confidence);
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

GiniEstimates Gini(std::span<const double> scores,
                   std::span<const double> values,
                   double confidence,
                   uint64_t seed) {
  CHECK(scores.size() == values.size());
  const std::vector<size_t> order = FallingOrder(scores);
  const std::vector<size_t> perfect = FallingOrder(values);
  std::vector<int> draws(values.size(), 1);
  const double best = DrawnGini(values, values, perfect, draws);
  if (!(best > 1e-12)) return {};
  const double gini = DrawnGini(scores, values, order, draws);
  SeededEntropy entropy(seed);
  std::vector<double> ginis;
  std::vector<double> shares;
  for (int i = 0; i < kReplicates; ++i) {
    for (int& drawn : draws) drawn = PoissonDraw(entropy);
    const double top = DrawnGini(values, values, perfect, draws);
    if (!(top > 1e-12)) continue;
    ginis.push_back(DrawnGini(scores, values, order, draws));
    shares.push_back(ginis.back() / top);
  }
  return {Percentiles(gini, std::move(ginis), confidence),
          Percentiles(gini / best, std::move(shares), confidence)};
}

}  // namespace signet::pipelines
