#include "pipelines/plan/column_refusals.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/plan/hidden_columns.h"
#include "pipelines/query/binder.h"

namespace signet::pipelines {

using policies::Mark;
using policies::Verdict;

namespace {

/// Where in `options`, which stand at `at`, a value is just `text`, as a JSON pointer.
std::optional<std::string> PointerTo(const Json& options,
                                     const std::string& text,
                                     const std::string& at) {
  if (options.is_string() && options.AsString() == text) return at;
  std::optional<std::string> found;
  const auto look = [&](const std::string& key, const Json& value) {
    if (!found) found = PointerTo(value, text, std::string(at).append("/").append(key));
  };
  for (size_t i = 0; i < options.items().size(); ++i) look(std::to_string(i), options.items()[i]);
  for (const auto& [key, value] : options.fields()) look(key, value);
  return found;
}

}  // namespace

bool ColumnRefusals::ReportHidden(const BindRequest& with_all) {
  const std::vector<HiddenUse> uses = HiddenUsesOf(p_, op_, with_all, step_.inputs);
  for (const HiddenUse& use : uses) {
    p_.diagnostics.Error("SIG-3003",
                         MentionOf(use.column.name),
                         "no step may see column '" + use.column.name + "' of '" + use.view +
                             "': " + use.explanation,
                         use.remedy);
  }
  return !uses.empty();
}

void ColumnRefusals::ReportForbidden(const BindRequest& with_all,
                                     const std::map<std::string, Schema>& full) {
  for (const auto& [view, schema] : full) {
    for (const Column& column : schema.columns) {
      if (column.label.Allows(decl_.purpose)) continue;
      BindRequest without = with_all;
      auto& columns = without.inputs[view].columns;
      columns.erase(std::remove(columns.begin(), columns.end(), column), columns.end());
      if (!op_.Bind(without).ok()) ReportForbiddenColumn(view, column);
    }
  }
}

void ColumnRefusals::ReportForbiddenColumn(const std::string& view, const Column& column) {
  std::string rule = "no rule allows it";
  for (const std::string& category : column.label.categories) {
    const Verdict verdict = p_.policy.MayUse(category, decl_.purpose);
    if (!verdict.allowed) {
      rule = verdict.message + " (" + verdict.rule +
             (verdict.article.empty() ? "" : ", " + verdict.article) + ")";
      break;
    }
  }
  std::string dataset = view;
  for (const PlannedInput& input : step_.inputs) {
    if (input.name == view) dataset = input.dataset;
  }
  const std::string code = "SIG-3003";
  policies::Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.message = "purpose '" + decl_.purpose + "' may not use column '" + column.name +
                       "': " + rule + "; path: " + PathOf(column, dataset);
  diagnostic.mark = MentionOf(column.name);
  diagnostic.remedy = "leave the column out, or use a purpose that may read it: " +
                      Join({column.label.purposes.begin(), column.label.purposes.end()}, ", ");
  p_.diagnostics.Add(std::move(diagnostic));
}

/// Where the options name the column, else the step's purpose.
const Mark& ColumnRefusals::MentionOf(const std::string& column) const {
  for (const char* key : {"/sql", "/where"}) {
    const std::string text =
        query::LowerName(decl_.options.value[std::string_view(key).substr(1)].AsString());
    if (text.find(query::LowerName(column)) != std::string::npos) {
      return decl_.options.MarkOf(key);
    }
  }
  const std::optional<std::string> pointer = PointerTo(decl_.options.value, column, "");
  if (pointer) return decl_.options.MarkOf(*pointer);
  const Mark& mark = decl_.options.Locate("'" + column + "'");
  return mark.known() ? mark : decl_.purpose_mark;
}

/// "crm.birth_date -> crm -> profile -> this step".
std::string ColumnRefusals::PathOf(const Column& column, const std::string& dataset) const {
  std::vector<std::string> chain;
  const std::function<bool(const std::string&)> walk = [&](const std::string& at) {
    chain.push_back(at);
    const auto found = p_.datasets.find(at);
    if (found == p_.datasets.end() || found->second.parents.empty()) return true;
    for (const std::string& parent : found->second.parents) {
      const bool leads = std::any_of(
          column.label.origins.begin(), column.label.origins.end(), [&](const std::string& origin) {
            return Reaches(parent, origin);
          });
      if (leads) return walk(parent);
    }
    return true;
  };
  walk(dataset);
  std::reverse(chain.begin(), chain.end());
  const std::vector<std::string> origins(column.label.origins.begin(), column.label.origins.end());
  return Join(origins, ", ") + " -> " + Join(chain, " -> ") + " -> " + decl_.told_id;
}

bool ColumnRefusals::Reaches(const std::string& dataset, const std::string& origin) const {
  const auto found = p_.datasets.find(dataset);
  if (found == p_.datasets.end()) return false;
  for (const Column& column : found->second.schema.columns) {
    if (column.label.origins.count(origin) != 0) return true;
  }
  return false;
}

}  // namespace signet::pipelines
