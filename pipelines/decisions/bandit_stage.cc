#include "pipelines/decisions/bandit_stage.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <utility>

#include "crypto/base/ids.h"
#include "crypto/base/text.h"
#include "pipelines/decisions/off_policy.h"
#include "pipelines/math/exact_sum.h"
#include "pipelines/math/intervals.h"
#include "pipelines/models/training_set.h"
#include "pipelines/record/label_flow.h"

namespace signet::pipelines {
namespace {

using Inputs = std::map<std::string, Schema>;

constexpr uint64_t kChoiceSalt = 0xBA2D17C4012CEULL;

/// Rows of numbers: one per subject or decision, NaN where a value is missing.
struct Contexts {
  std::vector<Uuid> subjects;
  std::vector<std::vector<double>> columns;

  [[nodiscard]] size_t rows() const { return subjects.size(); }
};

struct Log {
  Contexts contexts;
  std::vector<uint32_t> action;
  std::vector<double> reward;
  std::vector<double> propensity;  ///< if the options name it
};

std::string ColumnsSql(const std::vector<std::string>& names, const std::string& of) {
  std::string sql;
  for (const std::string& name : names) {
    sql += ", TRY_CAST(" + of + SqlName(name) + " AS DOUBLE)";
  }
  return sql;
}

double NumberAt(const query::Chunk& chunk, size_t column, size_t row) {
  const double missing = std::numeric_limits<double>::quiet_NaN();
  if (chunk.IsNull(column, row)) return missing;
  const double value = chunk.Double(column, row);
  return std::isfinite(value) ? value : missing;
}

/// One row a subject, ascending; of several the first by the order of its values.
Result<Contexts> ReadPopulation(query::Connection& connection, const BanditStageOptions& o) {
  ASSIGN_OR_RETURN(
      const std::unique_ptr<query::Rows> rows,
      connection.Query("SELECT subject" + ColumnsSql(o.context, "") + " FROM " +
                       SqlName(o.population) + " WHERE subject IS NOT NULL ORDER BY ALL"));
  Contexts contexts;
  contexts.columns.resize(o.context.size());
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return contexts;
    for (size_t r = 0; r < chunk.size(); ++r) {
      const Uuid subject = chunk.GetUuid(0, r);
      if (!contexts.subjects.empty() && contexts.subjects.back() == subject) continue;
      contexts.subjects.push_back(subject);
      for (size_t c = 0; c < o.context.size(); ++c) {
        contexts.columns[c].push_back(NumberAt(chunk, c + 1, r));
      }
    }
  }
}

/// The log's columns where it holds the whole context, else the population's by subject.
std::string LogSql(const BanditStageOptions& o, const Schema& log) {
  const bool own = std::all_of(o.context.begin(), o.context.end(), [&](const std::string& name) {
    return log.Find(name) != nullptr;
  });
  const std::string propensity =
      o.propensity.empty() ? "" : ", TRY_CAST(l." + SqlName(o.propensity) + " AS DOUBLE)";
  const std::string from =
      own ? "" : " JOIN " + SqlName(o.population) + " p ON p.subject = l.subject";
  return "SELECT l.subject, CAST(l." + SqlName(o.action) + " AS VARCHAR), TRY_CAST(l." +
         SqlName(o.reward) + " AS DOUBLE)" + ColumnsSql(o.context, own ? "l." : "p.") + propensity +
         " FROM " + SqlName(o.log) + " l" + from + " WHERE l.subject IS NOT NULL AND l." +
         SqlName(o.reward) + " IS NOT NULL ORDER BY ALL";
}

Result<Log> ReadLog(query::Connection& connection,
                    const BanditStageOptions& o,
                    const Inputs& inputs) {
  Log log;
  log.contexts.columns.resize(o.context.size());
  if (o.log.empty()) return log;
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query(LogSql(o, inputs.at(o.log))));
  query::Chunk chunk;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return log;
    for (size_t r = 0; r < chunk.size(); ++r) {
      const std::string_view name = chunk.Text(1, r);
      const auto found = std::find(o.actions.begin(), o.actions.end(), name);
      if (found == o.actions.end()) {
        return Invalid("bandit: the log holds an action that 'actions' does not name")
            .WithRemedy("name every action that was ever taken, or leave its rows out");
      }
      log.contexts.subjects.push_back(chunk.GetUuid(0, r));
      log.action.push_back(static_cast<uint32_t>(found - o.actions.begin()));
      log.reward.push_back(NumberAt(chunk, 2, r));
      for (size_t c = 0; c < o.context.size(); ++c) {
        log.contexts.columns[c].push_back(NumberAt(chunk, c + 3, r));
      }
      if (!o.propensity.empty()) {
        log.propensity.push_back(NumberAt(chunk, o.context.size() + 3, r));
      }
    }
  }
}

/// Standardises by the population; a missing value is its mean. The last feature is 1.
class Scaling {
 public:
  explicit Scaling(const Contexts& population) {
    for (const std::vector<double>& column : population.columns) {
      ExactSum sum;
      ExactSum squares;
      double count = 0;
      for (const double value : column) {
        if (std::isnan(value)) continue;
        sum.Add(value);
        squares.AddProduct(value, value);
        ++count;
      }
      const double mean = count > 0 ? sum.Value() / count : 0;
      const double variance = count > 0 ? squares.Value() / count - mean * mean : 0;
      means_.push_back(mean);
      scales_.push_back(variance > 1e-12 ? 1 / std::sqrt(variance) : 0);
    }
  }
  [[nodiscard]] size_t features() const { return means_.size() + 1; }
  void Row(const Contexts& contexts, size_t row, std::vector<double>& features) const {
    features.assign(means_.size() + 1, 1);
    for (size_t c = 0; c < means_.size(); ++c) {
      const double value = contexts.columns[c][row];
      features[c] = std::isnan(value) ? 0 : (value - means_[c]) * scales_[c];
    }
  }

 private:
  std::vector<double> means_, scales_;
};

Result<LinearBandit> Learn(const BanditStageOptions& o, const Log& log, const Scaling& scaling) {
  LinearBandit bandit(o.actions.size(), scaling.features(), o.bandit);
  std::vector<double> features;
  for (size_t i = 0; i < log.action.size(); ++i) {
    if (std::isnan(log.reward[i])) return Invalid("bandit: a logged reward is no number");
    scaling.Row(log.contexts, i, features);
    TRY(bandit.Learn(log.action[i], features, log.reward[i]));
  }
  return bandit;
}

/// What the policy would have earned on the log, or why that cannot be told.
Json OffPolicyOf(const BanditStageOptions& o,
                 const Log& log,
                 const Scaling& scaling,
                 const LinearBandit& bandit) {
  LoggedDecisions logged;
  std::vector<std::string> names = o.actions;
  std::sort(names.begin(), names.end());
  logged.actions = names;
  logged.context = log.contexts.columns;
  std::vector<double> features;
  for (size_t i = 0; i < log.action.size(); ++i) {
    scaling.Row(log.contexts, i, features);
    const std::string& name = o.actions[log.action[i]];
    logged.action.push_back(
        static_cast<uint32_t>(std::lower_bound(names.begin(), names.end(), name) - names.begin()));
    logged.reward.push_back(log.reward[i]);
    logged.propensity.push_back(log.propensity[i]);
    logged.target.push_back(bandit.Propensities(features)[log.action[i]]);
  }
  const Result<OffPolicyReport> report = EvaluateOffPolicy(logged, {});
  if (!report.ok()) return Json::Of({{"failed", report.status().message()}});
  return report->ToJson(names, OffPolicyOptions{}.confidence);
}

/// Draws one action per subject by its chances.
std::vector<BanditChoice> ChooseAll(const Contexts& population,
                                    const Scaling& scaling,
                                    const LinearBandit& bandit,
                                    uint64_t seed) {
  std::vector<BanditChoice> choices;
  choices.reserve(population.rows());
  std::vector<double> features;
  for (size_t i = 0; i < population.rows(); ++i) {
    scaling.Row(population, i, features);
    const std::vector<double> chances = bandit.Propensities(features);
    double place = FoldOf(SubjectId{population.subjects[i]}, seed ^ kChoiceSalt);
    BanditChoice choice{chances.size() - 1, chances.back()};
    for (size_t arm = 0; arm < chances.size(); ++arm) {
      choice = {arm, chances[arm]};
      if (place < chances[arm]) break;
      place -= chances[arm];
    }
    choices.push_back(choice);
  }
  return choices;
}

struct Decided {
  const Contexts& population;
  const Scaling& scaling;
  const LinearBandit& bandit;
  const std::vector<BanditChoice>& choices;
  Timestamp as_of;
};

Status WriteChoices(query::Connection& connection,
                    const Schema& schema,
                    const BanditStageOptions& o,
                    const Decided& decided) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                   connection.CreateTable("out", schema));
  std::vector<double> features;
  size_t r = 0;
  for (size_t i = 0; i < decided.choices.size(); ++i) {
    const BanditChoice& choice = decided.choices[i];
    decided.scaling.Row(decided.population, i, features);
    writer->column(0).SetUuid(r, decided.population.subjects[i]);
    writer->column(1).SetText(r, o.actions[choice.arm]);
    writer->column(2).SetDouble(r, choice.propensity);
    writer->column(3).SetDouble(r, decided.bandit.Expected(choice.arm, features));
    writer->column(4).SetInt64(r, decided.as_of.micros);
    if (++r < query::kChunkRows) continue;
    TRY(writer->Flush(r));
    r = 0;
  }
  if (r > 0) TRY(writer->Flush(r));
  return writer->Finish();
}

Json ActionsJson(const BanditStageOptions& o,
                 const Log& log,
                 const std::vector<BanditChoice>& choices) {
  Json list{Json::Array()};
  for (size_t a = 0; a < o.actions.size(); ++a) {
    std::vector<double> rewards;
    for (size_t i = 0; i < log.action.size(); ++i) {
      if (log.action[i] == a) rewards.push_back(log.reward[i]);
    }
    const auto chosen = std::count_if(
        choices.begin(), choices.end(), [a](const BanditChoice& c) { return c.arm == a; });
    Json action =
        Json::Of({{"action", o.actions[a]}, {"subjects", chosen}, {"logged", rewards.size()}});
    if (rewards.size() >= 2) action.Set("mean_reward", MeanEstimate(rewards, 0.95).ToJson());
    list.Push(std::move(action));
  }
  return list;
}

}  // namespace

Result<BanditStageOptions> BanditStageOptions::FromJson(const Json& json) {
  OptionReader reader("bandit", json);
  BanditStageOptions o;
  o.population = reader.Text("population", o.population);
  o.log = reader.Text("log");
  o.context = reader.Texts("context");
  o.actions = reader.Texts("actions");
  o.action = reader.Text("action", o.action);
  o.reward = reader.Text("reward", o.reward);
  o.propensity = reader.Text("propensity");
  o.bandit.policy = reader.OneOf("policy", {"thompson", "linucb"}) == "linucb"
                        ? BanditPolicy::kLinUcb
                        : BanditPolicy::kThompson;
  o.bandit.exploration = reader.Number("exploration", o.bandit.exploration, 0.001, 1);
  o.bandit.alpha = reader.Number("alpha", o.bandit.alpha, 1e-6, 1e6);
  o.bandit.ridge = reader.Number("ridge", o.bandit.ridge, 1e-9, 1e9);
  const std::set<std::string> distinct(o.actions.begin(), o.actions.end());
  if (o.actions.size() < 2 || distinct.size() != o.actions.size()) {
    reader.Fail("'actions' must name at least two different actions");
  }
  if (!o.propensity.empty() && o.log.empty()) reader.Fail("'propensity' belongs to 'log'");
  TRY(reader.Finish());
  return o;
}

std::vector<OptionDoc> BanditStageOptions::Options() {
  return {
      {"population", "input", "", "population", "Who gets an action, one row a subject."},
      {"context", "list of column", "", "[]", "What the choice may depend on: numbers or flags."},
      {"actions", "list of text", "", "required", "What can be done: offers, or none."},
      {"log", "input", "", "", "Earlier decisions whose outcome is known."},
      {"action", "column", "", "action", "The log's column with what was done."},
      {"reward", "column", "", "reward", "The log's column with what it led to."},
      {"propensity",
       "column",
       "",
       "",
       "The log's column with the chance of what was done: judges the new policy."},
      {"policy", "one of thompson|linucb", "", "thompson", "How means and doubt become chances."},
      {"exploration", "number", "share", "0.05", "Spread evenly over all actions, always."},
      {"alpha", "number", "", "1", "linucb: width; thompson: noise of a reward."},
      {"ridge", "number", "", "1", "Prior precision of the weights."},
  };
}

Result<Schema> BanditOutputSchema(const BanditStageOptions& o, const Inputs& inputs) {
  ASSIGN_OR_RETURN(const Schema* population, InputNamed(inputs, o.population));
  ASSIGN_OR_RETURN(const Column* subject, ColumnNamed(*population, o.population, kSubjectColumn));
  std::vector<std::string> read = {std::string(kSubjectColumn)};
  for (const std::string& name : o.context) {
    ASSIGN_OR_RETURN(const Column* column, ColumnNamed(*population, o.population, name));
    const bool number = column->type == ColumnType::kDouble || column->type == ColumnType::kInt64 ||
                        column->type == ColumnType::kDecimal || column->type == ColumnType::kBool;
    if (!number) return Invalid("bandit: context '" + name + "' must hold numbers or flags");
    read.push_back(name);
  }
  ASSIGN_OR_RETURN(policies::Label label, JoinedLabel(*population, read));
  if (!o.log.empty()) {
    ASSIGN_OR_RETURN(const Schema* log, InputNamed(inputs, o.log));
    std::vector<std::string> columns = {std::string(kSubjectColumn), o.action, o.reward};
    if (!o.propensity.empty()) columns.push_back(o.propensity);
    for (const std::string& name : o.context) {
      if (log->Find(name) != nullptr) columns.push_back(name);
    }
    ASSIGN_OR_RETURN(const policies::Label outcome, JoinedLabel(*log, columns));
    label = policies::Label::Join(label, outcome);
  }
  return Schema{{{std::string(kSubjectColumn), ColumnType::kUuid, subject->label},
                 {"action", ColumnType::kText, label},
                 {"propensity", ColumnType::kDouble, label},
                 {"expected", ColumnType::kDouble, label},
                 {"decided_at", ColumnType::kTimestamp, label}}};
}

Result<Json> RunBandit(query::Connection& connection,
                       const BanditStageOptions& options,
                       const Inputs& inputs,
                       const StageContext& context) {
  ASSIGN_OR_RETURN(const Schema schema, BanditOutputSchema(options, inputs));
  ASSIGN_OR_RETURN(const Contexts population, ReadPopulation(connection, options));
  ASSIGN_OR_RETURN(const Log log, ReadLog(connection, options, inputs));
  const Scaling scaling(population);
  ASSIGN_OR_RETURN(const LinearBandit bandit, Learn(options, log, scaling));
  const std::vector<BanditChoice> choices = ChooseAll(population, scaling, bandit, context.seed);
  TRY(WriteChoices(
      connection, schema, options, {population, scaling, bandit, choices, context.as_of}));
  if (context.progress) context.progress(1);
  Json figures =
      Json::Of({{"policy", options.bandit.policy == BanditPolicy::kLinUcb ? "linucb" : "thompson"},
                {"exploration", options.bandit.exploration},
                {"least_propensity",
                 options.bandit.exploration / static_cast<double>(options.actions.size())},
                {"subjects", population.rows()},
                {"learnt_from", log.action.size()},
                {"actions", ActionsJson(options, log, choices)}});
  if (!options.propensity.empty()) {
    figures.Set("off_policy", OffPolicyOf(options, log, scaling, bandit));
  }
  return figures;
}

}  // namespace signet::pipelines
