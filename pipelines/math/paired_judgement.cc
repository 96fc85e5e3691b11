#include "pipelines/math/paired_judgement.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "crypto/base/check.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/math/ranking.h"

namespace signet::pipelines {
namespace {

constexpr double kProbabilityMin = 1e-6;

/// For each positive the share of negatives that it outranks, and for each negative the share of
/// positives that outrank it.
struct Placements {
  std::vector<double> positive, negative;
};

Placements PlacementsOf(std::span<const double> scores, std::span<const uint8_t> labels) {
  std::vector<double> positive;
  std::vector<double> negative;
  for (size_t i = 0; i < scores.size(); ++i) {
    (labels[i] != 0 ? positive : negative).push_back(scores[i]);
  }
  std::vector<double> all = positive;
  all.insert(all.end(), negative.begin(), negative.end());
  const std::vector<double> ranks = MidRanks(all);
  const std::vector<double> positive_ranks = MidRanks(positive);
  const std::vector<double> negative_ranks = MidRanks(negative);
  const auto m = static_cast<double>(positive.size());
  const auto n = static_cast<double>(negative.size());
  Placements placed;
  placed.positive.reserve(positive.size());
  placed.negative.reserve(negative.size());
  for (size_t i = 0; i < positive.size(); ++i) {
    placed.positive.push_back((ranks[i] - positive_ranks[i]) / n);
  }
  for (size_t i = 0; i < negative.size(); ++i) {
    placed.negative.push_back(1 - (ranks[positive.size() + i] - negative_ranks[i]) / m);
  }
  return placed;
}

std::vector<double> Minus(const std::vector<double>& left, const std::vector<double>& right) {
  std::vector<double> difference(left.size());
  for (size_t i = 0; i < left.size(); ++i) difference[i] = left[i] - right[i];
  return difference;
}

/// The variance of a difference of placements is that of the placements' differences: the same as
/// DeLong's two variances less twice their covariance.
PairedFigure PairedAuc(std::span<const double> a,
                       std::span<const double> b,
                       std::span<const uint8_t> labels,
                       double confidence) {
  const Placements one = PlacementsOf(a, labels);
  const Placements other = PlacementsOf(b, labels);
  const std::vector<double> positive = Minus(other.positive, one.positive);
  const std::vector<double> negative = Minus(other.negative, one.negative);
  double variance = 0;
  if (positive.size() > 1) variance += VarianceOf(positive) / static_cast<double>(positive.size());
  if (negative.size() > 1) variance += VarianceOf(negative) / static_cast<double>(negative.size());
  PairedFigure figure;
  figure.metric = "auc";
  figure.a = MeanOf(one.positive);
  figure.b = MeanOf(other.positive);
  figure.difference = NormalEstimate(figure.b - figure.a, std::sqrt(variance), confidence);
  return figure;
}

/// A loss that is the mean of a function of score and outcome.
PairedFigure PairedLoss(std::string metric,
                        std::span<const double> a,
                        std::span<const double> b,
                        const std::function<double(double score, size_t row)>& loss,
                        double confidence) {
  std::vector<double> one(a.size());
  std::vector<double> other(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    one[i] = loss(a[i], i);
    other[i] = loss(b[i], i);
  }
  PairedFigure figure;
  figure.metric = std::move(metric);
  figure.more_is_better = false;
  figure.a = MeanOf(one);
  figure.b = MeanOf(other);
  const std::vector<double> difference = Minus(other, one);
  const double variance = difference.size() > 1 ? VarianceOf(difference) : 0;
  figure.difference = NormalEstimate(
      MeanOf(difference), std::sqrt(variance / static_cast<double>(difference.size())), confidence);
  return figure;
}

}  // namespace

std::string_view PairedFigure::Verdict() const {
  if (difference.low <= 0 && difference.high >= 0) return "no difference shown";
  return (difference.low > 0) == more_is_better ? "b is better" : "a is better";
}

Json PairedFigure::ToJson() const {
  return Json::Of({{"metric", metric},
                   {"a", Rounded(a)},
                   {"b", Rounded(b)},
                   {"difference", difference.ToJson()},
                   {"better", more_is_better ? "higher" : "lower"},
                   {"verdict", Verdict()}});
}

Result<std::vector<PairedFigure>> JudgeProbabilities(std::span<const double> a,
                                                     std::span<const double> b,
                                                     std::span<const uint8_t> labels,
                                                     double confidence) {
  CHECK(a.size() == labels.size() && b.size() == labels.size());
  const auto positives = static_cast<size_t>(
      std::count_if(labels.begin(), labels.end(), [](uint8_t label) { return label != 0; }));
  if (positives == 0 || positives == labels.size()) {
    return Invalid("two models can be judged only on rows of both classes");
  }
  const auto log_loss = [&](double score, size_t row) {
    const double p = std::clamp(score, kProbabilityMin, 1 - kProbabilityMin);
    return -std::log(labels[row] != 0 ? p : 1 - p);
  };
  const auto brier = [&](double score, size_t row) {
    const double gap = score - (labels[row] != 0 ? 1 : 0);
    return gap * gap;
  };
  return std::vector<PairedFigure>{PairedAuc(a, b, labels, confidence),
                                   PairedLoss("log_loss", a, b, log_loss, confidence),
                                   PairedLoss("brier", a, b, brier, confidence)};
}

Result<std::vector<PairedFigure>> JudgeValues(std::span<const double> a,
                                              std::span<const double> b,
                                              std::span<const double> actual,
                                              double confidence) {
  CHECK(a.size() == actual.size() && b.size() == actual.size());
  if (actual.empty()) return Invalid("there is no row to judge two models on");
  const auto absolute = [&](double score, size_t row) { return std::fabs(score - actual[row]); };
  const auto squared = [&](double score, size_t row) {
    return (score - actual[row]) * (score - actual[row]);
  };
  return std::vector<PairedFigure>{PairedLoss("mae", a, b, absolute, confidence),
                                   PairedLoss("mse", a, b, squared, confidence)};
}

}  // namespace signet::pipelines
