#include "pipelines/models/study_parts.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/math/exact_sum.h"
#include "pipelines/models/fairness.h"
#include "pipelines/models/figures.h"
#include "pipelines/models/folds.h"

namespace signet::pipelines {
namespace {

constexpr size_t kCrossRowsMax = 20'000;  ///< above, one inner fold is enough
constexpr int kInnerFolds = 3;
constexpr double kInnerShare = 0.2;
constexpr int kStrata = 10;
constexpr double kBaselineCells = 4e8;  ///< rows x columns^2 that logistic regression may cost

bool HasNegative(const StudyData& data) {
  return std::any_of(data.targets.begin(), data.targets.end(), [](float v) { return v < 0; });
}

TreeMethod MethodOf(const StudyData& data, const StudyOptions& options) {
  switch (data.outcome.kind) {
    case OutcomeKind::kClass:
      return options.model == StudyModel::kForest ? TreeMethod::kForestClass
                                                  : TreeMethod::kLogistic;
    case OutcomeKind::kTime:
      return TreeMethod::kSurvival;
    case OutcomeKind::kValue:
      break;
  }
  if (options.model == StudyModel::kForest) return TreeMethod::kForestValue;
  if (HasNegative(data) || options.method == "squared") return TreeMethod::kSquared;
  return options.method == "two_part" ? TreeMethod::kTwoPart : TreeMethod::kTweedie;
}

/// Settings that suit the number of rows.
BoosterOptions ParamsOf(TreeMethod method, size_t rows, const StudyOptions& options) {
  BoosterOptions p;
  p.threads = options.threads;
  p.lambda = 1;
  const auto n = static_cast<double>(rows);
  if (method == TreeMethod::kForestClass || method == TreeMethod::kForestValue) {
    p.rounds_max = options.rounds > 0 ? options.rounds : 300;
    p.max_depth = 10;
    p.min_child_weight = std::clamp(n / 2000, 3.0, 20.0);
    p.lambda = 0.1;
    return p;
  }
  p.rounds_max = options.rounds > 0 ? options.rounds : rows > kCrossRowsMax ? 400 : 600;
  p.early_stopping_rounds = 30;
  p.max_depth = 4;
  p.learning_rate = n < 5000 ? 0.05 : n < 20'000 ? 0.08 : 0.1;
  p.min_child_weight = std::clamp(n / 3000, 1.0, 10.0);
  p.column_share = 0.8;
  return p;
}

/// Inner folds of the rows at `positions`.
std::vector<int> InnerFolds(const StudyData& data,
                            const std::vector<size_t>& positions,
                            uint64_t seed,
                            int& folds) {
  folds = 1;
  if (!data.times.empty()) {
    std::vector<double> times;
    times.reserve(positions.size());
    for (const size_t p : positions) times.push_back(data.times[p]);
    std::vector<int> fold = LatestFold(times, kInnerShare);
    if (std::count(fold.begin(), fold.end(), 1) > 0) {
      for (int& f : fold) f = f == 1 ? 0 : -1;
      return fold;
    }
  }
  std::vector<uint64_t> keys;
  std::vector<int> strata;
  for (const size_t p : positions) {
    keys.push_back(data.keys[p]);
    strata.push_back(data.strata[p]);
  }
  const bool crossed = positions.size() <= kCrossRowsMax;
  const int parts = crossed ? kInnerFolds : static_cast<int>(std::lround(1 / kInnerShare));
  std::vector<int> fold = DealtFolds(keys, strata, parts, SaltedKey(seed, 2));
  if (crossed) {
    folds = kInnerFolds;
    return fold;
  }
  for (int& f : fold) f = f == 0 ? 0 : -1;
  return fold;
}

/// What categories' means are of.
std::vector<double> MeanOutcomes(const StudyData& data, const std::vector<size_t>& positions) {
  std::vector<double> outcomes;
  for (const size_t p : positions) {
    const auto y = static_cast<double>(data.targets[p]);
    outcomes.push_back(data.outcome.kind == OutcomeKind::kTime ? std::log(y) : y);
  }
  return outcomes;
}

std::vector<size_t> TableRows(const StudyData& data, const std::vector<size_t>& positions) {
  std::vector<size_t> rows;
  rows.reserve(positions.size());
  for (const size_t p : positions) rows.push_back(data.rows[p]);
  return rows;
}

/// Monotone directions by the encoder's columns.
std::vector<int> MonotoneOf(const TableEncoder& encoder, const StudyOptions& options) {
  std::vector<int> monotone;
  if (options.monotone.empty()) return monotone;
  for (const std::string& source : encoder.Sources()) {
    const auto found = options.monotone.find(source);
    monotone.push_back(found == options.monotone.end() ? 0 : found->second);
  }
  return monotone;
}

std::vector<uint8_t> Classes(const StudyData& data, std::span<const size_t> positions) {
  std::vector<uint8_t> classes;
  for (const size_t p : positions) classes.push_back(data.targets[p] > 0 ? 1 : 0);
  return classes;
}

std::vector<double> Values(const StudyData& data, std::span<const size_t> positions) {
  std::vector<double> values;
  for (const size_t p : positions) values.push_back(static_cast<double>(data.targets[p]));
  return values;
}

/// Logistic regression's probabilities; nothing if it does not converge.
std::optional<std::vector<double>> LogisticScores(const FittedStudy& fitted,
                                                  const StudyData& data,
                                                  const std::vector<size_t>& train,
                                                  const std::vector<float>& test_cells) {
  const size_t columns = fitted.encoder.size();
  const double width = static_cast<double>(columns) * static_cast<double>(columns);
  const auto rows_max = static_cast<size_t>(std::max(2000.0, kBaselineCells / width));
  const size_t rows = std::min(train.size(), rows_max);
  std::vector<uint8_t> classes = Classes(data, {train.data(), rows});
  const Result<LogisticModel> model =
      LogisticModel::Fit({{fitted.cells.data(), rows * columns}, columns}, classes, 1.0);
  if (!model.ok()) return std::nullopt;
  return model->Predict({test_cells, columns});
}

}  // namespace

std::vector<int> StrataOf(const StudyData& data) {
  std::vector<int> strata;
  if (data.outcome.kind == OutcomeKind::kTime) {
    for (const uint8_t happened : data.happened) strata.push_back(happened);
    return strata;
  }
  if (data.outcome.kind == OutcomeKind::kClass) {
    for (const float y : data.targets) strata.push_back(y > 0 ? 1 : 0);
    return strata;
  }
  std::vector<float> sorted = data.targets;
  std::sort(sorted.begin(), sorted.end());
  for (const float y : data.targets) {
    const auto below = std::lower_bound(sorted.begin(), sorted.end(), y) - sorted.begin();
    strata.push_back(static_cast<int>(below * kStrata / static_cast<int64_t>(sorted.size())));
  }
  return strata;
}

Result<FittedStudy> FitStudy(const StudyData& data,
                             const StudyOptions& options,
                             std::vector<size_t> positions,
                             const std::function<void(double)>& progress) {
  std::vector<uint64_t> keys;
  std::vector<float> targets;
  std::vector<uint8_t> happened;
  for (const size_t p : positions) {
    keys.push_back(data.keys[p]);
    targets.push_back(data.targets[p]);
    if (!data.happened.empty()) happened.push_back(data.happened[p]);
  }
  const std::vector<size_t> table_rows = TableRows(data, positions);
  ASSIGN_OR_RETURN(
      TableEncoder encoder,
      TableEncoder::Learn(data.features, table_rows, MeanOutcomes(data, positions), keys));
  std::vector<float> cells = encoder.EncodeLearnt(data.features);
  LearnOptions learn;
  learn.method = MethodOf(data, options);
  learn.params = ParamsOf(learn.method, positions.size(), options);
  learn.params.monotone = MonotoneOf(encoder, options);
  const bool many = positions.size() > kCrossRowsMax;
  learn.search = options.search >= 0 ? options.search : many ? 1 : 3;
  learn.calibration = options.calibration;
  learn.balance = options.balance;
  int folds = 1;
  const std::vector<int> fold = InnerFolds(data, positions, options.seed, folds);
  const LearningRows rows{{cells, encoder.size()}, targets, happened, keys, fold, folds};
  ASSIGN_OR_RETURN(Learnt learnt, Learn(rows, learn, options.seed, progress));
  std::optional<Learnt> two_part;
  const bool zeros = std::count(targets.begin(), targets.end(), 0.0F) > 0;
  if (learn.method == TreeMethod::kTweedie && zeros) {
    learn.method = TreeMethod::kTwoPart;
    learn.search = 0;
    learn.params = learnt.params;
    learn.params.rounds_max = ParamsOf(learn.method, positions.size(), options).rounds_max;
    ASSIGN_OR_RETURN(Learnt other, Learn(rows, learn, options.seed, progress));
    two_part = std::move(other);
  }
  return FittedStudy{std::move(encoder),
                     std::move(learnt),
                     std::move(two_part),
                     std::move(positions),
                     std::move(cells)};
}

Result<std::vector<double>> ScoreStudy(const FittedStudy& fitted,
                                       const StudyData& data,
                                       const StudyOptions& options,
                                       const std::vector<size_t>& positions) {
  const std::vector<float> cells = fitted.encoder.Encode(data.features, TableRows(data, positions));
  return fitted.learnt.model.Score({cells, fitted.encoder.size()}, options.threads);
}

Result<NamedScores> ScoreBeside(const FittedStudy& fitted,
                                const StudyData& data,
                                const StudyOptions& options,
                                const std::vector<size_t>& train,
                                const std::vector<size_t>& test) {
  const std::vector<float> cells = fitted.encoder.Encode(data.features, TableRows(data, test));
  NamedScores beside;
  if (data.outcome.kind == OutcomeKind::kClass) {
    std::optional<std::vector<double>> logistic = LogisticScores(fitted, data, train, cells);
    if (logistic.has_value()) {
      beside.emplace_back("logistic_regression", std::move(*logistic));
    }
    return beside;
  }
  if (data.outcome.kind != OutcomeKind::kValue) return beside;
  const double mean = MeanOf(Values(data, train));
  beside.emplace_back("mean", std::vector<double>(test.size(), mean));
  if (!data.last_values.empty()) {
    ExactSum last;
    for (const size_t p : train) last.Add(data.last_values[p]);
    const double past = last.Value() / static_cast<double>(train.size());
    const double scale = past > 0 ? mean / past : 1;
    std::vector<double> values;
    values.reserve(test.size());
    for (const size_t p : test) values.push_back(scale * data.last_values[p]);
    beside.emplace_back("last_value", std::move(values));
  }
  if (fitted.two_part.has_value()) {
    const RowMatrix rows{cells, fitted.encoder.size()};
    ASSIGN_OR_RETURN(std::vector<double> parts,
                     fitted.two_part->model.Score(rows, options.threads));
    ASSIGN_OR_RETURN(const std::vector<double> main,
                     fitted.learnt.model.Score(rows, options.threads));
    std::vector<double> average(parts.size());
    for (size_t i = 0; i < parts.size(); ++i) average[i] = (parts[i] + main[i]) / 2;
    beside.emplace_back("two_part", std::move(parts));
    beside.emplace_back("average_of_tweedie_and_two_part", std::move(average));
  }
  return beside;
}

Result<Json> FiguresOf(const StudyData& data,
                       std::span<const double> scores,
                       std::span<const size_t> positions,
                       uint64_t seed) {
  const std::vector<double> values = Values(data, positions);
  if (data.outcome.kind == OutcomeKind::kClass) {
    return ClassFigures(scores, Classes(data, positions), seed);
  }
  if (data.outcome.kind == OutcomeKind::kValue) return ValueFigures(scores, values, seed);
  std::vector<uint8_t> happened;
  for (const size_t p : positions) happened.push_back(data.happened[p]);
  return SurvivalFigures(scores, values, happened);
}

void AddTables(const StudyData& data,
               std::span<const double> scores,
               std::span<const size_t> positions,
               Json& report) {
  const std::vector<double> values = Values(data, positions);
  if (data.outcome.kind == OutcomeKind::kTime) {
    std::vector<uint8_t> happened;
    for (const size_t p : positions) happened.push_back(data.happened[p]);
    report.Set("deciles", SurvivalDecilesJson(scores, values, happened));
    return;
  }
  report.Set("deciles", DecilesJson(scores, values));
  if (data.outcome.kind == OutcomeKind::kClass) {
    report.Set("calibration", CalibrationTableJson(scores, Classes(data, positions)));
  }
}

Json FairnessOf(const StudyData& data,
                std::span<const double> scores,
                std::span<const size_t> positions,
                const std::vector<std::string>& groups,
                const TableColumn& column) {
  Json fairness = data.outcome.kind == OutcomeKind::kClass
                      ? ClassFairness(scores, Classes(data, positions), groups)
                      : ValueFairness(scores, Values(data, positions), groups);
  fairness.Set("column", column.name);
  fairness.Set("learnt_from", data.features.Find(column.name) != nullptr);
  return fairness;
}

}  // namespace signet::pipelines
