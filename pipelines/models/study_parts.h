/// The parts of a study: fitting on some of the rows, scoring others, figures, and the model's
/// card.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/models/learner.h"
#include "pipelines/models/outcome.h"
#include "pipelines/models/study.h"
#include "pipelines/models/table_encoder.h"

namespace signet::pipelines {

/// What a study works on. Positions below are positions in `rows`.
struct StudyData {
  Table features;
  Outcome outcome;
  std::vector<size_t> rows;  ///< of the table, with an outcome, in canonical order
  std::vector<uint64_t> keys;
  std::vector<float> targets;
  std::vector<uint8_t> happened;
  std::vector<int> strata;
  std::vector<double> times;        ///< for a split by time; else empty
  std::vector<double> last_values;  ///< for the baseline; else empty
};

/// Strata for alike folds: the class, the event, or tenths of the value.
std::vector<int> StrataOf(const StudyData& data);

struct FittedStudy {
  TableEncoder encoder;
  Learnt learnt;
  std::optional<Learnt> two_part;  ///< clv: learnt beside
  std::vector<size_t> positions;   ///< learnt from
  std::vector<float> cells;        ///< of `positions`
};

/// Learns from the rows at `positions`; inner folds (by person, or the latest rows) stop and
/// calibrate.
Result<FittedStudy> FitStudy(const StudyData& data,
                             const StudyOptions& options,
                             std::vector<size_t> positions,
                             const std::function<void(double)>& progress);
Result<std::vector<double>> ScoreStudy(const FittedStudy& fitted,
                                       const StudyData& data,
                                       const StudyOptions& options,
                                       const std::vector<size_t>& positions);

using NamedScores = std::vector<std::pair<std::string, std::vector<double>>>;
/// Baselines and variants, learnt from `train`: logistic regression; the mean, last period's value
/// (scaled to the mean), probability x amount, and the average of the two models.
Result<NamedScores> ScoreBeside(const FittedStudy& fitted,
                                const StudyData& data,
                                const StudyOptions& options,
                                const std::vector<size_t>& train,
                                const std::vector<size_t>& test);

/// figures.h by the outcome's kind.
Result<Json> FiguresOf(const StudyData& data,
                       std::span<const double> scores,
                       std::span<const size_t> positions,
                       uint64_t seed);
/// Adds "deciles" and, for classes, "calibration".
void AddTables(const StudyData& data,
               std::span<const double> scores,
               std::span<const size_t> positions,
               Json& report);
Json FairnessOf(const StudyData& data,
                std::span<const double> scores,
                std::span<const size_t> positions,
                const std::vector<std::string>& groups,
                const TableColumn& column);
/// Adds "importances", "surrogate", "alarms", "notes", "columns", "model" and "card".
Status AddModel(const FittedStudy& fitted,
                const StudyData& data,
                const StudyOptions& options,
                Json& report);

}  // namespace signet::pipelines
