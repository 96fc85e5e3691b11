#include "pipelines/query/binder.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/query/dialect.h"

namespace signet::pipelines::query {
namespace {

constexpr int kDepthMax = 400;

/// "line 2, column 14" of a byte offset, or empty when the parser gave none.
std::string PlaceOf(std::string_view sql, const Json& location) {
  if (!location.is_int() || location.AsInt() < 0) return {};
  const auto at = static_cast<size_t>(location.AsInt());
  if (at > sql.size()) return {};
  const std::string_view before = sql.substr(0, at);
  const auto line = std::ranges::count(before, '\n') + 1;
  const size_t start = before.rfind('\n');
  const size_t column = start == std::string_view::npos ? at + 1 : at - start;
  return "line " + std::to_string(line) + ", column " + std::to_string(column) + ": ";
}

/// The name under which a select item can be referred to; empty when DuckDB makes one up.
std::string ItemName(const Json& item) {
  const std::string& alias = item["alias"].AsString();
  if (!alias.empty()) return LowerName(alias);
  if (item["class"].AsString() != "COLUMN_REF") return {};
  return LowerName(item["column_names"].items().back().AsString());
}

bool IsEmptyList(const Json& json) {
  return json.size() == 0;
}

}  // namespace

std::string LowerName(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

void Flow::Add(const Flow& other) {
  values.insert(other.values.begin(), other.values.end());
  indirect.insert(other.indirect.begin(), other.indirect.end());
  may_be_double = may_be_double || other.may_be_double;
  aggregates = aggregates || other.aggregates;
  if (unknown.ok()) unknown = other.unknown;
}

void Flow::AddIndirect(const Flow& other) {
  indirect.insert(other.values.begin(), other.values.end());
  indirect.insert(other.indirect.begin(), other.indirect.end());
}

Binder::Binder(std::string_view sql, const std::map<std::string, Schema>& tables)
    : sql_(sql), tables_(tables) {}

Status Binder::Refuse(const Json& place, const std::string& why) const {
  return Invalid(PlaceOf(sql_, place["query_location"]) + why).WithDiagnostic("SIG-3010");
}

Flow Binder::Everything() const {
  Flow all;
  for (const auto& [table, schema] : tables_) {
    for (const Column& column : schema.columns) all.values.insert(table + "." + column.name);
  }
  all.may_be_double = true;
  return all;
}

Result<BoundQuery> Binder::BindQuery(const Json& node, const Scope* parent, const Ctes& ctes) {
  if (++depth_ > kDepthMax) return Refuse(node, "the SQL nests too deeply");
  const std::string& type = node["type"].AsString();
  Result<BoundQuery> query =
      type == "SELECT_NODE" ? BindSelect(node, parent, ctes)
      : type == "SET_OPERATION_NODE"
          ? BindSetOperation(node, parent, ctes)
          : Result<BoundQuery>(
                Refuse(node, "this kind of query (" + LowerName(type) + ") is not supported"));
  --depth_;
  return query;
}

Status Binder::BindCtes(const Json& node, const Scope* parent, Ctes& ctes) {
  for (const Json& entry : node["cte_map"]["map"].items()) {
    const Json& value = entry["value"];
    ASSIGN_OR_RETURN(BoundQuery query, BindQuery(value["query"]["node"], parent, ctes));
    const std::vector<std::string> names = value["aliases"].AsStrings();
    if (names.size() > query.columns.size()) {
      return Refuse(node, "a CTE with too many column names");
    }
    for (size_t i = 0; i < names.size(); ++i) query.columns[i].name = LowerName(names[i]);
    ctes.insert_or_assign(LowerName(entry["key"].AsString()), std::move(query));
  }
  return OkStatus();
}

Result<BoundQuery> Binder::BindSelect(const Json& node, const Scope* parent, const Ctes& outer) {
  Ctes ctes = outer;
  TRY(BindCtes(node, parent, ctes));
  if (!node["sample"].is_null()) return Refuse(node, "a sample changes from run to run");
  Scope scope;
  scope.parent = parent;
  TRY(BindFrom(node["from_table"], scope, ctes));
  BoundQuery query;
  TRY(BindSelectList(node, scope, ctes, query));
  TRY(BindFilters(node, scope, ctes, query));
  query.rows = scope.rows;
  TRY(BindModifiers(node, scope, ctes, query));
  for (BoundColumn& column : query.columns) {
    column.flow.indirect.insert(query.rows.begin(), query.rows.end());
  }
  return query;
}

Status Binder::BindSelectList(const Json& node, Scope& scope, const Ctes& ctes, BoundQuery& query) {
  for (const Json& item : node["select_list"].items()) {
    if (item["class"].AsString() == "STAR") {
      TRY(BindStar(item, scope, ctes, query));
      continue;
    }
    ASSIGN_OR_RETURN(Flow flow, Bind(item, scope, ctes));
    query.aggregates = query.aggregates || flow.aggregates;
    flow.aggregates = false;
    BoundColumn column{ItemName(item), std::move(flow)};
    if (!item["alias"].AsString().empty()) scope.aliases.push_back(column);
    query.columns.push_back(std::move(column));
  }
  if (node["aggregate_handling"].AsString() == "FORCE_AGGREGATES") query.aggregates = true;
  return OkStatus();
}

Status Binder::BindStar(const Json& star, Scope& scope, const Ctes& ctes, BoundQuery& query) {
  if (star["columns"].AsBool() || !star["expr"].is_null() ||
      !IsEmptyList(star["qualified_exclude_list"]) || !IsEmptyList(star["rename_list"])) {
    return Refuse(star, "COLUMNS and this form of * are not supported; name the columns");
  }
  const std::string relation = LowerName(star["relation_name"].AsString());
  std::set<std::string> excluded;
  for (const std::string& name : star["exclude_list"].AsStrings()) excluded.insert(LowerName(name));
  std::map<std::string, Flow> replaced;
  for (const Json& entry : star["replace_list"].items()) {
    ASSIGN_OR_RETURN(Flow flow, Bind(entry["value"], scope, ctes));
    query.aggregates = query.aggregates || flow.aggregates;
    replaced[LowerName(entry["key"].AsString())] = std::move(flow);
  }
  bool any = false;
  for (const Relation& candidate : scope.relations) {
    if (!relation.empty() && candidate.alias != relation) continue;
    any = true;
    for (const BoundColumn& column : candidate.columns) {
      if (excluded.contains(column.name) || (relation.empty() && column.hidden)) continue;
      const auto other = replaced.find(column.name);
      BoundColumn shown{column.name, other == replaced.end() ? column.flow : other->second};
      read_.insert(shown.flow.values.begin(), shown.flow.values.end());
      query.columns.push_back(std::move(shown));
    }
  }
  return any ? OkStatus() : Refuse(star, "* without a table of that name");
}

Status Binder::BindFilters(const Json& node, Scope& scope, const Ctes& ctes, BoundQuery& query) {
  const auto decides = [&scope](const Flow& flow) {
    scope.rows.insert(flow.values.begin(), flow.values.end());
    scope.rows.insert(flow.indirect.begin(), flow.indirect.end());
  };
  for (const char* part : {"where_clause", "having", "qualify"}) {
    ASSIGN_OR_RETURN(const Flow flow, Bind(node[part], scope, ctes));
    query.aggregates = query.aggregates || flow.aggregates;
    decides(flow);
  }
  for (const Json& key : node["group_expressions"].items()) {
    query.aggregates = true;
    if (key["class"].AsString() == "CONSTANT" && key["value"]["value"].is_int()) {
      const auto index = static_cast<size_t>(key["value"]["value"].AsInt());
      if (index < 1 || index > query.columns.size()) {
        return Refuse(key, "GROUP BY beyond the columns");
      }
      decides(query.columns[index - 1].flow);
      continue;
    }
    ASSIGN_OR_RETURN(const Flow flow, Bind(key, scope, ctes));
    decides(flow);
  }
  if (node["aggregate_handling"].AsString() == "FORCE_AGGREGATES") {
    for (const BoundColumn& column : query.columns) decides(column.flow);
  }
  return OkStatus();
}

Status Binder::BindModifiers(const Json& node, Scope& scope, const Ctes& ctes, BoundQuery& query) {
  Flow order_keys;
  bool limited = false;
  for (const Json& modifier : node["modifiers"].items()) {
    const std::string& type = modifier["type"].AsString();
    if (type == "ORDER_MODIFIER") {
      for (const Json& order : modifier["orders"].items()) {
        const Json& key = order["expression"];
        if (key["class"].AsString() == "STAR") continue;  // ORDER BY ALL
        ASSIGN_OR_RETURN(const Flow flow, Bind(key, scope, ctes));
        order_keys.Add(flow);
      }
    } else if (type == "LIMIT_MODIFIER") {
      limited = true;
      TRY(CheckLimit(node, modifier, query));
    } else if (type == "DISTINCT_MODIFIER") {
      if (!IsEmptyList(modifier["distinct_on_targets"])) {
        return Refuse(node, "DISTINCT ON keeps any of several rows; use GROUP BY with min or max");
      }
      query.aggregates = true;
      for (const BoundColumn& column : query.columns) {
        query.rows.insert(column.flow.values.begin(), column.flow.values.end());
      }
    } else {
      return Refuse(node, "this clause (" + LowerName(type) + ") is not supported");
    }
  }
  if (!limited) return OkStatus();
  query.rows.insert(order_keys.values.begin(), order_keys.values.end());
  query.rows.insert(order_keys.indirect.begin(), order_keys.indirect.end());
  return OkStatus();
}

namespace {

/// The place in the select list, from 0, that a number among the keys of a clause stands for.
size_t PositionOf(const Json& key) {
  return static_cast<size_t>(key["value"]["value"].AsInt()) - 1;
}

bool IsNumber(const Json& key) {
  return key["class"].AsString() == "CONSTANT";
}

/// What the ORDER BY of a SELECT names.
struct OrderKeys {
  bool all = false;             ///< ORDER BY ALL, or *
  std::set<std::string> texts;  ///< of expressions
  std::set<size_t> positions;   ///< of the select list, from 0

  explicit OrderKeys(const Json& node) {
    for (const Json& modifier : node["modifiers"].items()) {
      for (const Json& order : modifier["orders"].items()) {
        const Json& key = order["expression"];
        all = all || key["class"].AsString() == "STAR";
        if (IsNumber(key)) positions.insert(PositionOf(key));
        texts.insert(ExpressionText(key));
      }
    }
  }

  [[nodiscard]] bool Cover(const Json& item, size_t position) const {
    if (positions.contains(position) || texts.contains(ExpressionText(item))) return true;
    const Json alias = Json::Of({{"class", "COLUMN_REF"},
                                 {"type", "COLUMN_REF"},
                                 {"column_names", Json::List({ItemName(item)})}});
    return !ItemName(item).empty() && texts.contains(ExpressionText(alias));
  }
};

/// Whether rows that the ORDER BY leaves in any order are equal.
bool OrdersAllRows(const Json& node, const BoundQuery& query) {
  const OrderKeys ordered(node);
  if (ordered.all) return true;
  const auto& items = node["select_list"].items();
  bool shown = items.size() == query.columns.size();  // no star among them
  for (size_t i = 0; shown && i < items.size(); ++i) shown = ordered.Cover(items[i], i);
  if (shown) return true;
  const auto& keys = node["group_expressions"].items();
  if (keys.empty() || node["group_sets"].size() != 1) return false;
  return std::all_of(keys.begin(), keys.end(), [&](const Json& key) {
    if (!IsNumber(key)) return ordered.texts.contains(ExpressionText(key));
    const size_t at = PositionOf(key);
    return at < items.size() && ordered.Cover(items[at], at);
  });
}

}  // namespace

/// Rows that a LIMIT may swap must be equal: the ORDER BY covers all columns shown, or all keys of
/// the GROUP BY.
Status Binder::CheckLimit(const Json& node, const Json& limit, const BoundQuery& query) {
  for (const char* part : {"limit", "offset"}) {
    if (!limit[part].is_null() && limit[part]["class"].AsString() != "CONSTANT") {
      return Refuse(limit[part], "LIMIT and OFFSET take a plain number");
    }
  }
  if (OrdersAllRows(node, query)) return OkStatus();
  return Refuse(limit["limit"],
                "LIMIT without a total order: order by all columns of the result, or by "
                "all keys of the GROUP BY");
}

namespace {

/// What a set operation combines, in both forms in which the engine writes it.
std::vector<Json> SidesOf(const Json& node) {
  std::vector<Json> sides;
  for (const char* side : {"left", "right"}) {
    if (node[side].is_object()) sides.push_back(node[side]);
  }
  for (const Json& child : node["children"].items()) sides.push_back(child);
  return sides;
}

}  // namespace

Result<BoundQuery> Binder::BindSetOperation(const Json& node,
                                            const Scope* parent,
                                            const Ctes& outer) {
  Ctes ctes = outer;
  TRY(BindCtes(node, parent, ctes));
  const std::string& type = node["setop_type"].AsString();
  if (type != "UNION" && type != "EXCEPT" && type != "INTERSECT") {
    return Refuse(node, "this set operation (" + LowerName(type) + ") is not supported");
  }
  const std::vector<Json> sides = SidesOf(node);
  if (sides.size() < 2) return Refuse(node, "a set operation with one side");
  ASSIGN_OR_RETURN(BoundQuery query, BindQuery(sides.front(), parent, ctes));
  query.aggregates = query.aggregates || !node["setop_all"].AsBool();
  for (size_t i = 1; i < sides.size(); ++i) {
    ASSIGN_OR_RETURN(const BoundQuery right, BindQuery(sides[i], parent, ctes));
    if (right.columns.size() != query.columns.size()) {
      return Refuse(node, "the sides of a set operation differ in their number of columns");
    }
    query.rows.insert(right.rows.begin(), right.rows.end());
    for (size_t c = 0; c < query.columns.size(); ++c) {
      query.columns[c].flow.Add(right.columns[c].flow);
    }
  }
  const bool decides = type != "UNION" || !node["setop_all"].AsBool();
  for (const BoundColumn& column : query.columns) {
    if (decides) query.rows.insert(column.flow.values.begin(), column.flow.values.end());
  }
  for (const Json& modifier : node["modifiers"].items()) {
    if (modifier["type"].AsString() == "ORDER_MODIFIER") continue;
    return Refuse(node, "LIMIT and DISTINCT over a set operation: put it in a sub-query");
  }
  for (BoundColumn& column : query.columns) {
    column.flow.indirect.insert(query.rows.begin(), query.rows.end());
  }
  return query;
}

}  // namespace signet::pipelines::query
