#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/query/binder.h"
#include "pipelines/query/dialect.h"

namespace signet::pipelines::query {
namespace {

bool IsDoubleType(const Json& type) {
  const std::string& id = type["id"].AsString();
  return id == "DOUBLE" || id == "FLOAT";
}

/// A copy without places and aliases.
Json Stripped(const Json& json) {
  if (json.is_array()) {
    Json list{Json::Array()};
    for (const Json& item : json.items()) list.Push(Stripped(item));
    return list;
  }
  if (!json.is_object()) return json;
  Json object{Json::Object()};
  for (const auto& [key, value] : json.fields()) {
    if (key == "query_location" || key == "alias") continue;
    object.Set(
        key,
        key == "column_names" ? Json(LowerName(Join(value.AsStrings(), "."))) : Stripped(value));
  }
  return object;
}

std::vector<std::string> OrderTexts(const Json& orders) {
  std::vector<std::string> texts;
  for (const Json& order : orders.items()) texts.push_back(ExpressionText(order["expression"]));
  return texts;
}

bool Has(const std::vector<std::string>& list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

/// Whether equal order keys mean equal arguments: each argument is a constant or an order key.
bool Covers(const std::vector<std::string>& orders, const Json& arguments) {
  return std::ranges::all_of(arguments.items(), [&orders](const Json& argument) {
    return argument["class"].AsString() == "CONSTANT" || Has(orders, ExpressionText(argument));
  });
}

/// What ExpressionText gives for a column.
std::string ColumnText(const std::string& name) {
  return Json::Of({{"class", "COLUMN_REF"}, {"column_names", name}, {"type", "COLUMN_REF"}}).Dump();
}

}  // namespace

std::string ExpressionText(const Json& expression) {
  return Stripped(expression).Dump();
}

Result<Flow> Binder::BindAll(const Json& list, Scope& scope, const Ctes& ctes) {
  Flow all;
  for (const Json& item : list.items()) {
    ASSIGN_OR_RETURN(const Flow flow, Bind(item, scope, ctes));
    all.Add(flow);
  }
  return all;
}

Result<Flow> Binder::Bind(const Json& expression, Scope& scope, const Ctes& ctes) {
  if (expression.is_null()) return Flow{};
  if (++depth_ > 400) return Refuse(expression, "the SQL nests too deeply");
  const std::string& kind = expression["class"].AsString();
  Result<Flow> flow = Flow{};
  if (kind == "COLUMN_REF") {
    flow = BindColumn(expression, scope);
  } else if (kind == "CONSTANT") {
    flow->may_be_double = IsDoubleType(expression["value"]["type"]);
  } else if (kind == "FUNCTION") {
    flow = BindFunction(expression, scope, ctes);
  } else if (kind == "WINDOW") {
    flow = BindWindow(expression, scope, ctes);
  } else if (kind == "CASE") {
    flow = BindCase(expression, scope, ctes);
  } else if (kind == "SUBQUERY") {
    flow = BindSubquery(expression, scope, ctes);
  } else if (kind == "LAMBDA") {
    flow = BindLambda(expression, scope, ctes);
  } else if (kind == "COMPARISON") {
    flow = BindAll(Json::List({expression["left"], expression["right"]}), scope, ctes);
  } else if (kind == "BETWEEN") {
    flow = BindAll(
        Json::List({expression["input"], expression["lower"], expression["upper"]}), scope, ctes);
  } else if (kind == "CONJUNCTION" || kind == "OPERATOR") {
    flow = BindAll(expression["children"], scope, ctes);
  } else if (kind == "CAST") {
    flow = Bind(expression["child"], scope, ctes);
    if (flow.ok()) flow->may_be_double = IsDoubleType(expression["cast_type"]);
  } else if (kind == "PARAMETER") {
    flow =
        Refuse(expression, "a parameter without value; write ${name} for a pipeline's parameter");
  } else {
    flow = Refuse(expression, "this kind of expression (" + LowerName(kind) + ") is not supported");
  }
  --depth_;
  return flow;
}

Binder::Meaning Binder::Resolve(const std::vector<std::string>& names, const Scope& scope) const {
  const std::string& name = names.back();
  const std::string relation = names.size() > 1 ? names[names.size() - 2] : std::string();
  Meaning meaning;
  if (names.size() == 1 && Has(scope.lambda_names, name)) {
    meaning.column = true;
    return meaning;
  }
  for (const Relation& candidate : scope.relations) {
    for (const BoundColumn& column : candidate.columns) {
      if (column.name.empty()) {
        meaning.flow.Add(column.flow);  // DuckDB named it; it may be the one
      } else if (column.name == name && (relation.empty() || candidate.alias == relation)) {
        meaning.column = true;
        meaning.flow.Add(column.flow);
      }
    }
  }
  if (!relation.empty()) return meaning;
  for (const BoundColumn& alias : scope.aliases) {
    if (alias.name != name) continue;
    meaning.alias = true;
    meaning.flow.Add(alias.flow);
  }
  return meaning;
}

/// Where two rules could name different columns, both count.
Result<Flow> Binder::BindColumn(const Json& expression, const Scope& scope) {
  std::vector<std::string> names;
  for (const Json& part : expression["column_names"].items()) {
    names.push_back(LowerName(part.AsString()));
  }
  if (names.empty()) return Refuse(expression, "a column without a name");
  Flow flow;
  bool known = false;
  for (const Scope* at = &scope; at != nullptr; at = at->parent) {
    const Meaning meaning = Resolve(names, *at);
    flow.Add(meaning.flow);
    known = known || meaning.column || meaning.alias;
    if (meaning.column) break;
  }
  if (!known && IsSessionValue(names.back())) {
    const std::string_view why = WhyRefused(names.back());
    return Refuse(expression,
                  "'" + names.back() + "' cannot be used: " +
                      std::string(why.empty() ? "it depends on the session" : why));
  }
  // A whole row, a field of a struct, or a name that only DuckDB knows.
  if (!known) {
    flow = Everything();
    flow.unknown = CheckCanBeKnown(expression, names, scope);
  }
  read_.insert(flow.values.begin(), flow.values.end());
  return flow;
}

/// Ok for what DuckDB may know: a relation's row, a field of a struct.
Status Binder::CheckCanBeKnown(const Json& expression,
                               const std::vector<std::string>& names,
                               const Scope& scope) const {
  std::vector<std::string> columns;
  bool of_relation = false;
  for (const Scope* at = &scope; at != nullptr; at = at->parent) {
    for (const Relation& relation : at->relations) {
      if (relation.alias == names.front()) of_relation = true;
      for (const BoundColumn& column : relation.columns) {
        if (column.name.empty()) return OkStatus();  // it may be the one
        columns.push_back(column.name);
      }
    }
  }
  if (names.size() > 2 || of_relation != (names.size() == 2)) return OkStatus();
  const std::string nearest = NearestName(names.back(), columns);
  return Refuse(expression,
                "there is no column '" + names.back() + "'" +
                    (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
}

Status Binder::CheckFunctionName(const Json& expression) {
  const std::string& schema = expression["schema"].AsString();
  const std::string& catalog = expression["catalog"].AsString();
  const std::string name = LowerName(expression["function_name"].AsString());
  if ((!schema.empty() && schema != "main" && schema != "pg_catalog") ||
      (!catalog.empty() && catalog != "system")) {
    return Refuse(expression, "function '" + name + "' of another schema");
  }
  if (ClassOf(name) != FunctionClass::kUnknown) return OkStatus();
  const std::string_view why = WhyRefused(name);
  return Refuse(expression,
                "function '" + name + "' cannot be used" +
                    (why.empty() ? std::string(": it is not among the functions known to be safe")
                                 : ": " + std::string(why)));
}

Result<Flow> Binder::BindFunction(const Json& expression, Scope& scope, const Ctes& ctes) {
  const std::string name = LowerName(expression["function_name"].AsString());
  if (name == "unnest") return Refuse(expression, "unnest is supported in FROM only");
  TRY(CheckFunctionName(expression));
  ASSIGN_OR_RETURN(Flow flow, BindAll(expression["children"], scope, ctes));
  const FunctionClass kind = ClassOf(name);
  if (kind == FunctionClass::kDoubleAggregate && flow.may_be_double) {
    TRY(flow.unknown);
    return Refuse(expression,
                  name +
                      " over floating-point numbers depends on the order of rows; cast "
                      "them to DECIMAL(18,4)");
  }
  const std::vector<std::string> orders = OrderTexts(expression["order_bys"]["orders"]);
  if (kind == FunctionClass::kOrderedAggregate && !Covers(orders, expression["children"])) {
    return Refuse(expression, name + " needs an ORDER BY over its own argument");
  }
  if (kind == FunctionClass::kRankWindow || kind == FunctionClass::kRowWindow ||
      kind == FunctionClass::kValueWindow) {
    return Refuse(expression, name + " needs an OVER clause");
  }
  if (kind != FunctionClass::kScalar) flow.aggregates = true;
  // What an aggregate counts in tells about the filter's columns: it flows.
  ASSIGN_OR_RETURN(const Flow filter, Bind(expression["filter"], scope, ctes));
  flow.Add(filter);
  for (const Json& order : expression["order_bys"]["orders"].items()) {
    ASSIGN_OR_RETURN(const Flow key, Bind(order["expression"], scope, ctes));
    flow.AddIndirect(key);
  }
  if (kind == FunctionClass::kAggregate) flow.may_be_double = false;
  flow.may_be_double = flow.may_be_double || MayGiveDouble(name);
  return flow;
}

/// Rows that are equal in the order must be equal in what the function sees.
Status Binder::CheckWindowOrder(const Json& expression, const Scope& scope) {
  const std::string name = LowerName(expression["function_name"].AsString());
  const FunctionClass kind = ClassOf(name);
  std::vector<std::string> orders = OrderTexts(expression["orders"]);
  for (const Json& key : expression["partitions"].items()) orders.push_back(ExpressionText(key));
  const bool by_rows = expression["start"].AsString().ends_with("_ROWS") ||
                       expression["end"].AsString().ends_with("_ROWS");
  bool total = true;  // every column in scope is an order key
  for (const Relation& relation : scope.relations) {
    for (const BoundColumn& column : relation.columns) {
      const bool known = Has(orders, ColumnText(relation.alias + "." + column.name)) ||
                         (scope.relations.size() == 1 && Has(orders, ColumnText(column.name)));
      total = total && !column.name.empty() && known;
    }
  }
  if (total || kind == FunctionClass::kRankWindow) return OkStatus();
  const bool covered = Covers(orders, expression["children"]);
  if (kind == FunctionClass::kRowWindow || (by_rows && !covered) ||
      (kind == FunctionClass::kValueWindow && !covered) ||
      (kind == FunctionClass::kOrderedAggregate && !covered)) {
    return Refuse(expression,
                  name +
                      " depends on the order of equal rows; order by more columns, or "
                      "use rank()");
  }
  return OkStatus();
}

Result<Flow> Binder::BindWindow(const Json& expression, Scope& scope, const Ctes& ctes) {
  const std::string name = LowerName(expression["function_name"].AsString());
  TRY(CheckFunctionName(expression));
  if (ClassOf(name) == FunctionClass::kScalar) {
    return Refuse(expression, name + " is no window function");
  }
  TRY(CheckWindowOrder(expression, scope));
  ASSIGN_OR_RETURN(Flow flow, BindAll(expression["children"], scope, ctes));
  if (ClassOf(name) == FunctionClass::kDoubleAggregate && flow.may_be_double) {
    TRY(flow.unknown);
    return Refuse(expression,
                  name +
                      " over floating-point numbers depends on the order of rows; cast "
                      "them to DECIMAL(18,4)");
  }
  ASSIGN_OR_RETURN(const Flow filter, Bind(expression["filter_expr"], scope, ctes));
  flow.Add(filter);
  for (const char* part : {"offset_expr", "default_expr", "start_expr", "end_expr"}) {
    ASSIGN_OR_RETURN(const Flow more, Bind(expression[part], scope, ctes));
    flow.Add(more);
  }
  ASSIGN_OR_RETURN(const Flow groups, BindAll(expression["partitions"], scope, ctes));
  flow.AddIndirect(groups);
  const bool ranks =
      ClassOf(name) == FunctionClass::kRankWindow || ClassOf(name) == FunctionClass::kRowWindow;
  for (const char* list : {"orders", "arg_orders"}) {
    for (const Json& order : expression[list].items()) {
      ASSIGN_OR_RETURN(const Flow key, Bind(order["expression"], scope, ctes));
      // A rank tells about the value that it ranks.
      if (ranks) {
        flow.Add(key);
      } else {
        flow.AddIndirect(key);
      }
    }
  }
  flow.may_be_double = flow.may_be_double || MayGiveDouble(name);
  flow.aggregates = false;
  return flow;
}

/// A condition that picks between values tells as much as a value: it flows.
Result<Flow> Binder::BindCase(const Json& expression, Scope& scope, const Ctes& ctes) {
  ASSIGN_OR_RETURN(Flow flow, Bind(expression["else_expr"], scope, ctes));
  for (const Json& check : expression["case_checks"].items()) {
    ASSIGN_OR_RETURN(Flow when, Bind(check["when_expr"], scope, ctes));
    when.may_be_double = false;
    flow.Add(when);
    ASSIGN_OR_RETURN(const Flow then, Bind(check["then_expr"], scope, ctes));
    flow.Add(then);
  }
  return flow;
}

Result<Flow> Binder::BindSubquery(const Json& expression, Scope& scope, const Ctes& ctes) {
  ASSIGN_OR_RETURN(Flow flow, Bind(expression["child"], scope, ctes));
  ASSIGN_OR_RETURN(const BoundQuery query, BindQuery(expression["subquery"]["node"], &scope, ctes));
  for (const BoundColumn& column : query.columns) flow.Add(column.flow);
  // Whether a row exists is the very answer of EXISTS and IN.
  flow.values.insert(query.rows.begin(), query.rows.end());
  flow.aggregates = false;
  return flow;
}

Result<Flow> Binder::BindLambda(const Json& expression, Scope& scope, const Ctes& ctes) {
  const size_t before = scope.lambda_names.size();
  const Json& parameters = expression["lhs"];
  const auto add = [&scope](const Json& parameter) {
    const Json& names = parameter["column_names"];
    if (names.size() == 1) {
      scope.lambda_names.push_back(LowerName(names.items().front().AsString()));
    }
  };
  if (parameters["class"].AsString() == "COLUMN_REF") add(parameters);
  for (const Json& parameter : parameters["children"].items()) add(parameter);
  if (scope.lambda_names.size() == before) return Refuse(expression, "a lambda without parameters");
  Result<Flow> flow = Bind(expression["expr"], scope, ctes);
  scope.lambda_names.resize(before);
  return flow;
}

}  // namespace signet::pipelines::query
