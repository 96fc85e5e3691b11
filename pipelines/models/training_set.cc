#include "pipelines/models/training_set.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/query/analyse_select.h"
#include "pipelines/record/label_flow.h"
#include "pipelines/record/option_doc.h"

namespace signet::pipelines {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr size_t kRowsMin = 100;
constexpr size_t kClassRowsMin = 10;

/// Purchases and their sum per subject in the label's window.
std::string LabelSql(const LabelOptions& label, Timestamp from, Timestamp to) {
  const std::string amount = label.amount.empty() ? "0"
                                                  : "coalesce(TRY_CAST(" + SqlName(label.amount) +
                                                        " AS DECIMAL(18,4)), 0)";
  std::string kept = amount + " >= 0";
  if (!label.returned.empty()) kept += " AND NOT coalesce(" + SqlName(label.returned) + ", FALSE)";
  return "SELECT subject, count(*) AS purchases, sum(" + amount + ") AS spent, min(epoch_us(CAST(" +
         SqlName(label.time) + " AS TIMESTAMP))) AS first_at FROM " + SqlName(label.input) +
         " WHERE subject IS NOT NULL AND " + SqlName(label.time) + " >= " + TimestampSql(from) +
         " AND " + SqlName(label.time) + " < " + TimestampSql(to) + " AND " + kept +
         " GROUP BY subject";
}

/// A label per subject, in the order of the features.
struct Labels {
  std::vector<float> values;
  std::vector<uint8_t> happened;
};

Labels LabelsOf(const FeatureMatrix& all, ModelKind kind, Timestamp from, Timestamp to) {
  constexpr double kMicrosPerDay = 86'400e6;
  const double window = static_cast<double>(to.micros - from.micros) / kMicrosPerDay;
  Labels labels;
  for (size_t i = 0; i < all.rows(); ++i) {
    const bool happened = all.extras[0][i] > 0;
    switch (kind) {
      case ModelKind::kChurn:
        labels.values.push_back(happened ? 0.0F : 1.0F);
        break;
      case ModelKind::kPropensity:
        labels.values.push_back(happened ? 1.0F : 0.0F);
        break;
      case ModelKind::kClv:
        labels.values.push_back(static_cast<float>(std::max(0.0, all.extras[1][i])));
        break;
      case ModelKind::kSurvival: {
        const double days = (all.extras[2][i] - static_cast<double>(from.micros)) / kMicrosPerDay;
        labels.values.push_back(
            static_cast<float>(happened ? std::clamp(days, 1e-3, window) : window));
        labels.happened.push_back(happened ? 1 : 0);
        break;
      }
    }
  }
  return labels;
}

void Place(const FeatureMatrix& all,
           const Labels& labels,
           const std::vector<size_t>& positions,
           LabelledRows& part) {
  part.rows = all.Rows(positions);
  for (const size_t i : positions) {
    part.labels.push_back(labels.values[i]);
    if (!labels.happened.empty()) part.happened.push_back(labels.happened[i]);
  }
}

/// Each subject's place in [0, 1): the lowest are held out, the next validate. By hash, or by
/// `fold_time`, the latest first and the missing last; ties fall by hash.
std::vector<double> PlacesOf(const FeatureMatrix& all, const TrainOptions& options, uint64_t seed) {
  std::vector<double> places(all.rows());
  for (size_t i = 0; i < places.size(); ++i) places[i] = FoldOf(all.subjects[i], seed);
  if (options.fold_time.empty()) return places;
  const std::vector<double>& times = all.extras[3];
  std::vector<size_t> order(places.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return times[a] > times[b] || (times[a] == times[b] && places[a] < places[b]);
  });
  for (size_t i = 0; i < order.size(); ++i) {
    places[order[i]] = static_cast<double>(i) / static_cast<double>(order.size());
  }
  return places;
}

void Split(const FeatureMatrix& all,
           const Labels& labels,
           const TrainOptions& options,
           uint64_t seed,
           TrainingSet& set) {
  const std::vector<double> places = PlacesOf(all, options, seed);
  std::vector<size_t> learning;
  std::vector<size_t> held;
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i] < options.holdout_share) {
      held.push_back(i);
      continue;
    }
    learning.push_back(i);
    const bool validates = places[i] < options.holdout_share + options.validation_share;
    set.learning.fold.push_back(validates ? 0 : -1);
  }
  Place(all, labels, learning, set.learning);
  Place(all, labels, held, set.holdout);
}

std::string_view OutcomeName(ModelKind kind) {
  switch (kind) {
    case ModelKind::kChurn:
      return "churned";
    case ModelKind::kClv:
      return "spent anything";
    case ModelKind::kPropensity:
    case ModelKind::kSurvival:
      break;
  }
  return "had the event";
}

/// Both outcomes must occur often enough in each fold to learn and to judge.
Status CheckFolds(const TrainingSet& set, ModelKind kind) {
  if (set.size() < kRowsMin) {
    return Invalid("train: " + std::to_string(set.size()) +
                   " eligible subjects are too few; at least " + std::to_string(kRowsMin) +
                   " are needed");
  }
  struct Counts {
    const char* name = "";
    size_t least = 0;
    size_t rows = 0, positives = 0;
  };
  Counts folds[] = {{"training", kClassRowsMin}, {"validation", 2}, {"holdout", 2}};
  const auto count = [&](const LabelledRows& rows, size_t i, Counts& fold) {
    ++fold.rows;
    const bool positive = kind == ModelKind::kSurvival ? rows.happened[i] != 0 : rows.labels[i] > 0;
    fold.positives += positive ? 1 : 0;
  };
  for (size_t i = 0; i < set.learning.size(); ++i) {
    count(set.learning, i, folds[set.learning.fold[i] + 1]);
  }
  for (size_t i = 0; i < set.holdout.size(); ++i) count(set.holdout, i, folds[2]);
  for (const Counts& fold : folds) {
    const bool classes = kind == ModelKind::kChurn || kind == ModelKind::kPropensity;
    const bool lacks =
        fold.positives < fold.least || (classes && fold.rows - fold.positives < fold.least);
    if (!lacks) continue;
    return Invalid("train: of " + std::to_string(fold.rows) + " subjects in the " + fold.name +
                   " fold " + std::to_string(fold.positives) + " " +
                   std::string(OutcomeName(kind)) +
                   ": nothing can be learnt from one outcome alone");
  }
  return OkStatus();
}

Result<std::string> EligibleSql(const TrainOptions& options, const Schema& schema) {
  const std::string view = SqlName(options.features);
  if (options.where.empty()) return view;
  TRY(query::AnalyseExpression(options.where, options.features, schema)
          .status()
          .WithContext("train: where"));
  return "(SELECT * FROM " + view + " WHERE (" + options.where + "\n))";
}

/// A feature as a number that rises with time.
std::string FoldTimeSql(const std::string& name, const Schema& schema) {
  const Column* column = schema.Find(name);
  const bool moment = column != nullptr &&
                      (column->type == ColumnType::kDate || column->type == ColumnType::kTimestamp);
  const std::string field = "f." + SqlName(name);
  return moment ? "epoch_us(CAST(" + field + " AS TIMESTAMP))" : field;
}

}  // namespace

std::vector<uint8_t> LabelledRows::Classes() const {
  std::vector<uint8_t> classes;
  for (const float label : labels) classes.push_back(label > 0 ? 1 : 0);
  return classes;
}

std::vector<double> LabelledRows::Values() const {
  return {labels.begin(), labels.end()};
}

double FoldOf(const SubjectId& subject, uint64_t seed) {
  uint64_t halves[2];
  std::memcpy(halves, subject.value.data(), sizeof(halves));
  uint64_t z = seed + 0x9E3779B97F4A7C15ULL;
  for (const uint64_t half : halves) {
    z ^= half;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    z ^= z >> 31U;
  }
  return static_cast<double>(z >> 11U) * 0x1p-53;
}

Result<Timestamp> FeaturesCutoff(query::Connection& connection, const std::string& input) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query("SELECT min(features_at), max(features_at), count(*) - "
                                    "count(features_at) FROM " +
                                    SqlName(input)));
  query::Chunk chunk;
  ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
  if (!more || chunk.size() != 1) return Internal("the cut-off's query gave no row");
  if (chunk.IsNull(0, 0)) return Invalid("train: there are no rows of features");
  if (chunk.Int64(0, 0) != chunk.Int64(1, 0) || chunk.Int64(2, 0) != 0) {
    return Invalid("train: the features have more than one cut-off");
  }
  return Timestamp{chunk.Int64(0, 0)};
}

namespace {

struct LabelWindow {
  Timestamp cutoff, from, to;
};

Result<LabelWindow> WindowOf(query::Connection& connection,
                             const TrainOptions& options,
                             Timestamp as_of) {
  LabelWindow window;
  ASSIGN_OR_RETURN(window.cutoff, FeaturesCutoff(connection, options.features));
  const LabelOptions& label = options.label;
  window.from.micros = window.cutoff.micros + label.gap_seconds * kMicrosPerSecond;
  window.to.micros = window.from.micros + label.window_seconds * kMicrosPerSecond;
  if (window.to <= as_of) return window;
  return Invalid("train: the label's window ends " + TimestampText(window.to) + ", after as_of " +
                 TimestampText(as_of) +
                 ": labels would be censored; take features at an earlier cut-off");
}

/// Eligible people `f` with what happened in the window, `l`.
Result<std::string> LabelledSql(const TrainOptions& options,
                                const Schema& schema,
                                const LabelWindow& window) {
  ASSIGN_OR_RETURN(const std::string eligible, EligibleSql(options, schema));
  return eligible + " f LEFT JOIN (" + LabelSql(options.label, window.from, window.to) +
         ") l ON l.subject = f.subject";
}

}  // namespace

Result<LabelledRows> ReadJudgedRows(query::Connection& connection,
                                    const TrainOptions& options,
                                    const FeatureEncoder& encoder,
                                    const std::map<std::string, Schema>& inputs,
                                    const StageContext& context) {
  ASSIGN_OR_RETURN(const LabelWindow window, WindowOf(connection, options, context.as_of));
  ASSIGN_OR_RETURN(const std::string from,
                   LabelledSql(options, inputs.at(options.features), window));
  LabelledRows judged;
  ASSIGN_OR_RETURN(judged.rows,
                   encoder.Read(connection, from, {"l.purchases", "l.spent", "l.first_at"}));
  Labels labels = LabelsOf(judged.rows, options.model, window.from, window.to);
  judged.labels = std::move(labels.values);
  judged.happened = std::move(labels.happened);
  return judged;
}

Result<TrainingSet> ReadTrainingSet(query::Connection& connection,
                                    const TrainOptions& options,
                                    const std::map<std::string, Schema>& inputs,
                                    const StageContext& context) {
  const Schema& schema = inputs.at(options.features);
  TrainingSet set;
  ASSIGN_OR_RETURN(const LabelWindow window, WindowOf(connection, options, context.as_of));
  set.cutoff = window.cutoff;
  set.label_from = window.from;
  set.label_to = window.to;
  ASSIGN_OR_RETURN(
      set.encoder,
      FeatureEncoder::Learn(connection, options.features, schema, options.drop, options.min_leaf));
  ASSIGN_OR_RETURN(const std::string from, LabelledSql(options, schema, window));
  std::vector<std::string> extras = {"l.purchases", "l.spent", "l.first_at"};
  if (!options.fold_time.empty()) extras.push_back(FoldTimeSql(options.fold_time, schema));
  ASSIGN_OR_RETURN(const FeatureMatrix all, set.encoder.Read(connection, from, extras));
  const Labels labels = LabelsOf(all, options.model, set.label_from, set.label_to);
  Split(all, labels, options, context.seed, set);
  TRY(CheckFolds(set, options.model));
  return set;
}

}  // namespace signet::pipelines
