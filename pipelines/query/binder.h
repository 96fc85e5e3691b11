/// Binds a parsed SELECT over known schemas and follows every column to the inputs.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/analyse_select.h"

namespace signet::pipelines::query {

/// What flows into one expression.
struct Flow {
  ColumnSet values;
  ColumnSet indirect;
  bool may_be_double = false;
  bool aggregates = false;
  Status unknown;  ///< names a column that is not there; DuckDB refuses it, unless we do before

  void Add(const Flow& other);
  /// Takes the other's columns as deciding, not flowing.
  void AddIndirect(const Flow& other);
};

/// A column of a relation in scope.
struct BoundColumn {
  std::string name;  ///< lower-case; empty: DuckDB names it
  Flow flow;
  bool hidden = false;  ///< not part of `*`: the right side of USING
};

/// The columns of a table, sub-query or join side, and what decides which rows there are.
struct Relation {
  std::string alias;  ///< lower-case; may be empty
  std::vector<BoundColumn> columns;
};

struct BoundQuery {
  std::vector<BoundColumn> columns;
  ColumnSet rows;  ///< decides which rows there are
  bool aggregates = false;
};

/// The names visible at one level of the query.
struct Scope {
  std::vector<Relation> relations;
  std::vector<BoundColumn> aliases;  ///< of the select list, so far
  std::vector<std::string> lambda_names;
  ColumnSet rows;  ///< collected from joins, filters, groups
  const Scope* parent = nullptr;
};

/// Common table expressions, innermost last.
using Ctes = std::map<std::string, BoundQuery>;

/// One use binds one statement. Recursion is bounded by kDepthMax.
class Binder {
 public:
  Binder(std::string_view sql, const std::map<std::string, Schema>& tables);

  /// Binds the `node` of a parsed statement.
  Result<BoundQuery> BindQuery(const Json& node, const Scope* parent, const Ctes& ctes);
  [[nodiscard]] const ColumnSet& read() const { return read_; }
  [[nodiscard]] const std::set<std::string>& used_tables() const { return used_tables_; }

 private:
  // Queries (binder.cc).
  Result<BoundQuery> BindSelect(const Json& node, const Scope* parent, const Ctes& ctes);
  Result<BoundQuery> BindSetOperation(const Json& node, const Scope* parent, const Ctes& ctes);
  Status BindSelectList(const Json& node, Scope& scope, const Ctes& ctes, BoundQuery& query);
  Status BindFilters(const Json& node, Scope& scope, const Ctes& ctes, BoundQuery& query);
  Status BindModifiers(const Json& node, Scope& scope, const Ctes& ctes, BoundQuery& query);
  Status BindCtes(const Json& node, const Scope* parent, Ctes& ctes);
  Status CheckLimit(const Json& node, const Json& limit, const BoundQuery& query);
  Status BindStar(const Json& star, Scope& scope, const Ctes& ctes, BoundQuery& query);

  // Tables (binder_tables.cc).
  Status BindFrom(const Json& ref, Scope& scope, const Ctes& ctes);
  Status BindBaseTable(const Json& ref, Scope& scope, const Ctes& ctes);
  Status BindSubqueryRef(const Json& ref, Scope& scope, const Ctes& ctes);
  Status BindTableFunction(const Json& ref, Scope& scope, const Ctes& ctes);
  Status BindValues(const Json& ref, Scope& scope, const Ctes& ctes);
  /// kInvalid for joins whose result depends on the order of rows, and for unknown ones.
  [[nodiscard]] Status CheckJoin(const Json& ref) const;
  Status BindJoin(const Json& ref, Scope& scope, const Ctes& ctes);
  Status BindUsing(const std::vector<std::string>& names, size_t left_end, Scope& scope);

  // Expressions (binder_expressions.cc).
  Result<Flow> Bind(const Json& expression, Scope& scope, const Ctes& ctes);
  Result<Flow> BindColumn(const Json& expression, const Scope& scope);
  Result<Flow> BindFunction(const Json& expression, Scope& scope, const Ctes& ctes);
  Result<Flow> BindWindow(const Json& expression, Scope& scope, const Ctes& ctes);
  Result<Flow> BindCase(const Json& expression, Scope& scope, const Ctes& ctes);
  Result<Flow> BindSubquery(const Json& expression, Scope& scope, const Ctes& ctes);
  Result<Flow> BindLambda(const Json& expression, Scope& scope, const Ctes& ctes);
  Result<Flow> BindAll(const Json& list, Scope& scope, const Ctes& ctes);
  [[nodiscard]] Status CheckCanBeKnown(const Json& expression,
                                       const std::vector<std::string>& names,
                                       const Scope& scope) const;
  Status CheckFunctionName(const Json& expression);
  Status CheckWindowOrder(const Json& expression, const Scope& scope);
  /// What a name may mean at one level.
  struct Meaning {
    bool column = false;  ///< a column has it: no outer level can be meant
    bool alias = false;   ///< an alias of the select list has it
    Flow flow;
  };
  [[nodiscard]] Meaning Resolve(const std::vector<std::string>& names, const Scope& scope) const;

  [[nodiscard]] Status Refuse(const Json& place, const std::string& why) const;
  [[nodiscard]] Flow Everything() const;

  std::string_view sql_;
  const std::map<std::string, Schema>& tables_;
  ColumnSet read_;
  std::set<std::string> used_tables_;
  int depth_ = 0;
};

/// The order expressions of an ORDER BY as canonical text, to compare expressions with.
std::string ExpressionText(const Json& expression);
std::string LowerName(std::string_view name);

}  // namespace signet::pipelines::query
