// What a study tells about its model: importances, rules, alarms, the card.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crypto/primitives/sha256.h"
#include "pipelines/math/intervals.h"
#include "pipelines/models/importance.h"
#include "pipelines/models/study_parts.h"
#include "pipelines/models/surrogate_tree.h"

namespace signet::pipelines {
namespace {

constexpr size_t kReasonRowsMax = 2000;
constexpr size_t kSurrogateRowsMax = 50'000;
constexpr size_t kImportances = 25;

std::string_view StudyModelName(StudyModel model) {
  switch (model) {
    case StudyModel::kChurn:
      return "churn";
    case StudyModel::kClv:
      return "clv";
    case StudyModel::kForest:
      return "forest";
    case StudyModel::kSurvival:
      break;
  }
  return "survival";
}

/// The first rows: their order is that of a hash.
RowMatrix Head(const FittedStudy& fitted, size_t rows_max) {
  const size_t columns = fitted.encoder.size();
  const size_t rows = std::min(fitted.cells.size() / columns, rows_max);
  return {{fitted.cells.data(), rows * columns}, columns};
}

Json Alarms(const FittedStudy& fitted, const StudyData& data) {
  const RowMatrix rows{fitted.cells, fitted.encoder.size()};
  const std::vector<std::string> names = fitted.encoder.Names();
  if (data.outcome.kind == OutcomeKind::kClass) {
    std::vector<uint8_t> classes;
    for (const size_t p : fitted.positions) classes.push_back(data.targets[p] > 0 ? 1 : 0);
    return ClassLeakAlarms(rows, classes, names);
  }
  std::vector<double> values;
  for (const size_t p : fitted.positions) values.push_back(static_cast<double>(data.targets[p]));
  return ValueLeakAlarms(rows, values, names);
}

Json ModelJson(const FittedStudy& fitted, const StudyOptions& options) {
  const Learnt& learnt = fitted.learnt;
  const BoosterOptions& p = learnt.params;
  Json json = Json::Of({{"method", TreeMethodName(learnt.model.method)},
                        {"rounds", learnt.model.main.rounds()},
                        {"max_depth", p.max_depth},
                        {"learning_rate", Rounded(p.learning_rate)},
                        {"min_child_weight", Rounded(p.min_child_weight)},
                        {"lambda", Rounded(p.lambda)},
                        {"column_share", Rounded(p.column_share)},
                        {"bins", p.max_bin},
                        {"calibration", learnt.calibration},
                        {"class_weight", options.balance ? "balanced" : "none"},
                        {"validation_loss", Rounded(learnt.validation_loss)},
                        {"search", learnt.search},
                        {"seed", options.seed}});
  if (learnt.model.method == TreeMethod::kSurvival) json.Set("sigma", Rounded(learnt.model.sigma));
  const Result<Bytes> trees = learnt.model.main.Save();
  if (trees.ok()) json.Set("trees_sha256", ToHex(crypto::Sha256::Of(*trees)));
  return json;
}

Json LimitsOf(const StudyData& data, const StudyOptions& options) {
  std::vector<std::string> limits = {
      "Scores tell what is likely, not what an action would change.",
      "Quality holds for people like those in the file; watch drift and learn again."};
  if (options.time.empty()) {
    limits.emplace_back(
        "Rows were held out by person, not by time: season and trend are not judged; --time does.");
  }
  limits.emplace_back(
      "Whether every column was known before the outcome, the file cannot tell: see the alarms.");
  if (data.outcome.kind == OutcomeKind::kTime) {
    limits.emplace_back("Censoring is taken to be independent of the time, given the columns.");
  }
  return Json::Strings(limits);
}

/// The figures' copy in the card: what an approver must see.
Json CardMetrics(const Json& report) {
  Json metrics{Json::Object()};
  for (const char* name : {"auc",
                           "pr_auc",
                           "log_loss",
                           "brier",
                           "calibration_error",
                           "ece",
                           "rmse",
                           "mae",
                           "spearman",
                           "normalised_gini",
                           "concordance"}) {
    if (report.Has(name)) metrics.Set(name, report[name]);
  }
  return metrics;
}

}  // namespace

Status AddModel(const FittedStudy& fitted,
                const StudyData& data,
                const StudyOptions& options,
                Json& report) {
  ASSIGN_OR_RETURN(const std::vector<double> contributions,
                   fitted.learnt.model.Contributions(Head(fitted, kReasonRowsMax)));
  report.Set("importances", ImportancesJson(contributions, fitted.encoder.Sources(), kImportances));
  const CutList& cuts = fitted.learnt.model.cuts;
  const CodeMatrix codes = cuts.Encode(Head(fitted, kSurrogateRowsMax), options.threads);
  ASSIGN_OR_RETURN(const std::vector<double> scores,
                   fitted.learnt.model.ScoreCodes(codes, options.threads));
  report.Set("surrogate",
             SurrogateTree::Grow(codes, scores, {}).ToJson(cuts, fitted.encoder.ForRules()));
  report.Set("alarms", Alarms(fitted, data));
  std::vector<std::string> notes = data.outcome.notes;
  notes.insert(notes.end(), fitted.encoder.notes().begin(), fitted.encoder.notes().end());
  report.Set("notes", Json::Strings(notes));
  report.Set("columns", fitted.encoder.ToJson());
  report.Set("model", StudyModelName(options.model));
  report.Set("trees", ModelJson(fitted, options));
  report.Set("rows", data.rows.size());
  report.Set("target", options.target);
  if (!data.outcome.positive.empty()) report.Set("positive", data.outcome.positive);
  Json card = Json::Of(
      {{"data",
        Json::Of({{"rows", data.rows.size()},
                  {"features", fitted.encoder.size()},
                  {"target", options.target},
                  {"rows_learnt_from", fitted.positions.size()}})},
       {"window",
        options.time.empty() ? "not told by the file" : "the latest rows by " + options.time},
       {"metrics", CardMetrics(report)},
       {"calibration", fitted.learnt.calibration},
       {"fairness", report["fairness"]},
       {"limits", LimitsOf(data, options)}});
  report.Set("card", std::move(card));
  return OkStatus();
}

}  // namespace signet::pipelines
