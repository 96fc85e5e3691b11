#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/query/binder.h"
#include "pipelines/query/dialect.h"

namespace signet::pipelines::query {
namespace {

/// Gives the columns the names of `AS t(a, b)`.
void Rename(const Json& names, std::vector<BoundColumn>& columns) {
  const std::vector<std::string> list = names.AsStrings();
  for (size_t i = 0; i < list.size() && i < columns.size(); ++i) {
    columns[i].name = LowerName(list[i]);
  }
}

/// The columns of relations [begin, end) that have that name.
std::vector<BoundColumn*> Named(Scope& scope, size_t begin, size_t end, const std::string& name) {
  std::vector<BoundColumn*> found;
  for (size_t i = begin; i < end; ++i) {
    for (BoundColumn& column : scope.relations[i].columns) {
      if (column.name == name && !column.hidden) found.push_back(&column);
    }
  }
  return found;
}

void AddRows(Scope& scope, const Flow& flow) {
  scope.rows.insert(flow.values.begin(), flow.values.end());
  scope.rows.insert(flow.indirect.begin(), flow.indirect.end());
}

}  // namespace

Status Binder::BindFrom(const Json& ref, Scope& scope, const Ctes& ctes) {
  if (!ref["sample"].is_null()) return Refuse(ref, "a sample changes from run to run");
  const std::string& type = ref["type"].AsString();
  if (type == "EMPTY") return OkStatus();
  if (type == "BASE_TABLE") return BindBaseTable(ref, scope, ctes);
  if (type == "SUBQUERY") return BindSubqueryRef(ref, scope, ctes);
  if (type == "JOIN") return BindJoin(ref, scope, ctes);
  if (type == "TABLE_FUNCTION") return BindTableFunction(ref, scope, ctes);
  if (type == "EXPRESSION_LIST") return BindValues(ref, scope, ctes);
  return Refuse(ref, "this kind of FROM (" + LowerName(type) + ") is not supported");
}

Status Binder::BindBaseTable(const Json& ref, Scope& scope, const Ctes& ctes) {
  const std::string name = LowerName(ref["table_name"].AsString());
  if (!ref["catalog_name"].AsString().empty() || !ref["schema_name"].AsString().empty() ||
      !ref["at_clause"].is_null()) {
    return Refuse(ref, "table '" + name + "' of another catalog or schema");
  }
  Relation relation;
  relation.alias = LowerName(ref["alias"].AsString());
  if (relation.alias.empty()) relation.alias = name;
  if (const auto cte = ctes.find(name); cte != ctes.end()) {
    relation.columns = cte->second.columns;
    scope.rows.insert(cte->second.rows.begin(), cte->second.rows.end());
  } else {
    const auto table = std::ranges::find_if(
        tables_, [&name](const auto& entry) { return LowerName(entry.first) == name; });
    if (table == tables_.end()) {
      std::vector<std::string> known;
      for (const auto& [key, schema] : tables_) known.push_back(key);
      const std::string nearest = NearestName(name, known);
      return Refuse(ref,
                    "there is no input '" + name + "'" +
                        (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
    }
    used_tables_.insert(table->first);
    for (const Column& column : table->second.columns) {
      Flow flow;
      flow.values.insert(table->first + "." + column.name);
      flow.may_be_double = column.type == ColumnType::kDouble;
      relation.columns.push_back({LowerName(column.name), std::move(flow)});
    }
  }
  Rename(ref["column_name_alias"], relation.columns);
  scope.relations.push_back(std::move(relation));
  return OkStatus();
}

Status Binder::BindSubqueryRef(const Json& ref, Scope& scope, const Ctes& ctes) {
  // What stands to the left is visible (LATERAL); a copy, for the reference must not move.
  Scope lateral = scope;
  ASSIGN_OR_RETURN(BoundQuery query, BindQuery(ref["subquery"]["node"], &lateral, ctes));
  Relation relation{LowerName(ref["alias"].AsString()), std::move(query.columns)};
  Rename(ref["column_name_alias"], relation.columns);
  scope.rows.insert(query.rows.begin(), query.rows.end());
  scope.relations.push_back(std::move(relation));
  return OkStatus();
}

Status Binder::BindTableFunction(const Json& ref, Scope& scope, const Ctes& ctes) {
  const Json& function = ref["function"];
  const std::string name = LowerName(function["function_name"].AsString());
  if (!IsAllowedTableFunction(name) || !function["schema"].AsString().empty()) {
    const std::string_view why = WhyRefused(name);
    return Refuse(ref,
                  "table function '" + name + "' cannot be used" +
                      (why.empty() ? std::string() : ": " + std::string(why)));
  }
  if (ref["with_ordinality"].AsString() == "WITH_ORDINALITY") {
    return Refuse(ref, "WITH ORDINALITY is not supported");
  }
  ASSIGN_OR_RETURN(Flow flow, BindAll(function["children"], scope, ctes));
  AddRows(scope, flow);  // the length of the list decides how many rows there are
  Relation relation;
  relation.alias = LowerName(ref["alias"].AsString());
  if (relation.alias.empty()) relation.alias = name;
  relation.columns.push_back({name == "unnest" ? relation.alias : name, std::move(flow)});
  Rename(ref["column_name_alias"], relation.columns);
  scope.relations.push_back(std::move(relation));
  return OkStatus();
}

Status Binder::BindValues(const Json& ref, Scope& scope, const Ctes& ctes) {
  Relation relation;
  relation.alias = LowerName(ref["alias"].AsString());
  for (const Json& row : ref["values"].items()) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (relation.columns.size() <= i) {
        relation.columns.push_back({"col" + std::to_string(i), Flow{}});
      }
      ASSIGN_OR_RETURN(const Flow flow, Bind(row.items()[i], scope, ctes));
      relation.columns[i].flow.Add(flow);
    }
  }
  Rename(ref["expected_names"], relation.columns);
  scope.relations.push_back(std::move(relation));
  return OkStatus();
}

namespace {

/// The names of columns on both sides of a NATURAL join: relations [begin, middle) and the rest.
std::vector<std::string> SharedNames(Scope& scope, size_t begin, size_t middle) {
  std::vector<std::string> names;
  for (size_t i = begin; i < middle; ++i) {
    for (const BoundColumn& column : scope.relations[i].columns) {
      if (column.hidden || column.name.empty()) continue;
      const bool shared = !Named(scope, middle, scope.relations.size(), column.name).empty();
      if (shared) names.push_back(column.name);
    }
  }
  return names;
}

}  // namespace

Status Binder::CheckJoin(const Json& ref) const {
  const std::string& kind = ref["ref_type"].AsString();
  if (kind != "REGULAR" && kind != "CROSS" && kind != "NATURAL" && kind != "DEPENDENT") {
    return Refuse(ref, "this join (" + LowerName(kind) + ") depends on the order of rows");
  }
  const std::string& type = ref["join_type"].AsString();
  const std::vector<std::string> known = {"INNER", "LEFT", "RIGHT", "OUTER", "SEMI", "ANTI"};
  if (std::ranges::find(known, type) != known.end()) return OkStatus();
  return Refuse(ref, "this join (" + LowerName(type) + ") is not supported");
}

Status Binder::BindJoin(const Json& ref, Scope& scope, const Ctes& ctes) {
  if (++depth_ > 400) return Refuse(ref, "the SQL nests too deeply");
  TRY(CheckJoin(ref));
  const std::string& type = ref["join_type"].AsString();
  const size_t begin = scope.relations.size();
  TRY(BindFrom(ref["left"], scope, ctes));
  const size_t middle = scope.relations.size();
  TRY(BindFrom(ref["right"], scope, ctes));
  std::vector<std::string> using_names = ref["using_columns"].AsStrings();
  if (ref["ref_type"].AsString() == "NATURAL") {
    for (std::string& name : SharedNames(scope, begin, middle)) {
      using_names.push_back(std::move(name));
    }
  }
  // BindUsing looks from `begin` on, so the join's own tables must be the last ones.
  Scope own;
  own.parent = scope.parent;
  own.relations.assign(scope.relations.begin() + static_cast<std::ptrdiff_t>(begin),
                       scope.relations.end());
  scope.relations.resize(begin);
  TRY(BindUsing(using_names, middle - begin, own));
  const Scope outer_left = scope;
  if (!outer_left.relations.empty()) own.parent = &outer_left;
  ASSIGN_OR_RETURN(const Flow condition, Bind(ref["condition"], own, ctes));
  AddRows(scope, condition);
  scope.rows.insert(own.rows.begin(), own.rows.end());
  if (type == "SEMI" || type == "ANTI") own.relations.resize(middle - begin);
  scope.relations.insert(scope.relations.end(), own.relations.begin(), own.relations.end());
  --depth_;
  return OkStatus();
}

Status Binder::BindUsing(const std::vector<std::string>& names, size_t left_end, Scope& scope) {
  for (const std::string& raw : names) {
    const std::string name = LowerName(raw);
    const std::vector<BoundColumn*> left = Named(scope, 0, left_end, name);
    const std::vector<BoundColumn*> right = Named(scope, left_end, scope.relations.size(), name);
    if (left.empty() || right.empty()) {
      return Invalid("USING names column '" + name + "', which is not on both sides")
          .WithDiagnostic("SIG-3010");
    }
    Flow both;
    for (const BoundColumn* column : left) both.Add(column->flow);
    for (const BoundColumn* column : right) both.Add(column->flow);
    // An outer join shows whichever side has the value.
    for (BoundColumn* column : left) column->flow = both;
    for (BoundColumn* column : right) {
      column->flow = both;
      column->hidden = true;
    }
    read_.insert(both.values.begin(), both.values.end());
    AddRows(scope, both);
  }
  return OkStatus();
}

}  // namespace signet::pipelines::query
