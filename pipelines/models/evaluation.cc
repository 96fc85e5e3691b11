#include "pipelines/models/evaluation.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/math/gamma_gamma.h"
#include "pipelines/math/intervals.h"
#include "pipelines/math/logistic.h"
#include "pipelines/math/purchase_model.h"
#include "pipelines/models/figures.h"
#include "pipelines/models/importance.h"
#include "pipelines/models/surrogate_tree.h"

namespace signet::pipelines {
namespace {

constexpr size_t kBaselineRowsMax = 50'000;  // rows the logistic baseline learns from
constexpr size_t kReasonRowsMax = 2'000;
constexpr double kSecondsPerDay = 86400;

Result<Json> LogisticBaseline(const TrainingSet& set, uint64_t seed) {
  const RowMatrix rows = set.learning.Head(kBaselineRowsMax);
  std::vector<uint8_t> classes = set.learning.Classes();
  classes.resize(rows.rows());
  const Result<LogisticModel> fit = LogisticModel::Fit(rows, classes, 1.0);
  if (!fit.ok()) return Json::Of({{"failed", fit.status().message()}});
  std::vector<double> scores;
  scores.reserve(set.holdout.size());
  TRY(set.ForEachHeld([&](const FeatureMatrix& held) {
    const std::vector<double> some = fit->Predict({held.cells, held.columns});
    scores.insert(scores.end(), some.begin(), some.end());
    return OkStatus();
  }));
  const Result<Json> figures = ClassFigures(scores, set.holdout.Classes(), seed);
  return figures.ok() ? *figures : Json();
}

struct Histories {
  std::vector<PurchaseHistory> customers;  ///< days; `observed` 0 for non-buyers
  std::vector<double> value_mean;
};

/// kInvalid when the features lack the columns of that input.
Result<Histories> HistoriesOf(const TrainingSet& set, bool held_out, const std::string& prefix) {
  std::vector<size_t> columns;
  for (const char* name : {"_count", "_recency_days", "_tenure_days", "_value_mean"}) {
    columns.push_back(set.encoder.IndexOf(prefix + name));
    if (columns.back() == set.encoder.size()) {
      return Invalid("features of input '" + prefix + "' are missing");
    }
  }
  ASSIGN_OR_RETURN(std::vector<std::vector<double>> values, set.Columns(held_out, columns));
  const std::vector<double>& count = values[0];
  const std::vector<double>& recency = values[1];
  const std::vector<double>& tenure = values[2];
  Histories h;
  h.customers.reserve(count.size());
  for (size_t i = 0; i < count.size(); ++i) {
    const double repeats = std::max(0.0, count[i] - 1);
    // Several purchases at one instant are one purchase to the model.
    const bool repeated = repeats > 0 && tenure[i] > recency[i];
    h.customers.push_back(
        {repeated ? repeats : 0, repeated ? tenure[i] - recency[i] : 0, tenure[i]});
  }
  h.value_mean = std::move(values[3]);
  return h;
}

/// What one of a customer's purchases is expected to be worth: Gamma-Gamma, or, where that cannot
/// be fitted (equal values, say), the customer's own mean.
class PurchaseWorth {
 public:
  explicit PurchaseWorth(const Histories& train) : fit_(GammaGamma::Fit(SeenBy(train))) {}
  [[nodiscard]] double Of(const Histories& h, size_t i) const {
    return fit_.ok() ? fit_->ExpectedValue({h.customers[i].repeats + 1, h.value_mean[i]})
                     : h.value_mean[i];
  }

 private:
  static std::vector<PurchaseValue> SeenBy(const Histories& h) {
    std::vector<PurchaseValue> seen;
    for (size_t i = 0; i < h.customers.size(); ++i) {
      if (h.customers[i].observed > 0) {
        seen.push_back({h.customers[i].repeats + 1, h.value_mean[i]});
      }
    }
    return seen;
  }
  Result<GammaGamma> fit_;
};

/// BG/NBD's expected purchases in the label's window (NBD's or Pareto/NBD's where nobody is seen to
/// drop out) times what Gamma-Gamma expects one to be worth.
Result<std::vector<double>> BgNbdValues(const TrainingSet& set, const TrainOptions& options) {
  ASSIGN_OR_RETURN(const Histories train, HistoriesOf(set, /*held_out=*/false, options.bgnbd));
  ASSIGN_OR_RETURN(const Histories held, HistoriesOf(set, /*held_out=*/true, options.bgnbd));
  std::vector<PurchaseHistory> buyers;
  for (const PurchaseHistory& c : train.customers) {
    if (c.observed > 0) buyers.push_back(c);
  }
  ASSIGN_OR_RETURN(const PurchaseFit fit, FitPurchases(PurchaseFamily::kBgNbd, buyers));
  const PurchaseWorth worth(train);
  const double days = static_cast<double>(options.label.window_seconds) / kSecondsPerDay;
  std::vector<double> values(held.customers.size(), 0);
  for (size_t i = 0; i < values.size(); ++i) {
    const PurchaseHistory& c = held.customers[i];
    if (c.observed > 0) values[i] = fit.used.ExpectedPurchases(c, days) * worth.Of(held, i);
    if (!std::isfinite(values[i])) return Invalid("BG/NBD gives no finite expectation");
  }
  return values;
}

/// Last period's spend, for a window as long as the label's.
Result<std::vector<double>> LastValues(const TrainingSet& set, const TrainOptions& options) {
  const size_t column = set.encoder.IndexOf(options.last_value);
  if (column == set.encoder.size()) return std::vector<double>();
  ASSIGN_OR_RETURN(std::vector<std::vector<double>> values,
                   set.Columns(/*held_out=*/true, {column}));
  const double scale = static_cast<double>(options.label.window_seconds) /
                       static_cast<double>(options.last_value_seconds);
  for (double& value : values[0]) value *= scale;
  return std::move(values[0]);
}

Result<Json> ClvBaselines(const TrainingSet& set,
                          const TrainOptions& options,
                          const std::vector<double>& scores,
                          uint64_t seed) {
  const std::vector<double> values = set.holdout.Values();
  Json baselines{Json::Object()};
  if (!options.last_value.empty()) {
    ASSIGN_OR_RETURN(const std::vector<double> last, LastValues(set, options));
    baselines.Set("last_value", ValueFigures(last, values, seed));
  }
  if (options.bgnbd.empty()) return baselines;
  const Result<std::vector<double>> nbd = BgNbdValues(set, options);
  if (!nbd.ok()) {
    baselines.Set("bgnbd", Json::Of({{"failed", nbd.status().message()}}));
    return baselines;
  }
  std::vector<double> both(values.size());
  for (size_t i = 0; i < both.size(); ++i) both[i] = ((*nbd)[i] + scores[i]) / 2;
  baselines.Set("bgnbd", ValueFigures(*nbd, values, seed));
  baselines.Set("average_with_bgnbd", ValueFigures(both, values, seed));
  return baselines;
}

}  // namespace

Result<Json> Evaluate(const Model& model,
                      const TrainingSet& set,
                      const TrainOptions& options,
                      uint64_t seed) {
  ASSIGN_OR_RETURN(const std::vector<double> scores,
                   model.trees.ScoreCodes(set.holdout.codes, options.params.threads));
  const std::vector<double> values = set.holdout.Values();
  if (options.model == ModelKind::kSurvival) {
    ASSIGN_OR_RETURN(Json figures, SurvivalFigures(scores, values, set.holdout.happened));
    figures.Set("deciles", SurvivalDecilesJson(scores, values, set.holdout.happened));
    return figures;
  }
  if (options.model == ModelKind::kClv) {
    Json figures = ValueFigures(scores, values, seed);
    figures.Set("deciles", DecilesJson(scores, values));
    ASSIGN_OR_RETURN(Json baselines, ClvBaselines(set, options, scores, seed));
    figures.Set("baselines", std::move(baselines));
    return figures;
  }
  const std::vector<uint8_t> classes = set.holdout.Classes();
  ASSIGN_OR_RETURN(Json figures, ClassFigures(scores, classes, seed));
  figures.Set("deciles", DecilesJson(scores, values));
  figures.Set("calibration", CalibrationTableJson(scores, classes));
  ASSIGN_OR_RETURN(Json logistic, LogisticBaseline(set, seed));
  figures.Set("baselines", Json::Of({{"logistic_regression", std::move(logistic)}}));
  figures.Set("alarms",
              ClassLeakAlarms(
                  set.learning.Head(kHeadRowsMax), set.learning.Classes(), set.encoder.Names()));
  return figures;
}

Result<Json> TopFeatures(const Model& model, const TrainingSet& set, size_t count) {
  const RowMatrix rows = set.holdout.Head(kReasonRowsMax);
  ASSIGN_OR_RETURN(const std::vector<double> contributions, model.trees.Contributions(rows));
  return ImportancesJson(contributions, set.encoder.Names(), count);
}

Result<Json> SurrogateOf(const Model& model, const TrainingSet& set, int64_t people_min) {
  const RowMatrix rows = set.learning.Head(kBaselineRowsMax);
  SurrogateOptions told;
  told.leaf_rows_min = std::max(told.leaf_rows_min, static_cast<size_t>(people_min));
  // Even the one rule that speaks of all of them would speak of too few.
  if (rows.cells.size() / std::max<size_t>(rows.columns, 1) < told.leaf_rows_min) return Json();
  const CodeMatrix codes = model.trees.cuts.Encode(rows, 1);
  ASSIGN_OR_RETURN(const std::vector<double> scores, model.trees.ScoreCodes(codes, 1));
  std::vector<SurrogateColumn> columns;
  for (size_t c = 0; c < set.encoder.size(); ++c) {
    SurrogateColumn column{set.encoder.Names()[c], {}};
    if (set.encoder.KindOf(c) == ValueKind::kCategory) {
      for (int code = 0;; ++code) {
        std::string value = set.encoder.ValueOf(c, static_cast<float>(code));
        if (value == "missing") break;
        column.values.push_back(std::move(value));
      }
    }
    columns.push_back(std::move(column));
  }
  return SurrogateTree::Grow(codes, scores, told).ToJson(model.trees.cuts, columns);
}

}  // namespace signet::pipelines
