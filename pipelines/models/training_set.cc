#include "pipelines/models/training_set.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
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

/// The one cut-off that all feature rows carry.
Result<Timestamp> CutoffOf(query::Connection& connection, const std::string& view) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query("SELECT min(features_at), max(features_at), count(*) - "
                                    "count(features_at) FROM " +
                                    SqlName(view)));
  query::Chunk chunk;
  ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
  if (!more || chunk.size() != 1) return Internal("the cut-off's query gave no row");
  if (chunk.IsNull(0, 0)) return Invalid("train: there are no rows of features");
  if (chunk.Int64(0, 0) != chunk.Int64(1, 0) || chunk.Int64(2, 0) != 0) {
    return Invalid("train: the features have more than one cut-off");
  }
  return Timestamp{chunk.Int64(0, 0)};
}

/// Purchases and their sum per subject in the label's window.
std::string LabelSql(const LabelOptions& label, Timestamp from, Timestamp to) {
  const std::string amount = label.amount.empty() ? "0"
                                                  : "coalesce(TRY_CAST(" + SqlName(label.amount) +
                                                        " AS DECIMAL(18,4)), 0)";
  std::string kept = amount + " >= 0";
  if (!label.returned.empty()) kept += " AND NOT coalesce(" + SqlName(label.returned) + ", FALSE)";
  return "SELECT subject, count(*) AS purchases, sum(" + amount + ") AS spent FROM " +
         SqlName(label.input) + " WHERE subject IS NOT NULL AND " + SqlName(label.time) +
         " >= " + TimestampSql(from) + " AND " + SqlName(label.time) + " < " + TimestampSql(to) +
         " AND " + kept + " GROUP BY subject";
}

void Place(const FeatureMatrix& all,
           const std::vector<float>& labels,
           std::vector<size_t> positions,
           LabelledRows& fold) {
  fold.rows = all.Rows(positions);
  for (const size_t i : positions) fold.labels.push_back(labels[i]);
  fold.positions = std::move(positions);
}

void Split(const FeatureMatrix& all,
           const std::vector<float>& labels,
           const TrainOptions& options,
           uint64_t seed,
           TrainingSet& set) {
  std::vector<size_t> positions[3];
  for (size_t i = 0; i < labels.size(); ++i) {
    const double u = FoldOf(all.subjects[i], seed);
    const bool held = u < options.holdout_share;
    const bool validates = u < options.holdout_share + options.validation_share;
    positions[held ? 2 : validates ? 1 : 0].push_back(i);
  }
  Place(all, labels, std::move(positions[0]), set.train);
  Place(all, labels, std::move(positions[1]), set.validation);
  Place(all, labels, std::move(positions[2]), set.holdout);
}

/// Both outcomes must occur often enough in each fold to learn and to judge.
Status CheckFolds(const TrainingSet& set, ModelKind kind) {
  if (set.size() < kRowsMin) {
    return Invalid("train: " + std::to_string(set.size()) +
                   " eligible subjects are too few; at least " + std::to_string(kRowsMin) +
                   " are needed");
  }
  struct Fold {
    const char* name;
    const LabelledRows& rows;
    size_t least;
  };
  for (const Fold& fold : {Fold{"training", set.train, kClassRowsMin},
                           Fold{"validation", set.validation, 2},
                           Fold{"holdout", set.holdout, 2}}) {
    const auto positives = static_cast<size_t>(std::count_if(
        fold.rows.labels.begin(), fold.rows.labels.end(), [](float v) { return v > 0; }));
    const size_t zeros = fold.rows.size() - positives;
    const bool lacks = positives < fold.least || (kind == ModelKind::kChurn && zeros < fold.least);
    if (!lacks) continue;
    const std::string outcome = kind == ModelKind::kChurn ? "churned" : "spent anything";
    return Invalid("train: of " + std::to_string(fold.rows.size()) + " subjects in the " +
                   fold.name + " fold " + std::to_string(positives) + " " + outcome +
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

Result<TrainingSet> ReadTrainingSet(query::Connection& connection,
                                    const TrainOptions& options,
                                    const std::map<std::string, Schema>& inputs,
                                    const StageContext& context) {
  const Schema& schema = inputs.at(options.features);
  TrainingSet set;
  ASSIGN_OR_RETURN(set.cutoff, CutoffOf(connection, options.features));
  const LabelOptions& label = options.label;
  set.label_from.micros = set.cutoff.micros + label.gap_seconds * kMicrosPerSecond;
  set.label_to.micros = set.label_from.micros + label.window_seconds * kMicrosPerSecond;
  if (set.label_to > context.as_of) {
    return Invalid("train: the label's window ends " + TimestampText(set.label_to) +
                   ", after as_of " + TimestampText(context.as_of) +
                   ": labels would be censored; take features at an earlier cut-off");
  }
  ASSIGN_OR_RETURN(set.encoder,
                   FeatureEncoder::Learn(connection, options.features, schema, options.drop));
  ASSIGN_OR_RETURN(const std::string eligible, EligibleSql(options, schema));
  const std::string from = eligible + " f LEFT JOIN (" +
                           LabelSql(label, set.label_from, set.label_to) +
                           ") l ON l.subject = f.subject";
  ASSIGN_OR_RETURN(FeatureMatrix all,
                   set.encoder.Read(connection, from, {"l.purchases", "l.spent"}));
  std::vector<float> labels(all.rows());
  for (size_t i = 0; i < labels.size(); ++i) {
    const bool churn = options.model == ModelKind::kChurn;
    const double spent = all.extras[1][i];
    labels[i] =
        churn ? (all.extras[0][i] > 0 ? 0.0F : 1.0F) : static_cast<float>(std::max(0.0, spent));
  }
  Split(all, labels, options, context.seed, set);
  TRY(CheckFolds(set, options.model));
  return set;
}

}  // namespace signet::pipelines
