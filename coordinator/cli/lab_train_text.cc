#include "coordinator/cli/lab_train_text.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

/// Every figure that a report may hold, in the order in which it is told.
constexpr std::pair<const char*, const char*> kFigures[] = {
    {"auc", "AUC"},
    {"pr_auc", "PR-AUC (average precision)"},
    {"log_loss", "log loss"},
    {"brier", "Brier score"},
    {"calibration_error", "calibration error (equal mass)"},
    {"ece", "ECE (10 equal widths)"},
    {"base_rate", "base rate"},
    {"mean_predicted", "mean prediction"},
    {"rmse", "RMSE"},
    {"mae", "MAE"},
    {"bias", "bias"},
    {"r2", "R squared"},
    {"spearman", "Spearman"},
    {"gini", "Gini"},
    {"normalised_gini", "normalised Gini"},
    {"top_decile_share", "share of the top decile"},
    {"mean_value", "mean value"},
    {"concordance", "concordance (Harrell)"},
    {"events", "events"},
    {"censored", "censored"},
    {"median_relative_error", "median relative error"},
};

std::string Number(const Json& json) {
  if (json.is_null()) return "-";
  if (json.is_string()) return json.AsString();
  if (json.is_bool()) return json.AsBool() ? "yes" : "no";
  if (json.is_int()) return WithThousands(json.AsInt());
  char text[64];
  const auto end =
      std::to_chars(text, text + sizeof(text), json.AsDouble(), std::chars_format::general, 5);
  return {text, end.ptr};
}

/// "0.8412 [0.83, 0.852]".
std::string Figure(const Json& json) {
  if (!json.is_object()) return Number(json);
  return Number(json["value"]) + " [" + Number(json["low"]) + ", " + Number(json["high"]) + "]";
}

/// How many columns a text takes: UTF-8 continuation bytes take none.
size_t Width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string Rows(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], Width(row[c]));
  }
  std::string text;
  for (const auto& row : rows) {
    text += "  ";
    for (size_t c = 0; c < row.size(); ++c) {
      text += row[c];
      if (c + 1 < row.size()) text += std::string(widths[c] - Width(row[c]) + 2, ' ');
    }
    text += "\n";
  }
  return text;
}

/// A list of objects as a table of their named fields.
std::string Table(const Json& list, const std::vector<std::string>& fields) {
  std::vector<std::vector<std::string>> rows = {fields};
  for (const Json& item : list.items()) {
    std::vector<std::string> row;
    row.reserve(fields.size());
    for (const std::string& field : fields) row.push_back(Figure(item[field]));
    rows.push_back(std::move(row));
  }
  return Rows(rows);
}

std::string Quality(const Json& report) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> head = {"", "this model"};
  for (const auto& entry : report["baselines"].fields()) head.push_back(entry.first);
  rows.push_back(head);
  for (const auto& [key, name] : kFigures) {
    if (!report.Has(key)) continue;
    std::vector<std::string> row = {name, Figure(report[key])};
    for (const auto& entry : report["baselines"].fields()) row.push_back(Figure(entry.second[key]));
    rows.push_back(std::move(row));
  }
  return Rows(rows);
}

std::string Rules(const Json& surrogate) {
  std::string text = "\nThe model as one small tree (it tells " + Number(surrogate["fidelity_r2"]) +
                     " of the scores' variance)\n";
  for (const Json& rule : surrogate["rules"].items()) {
    const std::string when = Join(rule["when"].AsStrings(), " and ");
    text += "  " + Number(rule["mean_score"]) + " for " + Number(rule["rows"]) +
            " rows: " + (when.empty() ? "all" : when) + "\n";
  }
  return text;
}

std::string Fairness(const Json& fairness) {
  std::string text = "\nFairness by " + fairness["column"].AsString() + "\n";
  const bool classes = fairness.Has("demographic_parity");
  text += Table(
      fairness["groups"],
      classes ? std::vector<std::string>{"group",
                                         "rows",
                                         "base_rate",
                                         "mean_score",
                                         "auc",
                                         "selected",
                                         "true_positive_rate",
                                         "false_positive_rate"}
              : std::vector<std::string>{"group", "rows", "mean_value", "mean_predicted", "bias"});
  for (const char* gap : {"demographic_parity",
                          "disparate_impact",
                          "equal_opportunity",
                          "calibration",
                          "relative_bias"}) {
    if (fairness.Has(gap)) text += "  " + std::string(gap) + ": " + Number(fairness[gap]) + "\n";
  }
  return text;
}

std::string Lines(const char* title, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += (text.empty() ? std::string("\n") + title + "\n" : "") + "  " + line + "\n";
  }
  return text;
}

}  // namespace

std::string LabTrainText(const Json& report) {
  const Json& trees = report["trees"];
  std::string text = report["model"].AsString() + " of '" + report["target"].AsString() + "'";
  if (report.Has("positive")) text += " = " + report["positive"].AsString();
  text += ", " + Number(report["rows"]) + " rows, " + trees["method"].AsString() + ", " +
          Number(trees["rounds"]) + " trees, judged on " +
          Number(report["evaluation"]["judged_rows"]) + " rows (" +
          report["evaluation"]["scheme"].AsString() + " by " +
          report["evaluation"]["split_by"].AsString() + "), 95 % intervals\n";
  text += Quality(report);
  if (report["deciles"].size() > 0) {
    text += "\nDeciles by score\n";
    text += report.Has("concordance")
                ? Table(report["deciles"], {"decile", "rows", "predicted", "events", "observed"})
                : Table(report["deciles"],
                        {"decile", "rows", "predicted", "observed", "lift", "gains"});
  }
  if (report["calibration"].size() > 0) {
    text += "\nCalibration (" + trees["calibration"].AsString() + ")\n" +
            Table(report["calibration"], {"rows", "predicted", "observed"});
  }
  if (report["importances"].size() > 0) {
    text += "\nWhat moves scores (mean absolute Shapley contribution)\n" +
            Table(report["importances"], {"feature", "mean_effect", "share"});
  }
  text += Rules(report["surrogate"]);
  if (report["fairness"].is_object()) text += Fairness(report["fairness"]);
  std::vector<std::string> alarms;
  for (const Json& alarm : report["alarms"].items()) {
    alarms.push_back("ALARM " + alarm["feature"].AsString() + " (" +
                     Number(alarm.Has("auc") ? alarm["auc"] : alarm["spearman"]) +
                     "): " + alarm["reason"].AsString());
  }
  text += Lines("Alarms", alarms);
  text += Lines("Notes", report["notes"].AsStrings());
  text += Lines("Limits", report["card"]["limits"].AsStrings());
  return text;
}

std::string LabDriftText(const Json& report) {
  std::string text = "Drift: " + report["verdict"].AsString() + " (" +
                     Number(report["rows"]["reference"]) + " rows then, " +
                     Number(report["rows"]["current"]) + " now)\n";
  text += Table(report["columns"],
                {"column",
                 "kind",
                 "psi",
                 "psi_noise",
                 "ks",
                 "ks_p",
                 "missing_reference",
                 "missing_current",
                 "new_values_share",
                 "verdict"});
  if (report.Has("score")) {
    text += "\nThe score\n" + Table(Json::List({report["score"]}),
                                    {"column", "psi", "psi_noise", "ks", "ks_p", "verdict"});
  }
  if (report.Has("performance")) {
    const Json& performance = report["performance"];
    text += "\nPerformance\n" +
            Table(Json::List({performance["reference"], performance["current"]}),
                  {"rows", "auc", "log_loss", "brier", "calibration_error"}) +
            "  change of AUC " + Figure(performance["auc_change"]) + "\n";
  }
  const Json& retrain = report["retrain"];
  text += std::string("\nRetrain: ") + (retrain["needed"].AsBool() ? "yes" : "no") + "\n";
  for (const std::string& reason : retrain["reasons"].AsStrings()) text += "  " + reason + "\n";
  text += Lines("Notes", report["notes"].AsStrings());
  text += "\n" + report["normalisation"].AsString() + "\n";
  return text;
}

}  // namespace signet::coordinator
