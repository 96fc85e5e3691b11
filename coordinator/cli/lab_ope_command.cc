// `signet lab ope`: what a new policy would have earned, from another one's log in a plain file.

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/lab_commands.h"
#include "coordinator/cli/lab_experiment_text.h"
#include "coordinator/cli/lab_input.h"
#include "coordinator/cli/lab_metric.h"
#include "crypto/base/text.h"
#include "pipelines/decisions/off_policy.h"
#include "pipelines/experiments/value_sql.h"

namespace signet::coordinator {
namespace {

using pipelines::LoggedDecisions;

struct OpeOptions {
  std::string in, where, action, reward, propensity, policy;
  std::string policy_is = "auto";
  std::vector<std::string> features;
  std::string format = "text";
  pipelines::OffPolicyOptions statistics;
};

constexpr int kLevelsMax = 20;  ///< indicators per text feature

Result<std::string> TypeOf(LabInput& input, const std::string& sql) {
  return input.connection().QueryText("SELECT typeof(" + sql + ") FROM input LIMIT 1");
}

/// What --policy gives: the target's action, or a probability (or yes/no) of the logged one.
Result<bool> GivesAction(LabInput& input, const OpeOptions& o, const std::string& policy) {
  if (o.policy_is != "auto") return o.policy_is == "action";
  ASSIGN_OR_RETURN(const std::string type, TypeOf(input, policy));
  if (type == "BOOLEAN") return false;
  const bool fraction = type == "DOUBLE" || type == "FLOAT" || type.starts_with("DECIMAL");
  if (!fraction) return true;
  ASSIGN_OR_RETURN(const int64_t beyond,
                   input.connection().QueryInt64("SELECT count(*) FROM input WHERE NOT (" + policy +
                                                 " BETWEEN 0 AND 1)"));
  return beyond > 0;
}

Status ReadPolicy(LabInput& input,
                  const OpeOptions& o,
                  const std::string& action,
                  LoggedDecisions& log) {
  ASSIGN_OR_RETURN(const std::string policy, ColumnSql(input, o.policy));
  ASSIGN_OR_RETURN(
      const int64_t none,
      input.connection().QueryInt64("SELECT count(*) FROM input WHERE " + policy + " IS NULL"));
  if (none > 0) {
    return Invalid("--policy gives nothing (NULL) for " + std::to_string(none) + " rows")
        .WithRemedy("say what happens there: coalesce(..., 'default action')");
  }
  ASSIGN_OR_RETURN(const bool gives_action, GivesAction(input, o, policy));
  if (!gives_action) {
    ASSIGN_OR_RETURN(const std::string number,
                     pipelines::NumberSql(input.connection(), "input", policy));
    ASSIGN_OR_RETURN(log.target, input.Numbers(number));
    return OkStatus();
  }
  // In the action column's own type, so that 3 and 3.0 are one action.
  ASSIGN_OR_RETURN(const std::string type, TypeOf(input, action));
  ASSIGN_OR_RETURN(const std::vector<std::string> targets,
                   input.Texts("coalesce(CAST(TRY_CAST(" + policy + " AS " + type +
                               ") AS VARCHAR), CAST(" + policy + " AS VARCHAR))"));
  for (size_t i = 0; i < targets.size(); ++i) {
    const auto found = std::lower_bound(log.actions.begin(), log.actions.end(), targets[i]);
    const bool known = found != log.actions.end() && *found == targets[i];
    log.target_action.push_back(known ? static_cast<uint32_t>(found - log.actions.begin())
                                      : LoggedDecisions::kNoAction);
    log.target.push_back(log.target_action[i] == log.action[i] ? 1 : 0);
  }
  return OkStatus();
}

Status ReadActions(LabInput& input, const std::string& action, LoggedDecisions& log) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, input.Texts(action));
  const std::set<std::string> distinct(names.begin(), names.end());
  if (distinct.count("") > 0) {
    return Invalid("--action is empty in some rows").WithRemedy("leave them out with --where");
  }
  log.actions.assign(distinct.begin(), distinct.end());
  for (const std::string& name : names) {
    log.action.push_back(static_cast<uint32_t>(
        std::lower_bound(log.actions.begin(), log.actions.end(), name) - log.actions.begin()));
  }
  return OkStatus();
}

/// Whether `text` names `column` as a word of its own.
bool Names(const std::string& text, const std::string& column) {
  const auto letter = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  for (size_t at = text.find(column); at != std::string::npos; at = text.find(column, at + 1)) {
    const bool begins = at == 0 || !letter(text[at - 1]);
    const size_t end = at + column.size();
    if (begins && (end == text.size() || !letter(text[end]))) return true;
  }
  return false;
}

/// A numeric column as it is; a text column as indicators of its most frequent values.
Status ReadFeature(LabInput& input, const std::string& name, LoggedDecisions& log) {
  ASSIGN_OR_RETURN(const std::string sql, ColumnSql(input, name));
  const Result<std::string> number = pipelines::NumberSql(input.connection(), "input", sql);
  if (number.ok()) {
    ASSIGN_OR_RETURN(std::vector<double> values, input.Numbers(*number));
    for (double& value : values) {
      if (std::isinf(value)) value = std::nan("");
    }
    log.context.push_back(std::move(values));
    return OkStatus();
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> values, input.Texts(sql));
  std::map<std::string, int> counts;
  for (const std::string& value : values) ++counts[value];
  std::vector<std::pair<int, std::string>> levels;
  levels.reserve(counts.size());
  for (const auto& [value, count] : counts) levels.emplace_back(-count, value);
  std::sort(levels.begin(), levels.end());
  for (size_t l = 0; l < levels.size() && l < kLevelsMax; ++l) {
    std::vector<double> column(values.size());
    for (size_t i = 0; i < values.size(); ++i) column[i] = values[i] == levels[l].second ? 1 : 0;
    log.context.push_back(std::move(column));
  }
  return OkStatus();
}

Result<LoggedDecisions> ReadLog(LabInput& input, const OpeOptions& o) {
  LoggedDecisions log;
  const auto column = [&](const std::string& text, const char* option) {
    const Result<std::string> sql = ColumnSql(input, text);
    return sql.ok() ? sql : Result<std::string>(sql.status().WithContext(option));
  };
  ASSIGN_OR_RETURN(const std::string action, column(o.action, "--action"));
  ASSIGN_OR_RETURN(const std::string reward, column(o.reward, "--reward"));
  ASSIGN_OR_RETURN(const std::string propensity, column(o.propensity, "--propensity"));
  const auto numbers = [&](const std::string& sql) -> Result<std::vector<double>> {
    ASSIGN_OR_RETURN(const std::string number,
                     pipelines::NumberSql(input.connection(), "input", sql));
    return input.Numbers(number);
  };
  TRY(ReadActions(input, action, log));
  ASSIGN_OR_RETURN(log.reward, numbers(reward));
  ASSIGN_OR_RETURN(log.propensity, numbers(propensity));
  TRY(ReadPolicy(input, o, action, log));
  std::vector<std::string> features = o.features;
  for (const std::string& name : input.columns()) {
    const bool given = std::find(features.begin(), features.end(), name) != features.end();
    const bool outcome = name == o.action || name == o.reward || name == o.propensity;
    if (!given && !outcome && name != o.policy && Names(o.policy, name)) features.push_back(name);
  }
  for (const std::string& name : features) TRY(ReadFeature(input, name, log));
  return log;
}

std::string OpeText(const Json& json) {
  std::vector<std::vector<std::string>> rows = {{"estimate", "value", "low", "high"}};
  const auto add = [&](const std::string& name, const Json& e) {
    rows.push_back({name, FigureText(e["value"]), FigureText(e["low"]), FigureText(e["high"])});
  };
  add("logged policy", json["logged"]);
  add("inverse propensity (IPS)", json["ips"]);
  add("self-normalised (SNIPS)", json["snips"]);
  add("doubly robust (DR)", json["dr"]);
  add("DR - logged", json["over_logged"]);
  add("SNIPS - best fixed arm", json["over_best_fixed"]);
  std::string text = TableText(rows) + "\neffective sample size " +
                     FigureText(json["effective_sample_size"]) + " of " + FigureText(json["rows"]) +
                     ", largest weight " + FigureText(json["max_weight"]) + ", mean weight " +
                     FigureText(json["mean_weight"]["value"]) + "\n\n";
  rows = {{"fixed arm", "value", "low", "high", "rows"}};
  for (const Json& arm : json["fixed"].items()) {
    add(arm["action"].AsString(), arm);
    rows.back().push_back(FigureText(arm["rows"]));
  }
  text += TableText(rows) + "\n";
  for (const Json& warning : json["warnings"].items()) {
    text += "warning: " + warning.AsString() + "\n";
  }
  return text + json["text"].AsString() + "\n";
}

Status RunOpe(const OpeOptions& o) {
  ASSIGN_OR_RETURN(const std::unique_ptr<LabInput> input, LabInput::Open(o.in, o.where));
  ASSIGN_OR_RETURN(const LoggedDecisions log, ReadLog(*input, o));
  ASSIGN_OR_RETURN(const pipelines::OffPolicyReport report,
                   pipelines::EvaluateOffPolicy(log, o.statistics));
  const Json json = report.ToJson(log.actions, o.statistics.confidence);
  if (o.format == "json") {
    PrintJson(json);
  } else {
    PrintData(OpeText(json));
  }
  return OkStatus();
}

}  // namespace

void AddLabOpe(CLI::App& lab, CommandOutcome& outcome) {
  auto o = std::make_shared<OpeOptions>();
  CLI::App* ope =
      lab.add_subcommand("ope", "Judge a policy from another one's log, before it is live");
  ope->add_option("--in", o->in, "CSV, TSV, JSONL (also .gz) or Parquet file")->required();
  ope->add_option("--where", o->where, "SQL condition: only these rows");
  ope->add_option("--action", o->action, "Column of the action that was taken")->required();
  ope->add_option("--reward", o->reward, "Column of what it earned")->required();
  ope->add_option("--propensity", o->propensity, "Column: probability with which it was chosen")
      ->required();
  ope->add_option("--policy",
                  o->policy,
                  "SQL: the new policy's action; or its probability of the logged action (a "
                  "fraction, or a condition)")
      ->required();
  ope->add_option("--policy-is", o->policy_is, "auto, action or probability")
      ->check(CLI::IsMember({"auto", "action", "probability"}));
  ope->add_option("--features",
                  o->features,
                  "Columns known before the decision, for the reward model; those that --policy "
                  "names are taken anyway")
      ->delimiter(',');
  ope->add_option("--clip", o->statistics.clip, "Cut weights to this; 0: not")
      ->check(CLI::NonNegativeNumber);
  ope->add_option("--confidence", o->statistics.confidence, "Of all intervals")
      ->check(CLI::Range(0.5, 0.9999));
  ope->add_option("--format", o->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  ope->callback([o, &outcome] {
    const Status status = RunOpe(*o);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
