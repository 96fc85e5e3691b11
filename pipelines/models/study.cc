#include "pipelines/models/study.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/math/intervals.h"
#include "pipelines/models/fairness.h"
#include "pipelines/models/figures.h"
#include "pipelines/models/folds.h"
#include "pipelines/models/importance.h"
#include "pipelines/models/learner.h"
#include "pipelines/models/outcome.h"
#include "pipelines/models/study_parts.h"

namespace signet::pipelines {
namespace {

constexpr size_t kRowsMin = 20;
constexpr size_t kClassRowsMin = 6;

/// The column, or kInvalid with the nearest name.
Result<const TableColumn*> Named(const Table& table, const std::string& name, const char* option) {
  const TableColumn* column = table.Find(name);
  if (column != nullptr) return column;
  std::vector<std::string> names;
  for (const TableColumn& other : table.columns) names.push_back(other.name);
  const std::string nearest = NearestName(name, names);
  return Invalid(std::string(option) + ": there is no column '" + name + "'")
      .WithRemedy(nearest.empty() ? "its columns are: " + Join(names, ", ")
                                  : "did you mean '" + nearest + "'?");
}

Result<Outcome> OutcomeOf(const Table& table, const StudyOptions& options) {
  ASSIGN_OR_RETURN(const TableColumn* target, Named(table, options.target, "--target"));
  const TableColumn* event = nullptr;
  if (!options.event.empty()) {
    ASSIGN_OR_RETURN(event, Named(table, options.event, "--event"));
  }
  switch (options.model) {
    case StudyModel::kChurn:
      return ClassOutcome(*target, options.positive);
    case StudyModel::kClv:
      return ValueOutcome(*target);
    case StudyModel::kForest:
      return ClassOrValueOutcome(*target, options.positive);
    case StudyModel::kSurvival:
      break;
  }
  return TimeOutcome(*target, event);
}

/// The columns to learn from.
Result<Table> FeaturesOf(const Table& table, const StudyOptions& options) {
  for (const std::string& name : options.drop) {
    TRY(Named(table, name, "--drop").status());
  }
  for (const auto& entry : options.monotone) {
    TRY(Named(table, entry.first, "--monotone").status());
  }
  Table features;
  for (const TableColumn& column : table.columns) {
    const bool dropped =
        std::find(options.drop.begin(), options.drop.end(), column.name) != options.drop.end();
    const bool told = column.name == options.target || column.name == options.event;
    if (!dropped && !told) features.columns.push_back(column);
  }
  if (features.columns.empty()) return Invalid("there is no column to learn from");
  return features;
}

/// A hash of all that a row says, so that rows have an order of their own.
std::vector<uint64_t> ContentKeys(const Table& table) {
  std::vector<uint64_t> keys(table.rows(), 0);
  for (const TableColumn& column : table.columns) {
    std::vector<uint64_t> of_value;
    for (const std::string& value : column.values) of_value.push_back(TextKey(value));
    for (size_t i = 0; i < keys.size(); ++i) {
      uint64_t own = 1;
      if (column.kind == TableKind::kCategory) {
        own = column.codes[i] < 0 ? 0 : of_value[static_cast<size_t>(column.codes[i])];
      } else if (!std::isnan(column.numbers[i])) {
        own = std::bit_cast<uint64_t>(column.numbers[i] + 0.0);
      }
      keys[i] = SaltedKey(keys[i] ^ own, 17);
    }
  }
  return keys;
}

/// The rows with an outcome, in an order that does not depend on the file's.
std::vector<size_t> CanonicalRows(const Table& table,
                                  const std::vector<uint64_t>& keys,
                                  const Outcome& outcome) {
  const std::vector<uint64_t> contents = ContentKeys(table);
  std::vector<size_t> rows;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (outcome.known[i] != 0) rows.push_back(i);
  }
  std::sort(rows.begin(), rows.end(), [&](size_t a, size_t b) {
    return keys[a] != keys[b] ? keys[a] < keys[b] : contents[a] < contents[b];
  });
  return rows;
}

Status CheckRows(const Outcome& outcome, const std::vector<size_t>& rows, int folds) {
  const size_t parts = folds > 1 ? static_cast<size_t>(folds) : 5;
  if (rows.size() < std::max(kRowsMin, 2 * parts)) {
    return Invalid(std::to_string(rows.size()) + (rows.size() == 1 ? " row is" : " rows are") +
                   " too few to learn from and to judge by")
        .WithRemedy("at least " + std::to_string(std::max(kRowsMin, 2 * parts)) +
                    " rows with an outcome are needed");
  }
  if (outcome.kind == OutcomeKind::kValue) return OkStatus();
  size_t positives = 0;
  for (const size_t row : rows) {
    const bool positive =
        outcome.kind == OutcomeKind::kClass ? outcome.values[row] > 0 : outcome.happened[row] != 0;
    if (positive) ++positives;
  }
  const size_t least = std::max(kClassRowsMin, parts);
  const size_t rarer = outcome.kind == OutcomeKind::kClass
                           ? std::min(positives, rows.size() - positives)
                           : positives;
  if (rarer >= least) return OkStatus();
  return Invalid("the rarer outcome occurs in " + std::to_string(rarer) + " rows")
      .WithRemedy("at least " + std::to_string(least) + " are needed, or a smaller --cv");
}

/// What a run over all folds gives.
struct Judged {
  std::vector<double> scores;  ///< by position in the canonical rows; NaN: never held out
  std::vector<std::pair<std::string, std::vector<double>>> beside;
  Json folds{Json::Array()};
  std::optional<FittedStudy> fitted;  ///< of the last fold
};

Status JudgeFold(const StudyData& data,
                 const StudyOptions& options,
                 const std::vector<int>& fold,
                 int f,
                 const std::function<void(double)>& progress,
                 Judged& judged) {
  std::vector<size_t> train;
  std::vector<size_t> test;
  for (size_t i = 0; i < fold.size(); ++i) (fold[i] == f ? test : train).push_back(i);
  if (train.empty() || test.empty()) {
    return Invalid("no rows are left on one side of the split")
        .WithRemedy(options.time.empty()
                        ? "--id must tell at least as many people apart as there are folds"
                        : "check --time: its values must differ");
  }
  ASSIGN_OR_RETURN(FittedStudy fitted, FitStudy(data, options, train, progress));
  ASSIGN_OR_RETURN(const std::vector<double> scores, ScoreStudy(fitted, data, options, test));
  ASSIGN_OR_RETURN(const auto beside, ScoreBeside(fitted, data, options, train, test));
  for (size_t i = 0; i < test.size(); ++i) judged.scores[test[i]] = scores[i];
  for (const auto& [name, values] : beside) {
    auto found = std::find_if(judged.beside.begin(),
                              judged.beside.end(),
                              [&name = name](const auto& entry) { return entry.first == name; });
    if (found == judged.beside.end()) {
      judged.beside.emplace_back(name, std::vector<double>(fold.size(), NAN));
      found = std::prev(judged.beside.end());
    }
    for (size_t i = 0; i < test.size(); ++i) found->second[test[i]] = values[i];
  }
  const Result<Json> figures = FiguresOf(data, scores, test, options.seed);
  Json row = Json::Of({{"fold", f}, {"train", train.size()}, {"test", test.size()}});
  if (figures.ok()) row.Set("figures", *figures);
  judged.folds.Push(std::move(row));
  judged.fitted = std::move(fitted);
  return OkStatus();
}

/// Rows whose fold is judged; the figures' population.
std::vector<size_t> JudgedRows(const std::vector<double>& scores) {
  std::vector<size_t> rows;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (!std::isnan(scores[i])) rows.push_back(i);
  }
  return rows;
}

std::vector<double> At(const std::vector<double>& values, const std::vector<size_t>& rows) {
  std::vector<double> chosen;
  chosen.reserve(rows.size());
  for (const size_t row : rows) chosen.push_back(values[row]);
  return chosen;
}

Result<Json> Baselines(const StudyData& data,
                       const Judged& judged,
                       const std::vector<size_t>& rows,
                       uint64_t seed) {
  Json baselines{Json::Object()};
  for (const auto& [name, values] : judged.beside) {
    const std::vector<double> own = At(values, rows);
    const bool whole = std::none_of(own.begin(), own.end(), [](double v) { return std::isnan(v); });
    if (!whole) continue;
    const Result<Json> figures = FiguresOf(data, own, rows, seed);
    if (!figures.ok()) return figures.status();
    baselines.Set(name, *figures);
  }
  return baselines;
}

/// The outer folds: by person, or the latest rows alone (fold 1 of 0 and 1).
Result<std::vector<int>> OuterFolds(const StudyData& data, const StudyOptions& options) {
  if (!options.time.empty()) {
    std::vector<int> fold = LatestFold(data.times, options.holdout_share);
    if (std::count(fold.begin(), fold.end(), 1) == 0) {
      return Invalid("--time '" + options.time + "' holds one value alone")
          .WithRemedy("leave --time out to hold out people by chance");
    }
    return fold;
  }
  if (options.folds > 1) {
    return DealtFolds(data.keys, data.strata, options.folds, SaltedKey(options.seed, 1));
  }
  const int parts = std::max(2, static_cast<int>(std::lround(1 / options.holdout_share)));
  std::vector<int> fold = DealtFolds(data.keys, data.strata, parts, SaltedKey(options.seed, 1));
  for (int& f : fold) f = f == 0 ? 1 : 0;
  return fold;
}

Result<StudyData> DataOf(const Table& table,
                         const std::vector<uint64_t>& keys,
                         const StudyOptions& options) {
  StudyData data;
  ASSIGN_OR_RETURN(data.outcome, OutcomeOf(table, options));
  ASSIGN_OR_RETURN(data.features, FeaturesOf(table, options));
  data.rows = CanonicalRows(table, keys, data.outcome);
  TRY(CheckRows(data.outcome, data.rows, options.folds));
  for (const size_t row : data.rows) {
    data.keys.push_back(keys[row]);
    data.targets.push_back(data.outcome.values[row]);
    if (!data.outcome.happened.empty()) data.happened.push_back(data.outcome.happened[row]);
  }
  data.strata = StrataOf(data);
  if (!options.time.empty()) {
    ASSIGN_OR_RETURN(const TableColumn* time, Named(table, options.time, "--time"));
    if (time->kind == TableKind::kCategory) {
      return Invalid("--time '" + options.time + "' holds text").WithRemedy("give a date column");
    }
    for (const size_t row : data.rows) data.times.push_back(time->numbers[row]);
  }
  if (!options.last_value.empty()) {
    ASSIGN_OR_RETURN(const TableColumn* last, Named(table, options.last_value, "--last-value"));
    if (last->kind == TableKind::kCategory) return Invalid("--last-value needs numbers");
    for (const size_t row : data.rows) {
      data.last_values.push_back(std::isfinite(last->numbers[row]) ? last->numbers[row] : 0);
    }
  }
  return data;
}

/// Judges each outer fold by a model of the others, or fold 1 alone.
Result<Judged> JudgeFolds(const StudyData& data,
                          const StudyOptions& options,
                          const std::vector<int>& fold,
                          bool crossed,
                          const std::function<void(double)>& progress) {
  Judged judged;
  judged.scores.assign(data.rows.size(), NAN);
  const int last = crossed ? options.folds : 2;
  for (int f = crossed ? 0 : 1; f < last; ++f) {
    const auto part = [&](double share) {
      if (progress) progress(crossed ? (f + share) / (options.folds + 1) : share);
    };
    TRY(JudgeFold(data, options, fold, f, part, judged));
  }
  return judged;
}

/// What `--group-fairness` names; null without it.
Result<const TableColumn*> GroupOf(const Table& table, const StudyOptions& options) {
  if (options.group.empty()) return nullptr;
  return Named(table, options.group, "--group-fairness");
}

}  // namespace

Result<Json> RunStudy(const Table& table,
                      const std::vector<uint64_t>& keys,
                      const StudyOptions& options,
                      const std::function<void(double)>& progress) {
  if (!options.time.empty() && options.folds > 1) {
    return Invalid("--cv and --time cannot go together")
        .WithRemedy("--time holds out the latest rows once; leave one of them out");
  }
  ASSIGN_OR_RETURN(const TableColumn* const group, GroupOf(table, options));
  ASSIGN_OR_RETURN(const StudyData data, DataOf(table, keys, options));
  ASSIGN_OR_RETURN(const std::vector<int> fold, OuterFolds(data, options));
  const bool crossed = options.folds > 1 && options.time.empty();
  ASSIGN_OR_RETURN(Judged judged, JudgeFolds(data, options, fold, crossed, progress));
  const std::vector<size_t> rows = JudgedRows(judged.scores);
  const std::vector<double> scores = At(judged.scores, rows);
  ASSIGN_OR_RETURN(Json report, FiguresOf(data, scores, rows, options.seed));
  ASSIGN_OR_RETURN(Json baselines, Baselines(data, judged, rows, options.seed));
  report.Set("baselines", std::move(baselines));
  AddTables(data, scores, rows, report);
  if (crossed) {
    // The model that is told about has learnt from every row.
    std::vector<size_t> all(data.rows.size());
    std::iota(all.begin(), all.end(), size_t{0});
    ASSIGN_OR_RETURN(FittedStudy whole, FitStudy(data, options, all, {}));
    judged.fitted = std::move(whole);
    report.Set("folds", std::move(judged.folds));
  }
  if (group != nullptr) {
    std::vector<size_t> own;
    own.reserve(rows.size());
    for (const size_t row : rows) own.push_back(data.rows[row]);
    report.Set("fairness", FairnessOf(data, scores, rows, GroupNames(*group, own), *group));
  }
  report.Set("evaluation",
             Json::Of({{"scheme", crossed ? "cross-validation" : "holdout"},
                       {"folds", crossed ? options.folds : 1},
                       {"split_by", options.time.empty() ? "person" : options.time},
                       {"judged_rows", rows.size()},
                       {"confidence", kFigureConfidence}}));
  TRY(AddModel(*judged.fitted, data, options, report));
  return report;
}

}  // namespace signet::pipelines
