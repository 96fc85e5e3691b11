#include "pipelines/plan/derivation.h"

#include <algorithm>
#include <map>
#include <utility>

#include "pipelines/plan/column_pruning.h"
#include "pipelines/plan/proof_checks.h"
#include "pipelines/query/analyse_select.h"
#include "pipelines/query/binder.h"

namespace signet::pipelines {
namespace {

/// "view.column" names of an analysis to "dataset.column".
std::set<std::string> OfDatasets(const std::set<std::string>& columns, const PlannedStep& step) {
  std::set<std::string> named;
  for (const std::string& column : columns) {
    const size_t dot = column.find('.');
    const std::string view = column.substr(0, dot);
    for (const PlannedInput& input : step.inputs) {
      if (query::LowerName(input.name) != query::LowerName(view)) continue;
      named.insert(input.dataset + column.substr(dot));
    }
  }
  return named;
}

std::optional<std::vector<ColumnSources>> OfSql(const PlannedStep& step) {
  const Result<query::SelectAnalysis> analysis = query::AnalyseSelect(
      step.options["sql"].AsString(), RequestOf(step.options, step.inputs).inputs);
  if (!analysis.ok()) return std::nullopt;
  std::vector<ColumnSources> sources;
  sources.reserve(analysis->columns.size());
  for (const query::OutputColumn& column : analysis->columns) {
    sources.push_back({OfDatasets(column.values, step), OfDatasets(column.indirect, step)});
  }
  return sources;
}

bool SharesOrigin(const Column& a, const Column& b) {
  return std::any_of(a.label.origins.begin(), a.label.origins.end(), [&](const std::string& o) {
    return b.label.origins.count(o) != 0;
  });
}

/// Those columns of the step's inputs that a column of its output may hold values of.
ColumnSources SourcesByOrigin(const PlannedStep& step, const Column& column) {
  ColumnSources from;
  for (const PlannedInput& input : step.inputs) {
    for (const Column& read : input.schema.columns) {
      const bool subject = column.name == kSubjectColumn && read.name == kSubjectColumn;
      if (subject || SharesOrigin(column, read)) {
        from.values.insert(input.dataset + "." + read.name);
      }
    }
  }
  return from;
}

std::vector<ColumnSources> ByOrigin(const PlannedStep& step) {
  std::vector<ColumnSources> sources;
  sources.reserve(step.outputs.front().schema.columns.size());
  for (const Column& column : step.outputs.front().schema.columns) {
    sources.push_back(SourcesByOrigin(step, column));
  }
  return sources;
}

Json Texts(const std::set<std::string>& texts) {
  return Json::Array(texts.begin(), texts.end());
}

/// Rules by category and bases by purpose: computed once, they repeat in every column.
class RuleTexts {
 public:
  explicit RuleTexts(const policies::Policy& policy) : policy_(policy) {}

  const Json& Rule(const std::string& category) {
    const auto known = rules_.find(category);
    if (known != rules_.end()) return known->second;
    const policies::Treatment treatment = policy_.TreatmentOf(category);
    Json rule = Json::Of({{"category", category},
                          {"treatment", policies::TreatmentName(treatment.kind)},
                          {"rule", treatment.rule},
                          {"article", treatment.article}});
    return rules_.emplace(category, std::move(rule)).first->second;
  }

  const Json& Bases(const std::string& purpose) {
    const auto known = bases_.find(purpose);
    if (known != bases_.end()) return known->second;
    Json list{Json::Array()};
    if (const policies::PurposeRule* rule = policy_.FindPurpose(purpose); rule != nullptr) {
      for (const policies::PurposeBasis& basis : rule->bases) {
        list.Push(Json::Of({{"purpose", purpose},
                            {"policy", basis.policy},
                            {"basis", basis.basis},
                            {"article", basis.article},
                            {"rule", policies::RulePlace(basis.mark) + " purposes." + purpose}}));
      }
    }
    return bases_.emplace(purpose, std::move(list)).first->second;
  }

 private:
  const policies::Policy& policy_;
  std::map<std::string, Json> rules_;
  std::map<std::string, Json> bases_;
};

Json ColumnJson(const Column& column,
                const ColumnSources* sources,
                const std::string& purpose,
                RuleTexts& texts) {
  Json rules{Json::Array()};
  for (const std::string& category : column.label.categories) rules.Push(texts.Rule(category));
  Json json = Json::Of({{"name", column.name}, {"type", ColumnTypeName(column.type)}});
  json.Set("label", column.label.ToJson());
  json.Set("rules", std::move(rules));
  if (sources != nullptr) {
    json.Set("from", Texts(sources->values));
    json.Set("indirect", Texts(sources->indirect));
  }
  if (!purpose.empty() && !column.label.categories.empty()) {
    json.Set("bases", texts.Bases(purpose));
  }
  return json;
}

Json DatasetJson(const Planning& planning, const PlannedDataset& dataset, RuleTexts& texts) {
  const PlannedStep* step = planning.plan.Find(dataset.step);
  const bool by_document = step != nullptr && !step->purpose.empty() && !step->outputs.empty();
  std::vector<ColumnSources> sources;
  if (by_document) sources = SourcesOf(*step);
  const std::string purpose = step == nullptr ? "" : step->purpose;
  Json columns{Json::Array()};
  for (size_t i = 0; i < dataset.schema.columns.size(); ++i) {
    const ColumnSources* from = i < sources.size() ? &sources[i] : nullptr;
    columns.Push(ColumnJson(dataset.schema.columns[i], from, purpose, texts));
  }
  Json json = Json::Of({{"dataset", dataset.name},
                        {"kind", DatasetKindName(dataset.kind)},
                        {"step", dataset.step},
                        {"operator", step == nullptr ? "" : step->op},
                        {"purpose", purpose},
                        {"from", Json::Strings(dataset.parents)}});
  json.Set("columns", std::move(columns));
  const std::optional<int64_t> kept = RetentionOf(planning.policy, dataset.kind, dataset.schema);
  if (kept.has_value()) {
    json.Set("retention",
             Json::Of({{"seconds", *kept},
                       {"rule", planning.policy.RetentionRuleOf(DatasetKindName(dataset.kind))}}));
  }
  return json;
}

}  // namespace

std::vector<ColumnSources> SourcesOf(const PlannedStep& step) {
  if (step.outputs.empty() || step.purpose.empty()) return {};
  if (step.op == "sql") {
    std::optional<std::vector<ColumnSources>> exact = OfSql(step);
    if (exact.has_value()) return *std::move(exact);
  }
  return ByOrigin(step);
}

Json DerivationOf(const Planning& planning) {
  RuleTexts texts(planning.policy);
  Json list{Json::Array()};
  for (const auto& entry : planning.datasets) {
    list.Push(DatasetJson(planning, entry.second, texts));
  }
  return list;
}

}  // namespace signet::pipelines
