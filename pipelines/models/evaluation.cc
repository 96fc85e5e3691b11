#include "pipelines/models/evaluation.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/math/bgnbd.h"
#include "pipelines/math/calibration.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/math/intervals.h"
#include "pipelines/math/logistic.h"
#include "pipelines/math/ranking.h"
#include "pipelines/models/tree_reasons.h"

namespace signet::pipelines {
namespace {

constexpr double kConfidence = 0.95;
constexpr int kCalibrationBins = 10;
constexpr size_t kBaselineRowsMax = 50'000;  // rows the logistic baseline learns from
constexpr size_t kAlarmRowsMax = 20'000;
constexpr size_t kReasonRowsMax = 2'000;
constexpr double kAlarmAuc = 0.95;
constexpr double kSecondsPerDay = 86400;
/// A decile's figures are told only when it holds enough people.
constexpr uint64_t kDecileRowsMin = 20;

Json DecilesJson(const std::vector<double>& scores, const std::vector<double>& values) {
  Json list{Json::Array()};
  for (const Decile& d : Deciles(scores, values)) {
    if (d.rows < kDecileRowsMin) return {};
    list.Push(Json::Of({{"rows", d.rows},
                        {"predicted", Rounded(d.mean_score, 4)},
                        {"observed", Rounded(d.mean_value, 4)}}));
  }
  return list;
}

Result<Json> ChurnFigures(const std::vector<double>& scores,
                          const std::vector<uint8_t>& classes,
                          uint64_t seed) {
  ASSIGN_OR_RETURN(const Estimate auc, Auc(scores, classes, kConfidence));
  return Json::Of(
      {{"auc", auc.ToJson()},
       {"log_loss", LogLoss(scores, classes, kConfidence).ToJson()},
       {"brier", Brier(scores, classes, kConfidence).ToJson()},
       {"calibration_error",
        CalibrationError(scores, classes, kCalibrationBins, kConfidence, seed).ToJson()}});
}

/// The first rows (subjects are random, so these are a sample).
RowMatrix Head(const FeatureMatrix& rows, size_t rows_max) {
  const size_t count = std::min(rows.rows(), rows_max);
  return {{rows.cells.data(), count * rows.columns}, rows.columns};
}

Json LogisticBaseline(const TrainingSet& set, uint64_t seed) {
  const RowMatrix rows = Head(set.train.rows, kBaselineRowsMax);
  std::vector<uint8_t> classes = set.train.Classes();
  classes.resize(rows.rows());
  const Result<LogisticModel> fit = LogisticModel::Fit(rows, classes, 1.0);
  if (!fit.ok()) return Json::Of({{"failed", fit.status().message()}});
  const std::vector<double> scores = fit->Predict(Head(set.holdout.rows, set.holdout.rows.rows()));
  const Result<Json> figures = ChurnFigures(scores, set.holdout.Classes(), seed);
  return figures.ok() ? *figures : Json();
}

/// Names of features that rank the label almost perfectly on their own.
Json LeakAlarms(const TrainingSet& set) {
  const RowMatrix rows = Head(set.train.rows, kAlarmRowsMax);
  std::vector<uint8_t> classes = set.train.Classes();
  classes.resize(rows.rows());
  const std::vector<std::string> names = set.encoder.Names();
  Json alarms{Json::Array()};
  for (size_t c = 0; c < rows.columns; ++c) {
    std::vector<double> values(rows.rows());
    for (size_t r = 0; r < values.size(); ++r) {
      const float cell = rows.cells[r * rows.columns + c];
      values[r] = std::isnan(cell) ? -1e30 : static_cast<double>(cell);
    }
    const Result<Estimate> auc = Auc(values, classes, kConfidence);
    if (!auc.ok()) continue;
    const double strength = std::max(auc->value, 1 - auc->value);
    if (strength > kAlarmAuc) {
      alarms.Push(Json::Of({{"feature", names[c]},
                            {"auc", Rounded(strength, 4)},
                            {"reason",
                             "this feature alone tells the label almost perfectly: it may "
                             "hold what happened after the cut-off"}}));
    }
  }
  return alarms;
}

Json ValueFigures(const std::vector<double>& predicted, const std::vector<double>& values) {
  std::vector<double> errors(values.size());
  std::vector<double> bias(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    bias[i] = predicted[i] - values[i];
    errors[i] = std::fabs(bias[i]);
  }
  return Json::Of({{"spearman", Spearman(predicted, values, kConfidence).ToJson()},
                   {"mae", MeanEstimate(errors, kConfidence).ToJson()},
                   {"bias", MeanEstimate(bias, kConfidence).ToJson()},
                   {"top_decile_share", TopDecileShare(predicted, values, kConfidence).ToJson()},
                   {"gini", Rounded(NormalisedGini(predicted, values), 4)}});
}

/// A feature's column, missing as 0; empty when the encoder has no such column.
std::vector<double> ColumnOf(const FeatureEncoder& encoder,
                             const FeatureMatrix& rows,
                             const std::string& name) {
  const size_t c = encoder.IndexOf(name);
  std::vector<double> values;
  if (c == encoder.size()) return values;
  for (size_t r = 0; r < rows.rows(); ++r) {
    const float cell = rows.cells[r * rows.columns + c];
    values.push_back(std::isnan(cell) ? 0 : static_cast<double>(cell));
  }
  return values;
}

struct Histories {
  std::vector<PurchaseHistory> customers;  ///< days; `observed` 0 for non-buyers
  std::vector<double> value_mean;
};

Histories HistoriesOf(const FeatureEncoder& encoder,
                      const FeatureMatrix& rows,
                      const std::string& prefix) {
  const std::vector<double> count = ColumnOf(encoder, rows, prefix + "_count");
  const std::vector<double> recency = ColumnOf(encoder, rows, prefix + "_recency_days");
  const std::vector<double> tenure = ColumnOf(encoder, rows, prefix + "_tenure_days");
  Histories h;
  h.value_mean = ColumnOf(encoder, rows, prefix + "_value_mean");
  if (count.empty() || recency.empty() || tenure.empty() || h.value_mean.empty()) return {};
  for (size_t i = 0; i < count.size(); ++i) {
    const double repeats = std::max(0.0, count[i] - 1);
    // Several purchases at one instant are one purchase to the model.
    const bool repeated = repeats > 0 && tenure[i] > recency[i];
    h.customers.push_back(
        {repeated ? repeats : 0, repeated ? tenure[i] - recency[i] : 0, tenure[i]});
  }
  return h;
}

/// BG/NBD's expected purchases in the label's window times the customer's mean order.
Result<std::vector<double>> BgNbdValues(const TrainingSet& set, const TrainOptions& options) {
  const Histories train = HistoriesOf(set.encoder, set.train.rows, options.bgnbd);
  const Histories held = HistoriesOf(set.encoder, set.holdout.rows, options.bgnbd);
  if (train.customers.empty())
    return Invalid("features of input '" + options.bgnbd + "' are missing");
  std::vector<PurchaseHistory> buyers;
  for (const PurchaseHistory& c : train.customers) {
    if (c.observed > 0) buyers.push_back(c);
  }
  ASSIGN_OR_RETURN(const BgNbd fit, BgNbd::Fit(std::move(buyers)));
  const double days = static_cast<double>(options.label.window_seconds) / kSecondsPerDay;
  std::vector<double> values(held.customers.size(), 0);
  for (size_t i = 0; i < values.size(); ++i) {
    const PurchaseHistory& c = held.customers[i];
    if (c.observed > 0) values[i] = fit.ExpectedPurchases(c, days) * held.value_mean[i];
    if (!std::isfinite(values[i])) return Invalid("BG/NBD gives no finite expectation");
  }
  return values;
}

}  // namespace

Result<Json> EvaluateChurn(const Model& model,
                           const TrainingSet& set,
                           const TrainOptions& options,
                           uint64_t seed) {
  ASSIGN_OR_RETURN(const std::vector<double> scores,
                   model.Score(set.holdout.rows, options.params.threads));
  const std::vector<uint8_t> classes = set.holdout.Classes();
  ASSIGN_OR_RETURN(Json figures, ChurnFigures(scores, classes, seed));
  figures.Set("base_rate", Rounded(MeanOf(set.holdout.Values()), 4));
  figures.Set("deciles", DecilesJson(scores, set.holdout.Values()));
  figures.Set("baselines", Json::Of({{"logistic_regression", LogisticBaseline(set, seed)}}));
  figures.Set("alarms", LeakAlarms(set));
  return figures;
}

Result<Json> EvaluateClv(const Model& model, const TrainingSet& set, const TrainOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<double> scores,
                   model.Score(set.holdout.rows, options.params.threads));
  const std::vector<double> values = set.holdout.Values();
  Json figures = ValueFigures(scores, values);
  figures.Set("mean_value", Rounded(MeanOf(values), 4));
  figures.Set("deciles", DecilesJson(scores, values));
  Json baselines{Json::Object()};
  if (!options.last_value.empty()) {
    std::vector<double> last = ColumnOf(set.encoder, set.holdout.rows, options.last_value);
    const double scale = static_cast<double>(options.label.window_seconds) /
                         static_cast<double>(options.last_value_seconds);
    for (double& value : last) value *= scale;
    baselines.Set("last_value", ValueFigures(last, values));
  }
  if (!options.bgnbd.empty()) {
    const Result<std::vector<double>> nbd = BgNbdValues(set, options);
    if (nbd.ok()) {
      std::vector<double> both(values.size());
      for (size_t i = 0; i < both.size(); ++i) both[i] = ((*nbd)[i] + scores[i]) / 2;
      baselines.Set("bgnbd", ValueFigures(*nbd, values));
      baselines.Set("average_with_bgnbd", ValueFigures(both, values));
    } else {
      baselines.Set("bgnbd", Json::Of({{"failed", nbd.status().message()}}));
    }
  }
  figures.Set("baselines", std::move(baselines));
  return figures;
}

Result<Json> TopFeatures(const Model& model, const TrainingSet& set, size_t count) {
  ASSIGN_OR_RETURN(const std::vector<Tree> trees, model.booster.Trees());
  TreeReasons reasons(trees, set.encoder.size());
  const RowMatrix rows = Head(set.holdout.rows, kReasonRowsMax);
  const std::vector<double> contributions = reasons.Explain(rows.cells);
  std::vector<double> strength(set.encoder.size(), 0);
  for (size_t i = 0; i < contributions.size(); ++i) {
    strength[i % strength.size()] += std::fabs(contributions[i]);
  }
  std::vector<size_t> order(strength.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(
      order.begin(), order.end(), [&](size_t a, size_t b) { return strength[a] > strength[b]; });
  const std::vector<std::string> names = set.encoder.Names();
  Json list{Json::Array()};
  for (size_t i = 0; i < std::min(count, order.size()) && strength[order[i]] > 0; ++i) {
    const double mean = strength[order[i]] / static_cast<double>(std::max<size_t>(1, rows.rows()));
    list.Push(Json::Of({{"feature", names[order[i]]}, {"mean_effect", Rounded(mean, 4)}}));
  }
  return list;
}

}  // namespace signet::pipelines
