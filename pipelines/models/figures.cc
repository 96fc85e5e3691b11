#include "pipelines/models/figures.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "pipelines/math/calibration.h"
#include "pipelines/math/concordance.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/math/intervals.h"
#include "pipelines/math/ranking.h"

namespace signet::pipelines {
namespace {

constexpr int kBins = 10;
constexpr size_t kDeciles = 10;

/// The root of a mean of squares, with its interval carried through the root.
Estimate RootEstimate(const Estimate& square) {
  const auto root = [](double x) { return std::sqrt(std::max(x, 0.0)); };
  return {root(square.value), root(square.low), root(square.high)};
}

/// The Kaplan-Meier median: the first time at which at most half survive; NaN if never.
double KaplanMeierMedian(std::vector<std::pair<double, bool>> rows) {
  // At equal times events come before those censored.
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.first < b.first || (a.first == b.first && a.second && !b.second);
  });
  double alive = 1;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].second) alive *= 1 - 1 / static_cast<double>(rows.size() - i);
    if (alive <= 0.5) return rows[i].first;
  }
  return NAN;
}

}  // namespace

Result<Json> ClassFigures(std::span<const double> scores,
                          std::span<const uint8_t> labels,
                          uint64_t seed) {
  ASSIGN_OR_RETURN(const Estimate auc, Auc(scores, labels, kFigureConfidence));
  ASSIGN_OR_RETURN(const Estimate area, AveragePrecision(scores, labels, kFigureConfidence, seed));
  const auto positives = static_cast<double>(std::count(labels.begin(), labels.end(), 1));
  return Json::Of({{"auc", auc.ToJson()},
                   {"pr_auc", area.ToJson()},
                   {"log_loss", LogLoss(scores, labels, kFigureConfidence).ToJson()},
                   {"brier", Brier(scores, labels, kFigureConfidence).ToJson()},
                   {"calibration_error",
                    CalibrationError(scores, labels, kBins, kFigureConfidence, seed).ToJson()},
                   {"ece", Rounded(EqualWidthCalibrationError(scores, labels, kBins))},
                   {"base_rate", Rounded(positives / static_cast<double>(labels.size()))},
                   {"mean_predicted", Rounded(MeanOf(scores))}});
}

Json CalibrationTableJson(std::span<const double> scores, std::span<const uint8_t> labels) {
  Json list{Json::Array()};
  for (const CalibrationBin& bin : CalibrationTable(scores, labels, kBins, kFigureConfidence)) {
    if (bin.rows < kGroupRowsMin) continue;
    list.Push(Json::Of({{"rows", bin.rows},
                        {"predicted", Rounded(bin.predicted)},
                        {"observed", bin.observed.ToJson()}}));
  }
  return list;
}

Json DecilesJson(std::span<const double> scores, std::span<const double> values) {
  Json list{Json::Array()};
  const double total = SumOf(values);
  const double mean = values.empty() ? 0 : total / static_cast<double>(values.size());
  double held = 0;
  int decile = 0;
  for (const Decile& d : Deciles(scores, values)) {
    if (d.rows < kGroupRowsMin) return {};
    held += d.mean_value * static_cast<double>(d.rows);
    list.Push(Json::Of({{"decile", ++decile},
                        {"rows", d.rows},
                        {"predicted", Rounded(d.mean_score)},
                        {"observed", Rounded(d.mean_value)},
                        {"lift", mean != 0 ? Rounded(d.mean_value / mean, 4) : Json()},
                        {"gains", total != 0 ? Rounded(held / total, 4) : Json()}}));
  }
  return list;
}

Json ValueFigures(std::span<const double> predicted,
                  std::span<const double> values,
                  uint64_t seed) {
  const size_t n = values.size();
  std::vector<double> errors(n);
  std::vector<double> bias(n);
  std::vector<double> squares(n);
  for (size_t i = 0; i < n; ++i) {
    bias[i] = predicted[i] - values[i];
    errors[i] = std::fabs(bias[i]);
    squares[i] = bias[i] * bias[i];
  }
  const double variance = VarianceOf(values);
  const double squared = MeanOf(squares);
  const bool ranks = std::all_of(values.begin(), values.end(), [](double v) { return v >= 0; });
  const GiniEstimates gini =
      ranks ? Gini(predicted, values, kFigureConfidence, seed) : GiniEstimates{};
  Json json = Json::Of({{"rmse", RootEstimate(MeanEstimate(squares, kFigureConfidence)).ToJson()},
                        {"mae", MeanEstimate(errors, kFigureConfidence).ToJson()},
                        {"bias", MeanEstimate(bias, kFigureConfidence).ToJson()},
                        {"spearman", Spearman(predicted, values, kFigureConfidence).ToJson()},
                        {"r2", variance > 0 ? Rounded(1 - squared / variance) : Json()},
                        {"mean_value", Rounded(MeanOf(values))},
                        {"mean_predicted", Rounded(MeanOf(predicted))}});
  if (ranks) {
    json.Set("gini", gini.gini.ToJson());
    json.Set("normalised_gini", gini.normalised.ToJson());
    json.Set("top_decile_share", TopDecileShare(predicted, values, kFigureConfidence).ToJson());
  }
  return json;
}

Result<Json> SurvivalFigures(std::span<const double> predicted,
                             std::span<const double> times,
                             std::span<const uint8_t> happened) {
  ASSIGN_OR_RETURN(const Estimate concordance,
                   Concordance(predicted, times, happened, kFigureConfidence));
  std::vector<double> relative;
  for (size_t i = 0; i < times.size(); ++i) {
    if (happened[i] != 0) relative.push_back(std::fabs(std::log(predicted[i] / times[i])));
  }
  std::sort(relative.begin(), relative.end());
  const double median = relative.empty() ? std::numeric_limits<double>::quiet_NaN()
                                         : std::exp(relative[relative.size() / 2]) - 1;
  return Json::Of({{"concordance", concordance.ToJson()},
                   {"events", relative.size()},
                   {"censored", times.size() - relative.size()},
                   {"median_relative_error", Rounded(median, 4)}});
}

Json SurvivalDecilesJson(std::span<const double> predicted,
                         std::span<const double> times,
                         std::span<const uint8_t> happened) {
  std::vector<size_t> order(predicted.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(
      order.begin(), order.end(), [&](size_t a, size_t b) { return predicted[a] < predicted[b]; });
  Json list{Json::Array()};
  for (size_t d = 0; d < kDeciles; ++d) {
    const size_t first = order.size() * d / kDeciles;
    const size_t end = order.size() * (d + 1) / kDeciles;
    if (end - first < kGroupRowsMin) return {};
    std::vector<std::pair<double, bool>> rows;
    int64_t events = 0;
    for (size_t i = first; i < end; ++i) {
      rows.emplace_back(times[order[i]], happened[order[i]] != 0);
      events += happened[order[i]] != 0 ? 1 : 0;
    }
    list.Push(Json::Of({{"decile", static_cast<int64_t>(d + 1)},
                        {"rows", end - first},
                        {"predicted", Rounded(predicted[order[(first + end) / 2]])},
                        {"events", events},
                        {"observed", Rounded(KaplanMeierMedian(std::move(rows)))}}));
  }
  return list;
}

}  // namespace signet::pipelines
