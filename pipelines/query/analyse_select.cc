#include "pipelines/query/analyse_select.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/text.h"
#include "pipelines/query/binder.h"
#include "pipelines/query/engine_ahead.h"
#include "pipelines/query/statement_tree.h"

namespace signet::pipelines::query {
namespace {

/// Joins what the binder found with what DuckDB says; where both know, they must agree.
Result<SelectAnalysis> Combine(const Binder& binder,
                               BoundQuery query,
                               const std::vector<ResultColumn>& prepared) {
  if (prepared.size() != query.columns.size()) {
    return RefuseSql("the columns of the result cannot be followed");
  }
  SelectAnalysis analysis;
  analysis.read = binder.read();
  analysis.read.insert(query.rows.begin(), query.rows.end());
  analysis.tables = binder.used_tables();
  analysis.aggregates = query.aggregates;
  std::set<std::string> names;
  for (size_t i = 0; i < prepared.size(); ++i) {
    BoundColumn& bound = query.columns[i];
    if (!bound.name.empty() && LowerName(prepared[i].name) != bound.name) {
      return RefuseSql("the columns of the result cannot be followed");
    }
    if (!names.insert(LowerName(prepared[i].name)).second) {
      return RefuseSql("column '" + prepared[i].name +
                       "' is twice in the result; give it another name");
    }
    analysis.columns.push_back({prepared[i].name,
                                prepared[i].type,
                                std::move(bound.flow.values),
                                std::move(bound.flow.indirect)});
  }
  return analysis;
}

/// An engine, and how many sessions of this thread share it.
struct SharedEngine {
  int sessions = 0;
  std::unique_ptr<EngineAhead> ahead;
  AnalysisEngine engine;
  /// The empty tables that are there: name to the text of their columns. Steps share few shapes,
  /// and making a table takes longer than reading a statement.
  std::map<std::string, std::string> tables;
  /// What was found before, by AnalysisKey: planning asks the same question several times.
  std::map<std::string, SelectAnalysis> found;

  void Close() {
    found.clear();
    tables.clear();
    ahead.reset();
    engine.connection.reset();
    engine.database.reset();
  }
};

SharedEngine& ThisThreads() {
  thread_local SharedEngine engine;
  return engine;
}

/// One analysis: with its own engine, or the session's. Tables that other analyses of the session
/// left behind are harmless: names are looked up by our binder, among the inputs given to it.
class Analysis {
 public:
  Analysis() : shared_(ThisThreads().sessions > 0 ? ThisThreads() : own_) {}
  Analysis(const Analysis&) = delete;
  Analysis& operator=(const Analysis&) = delete;
  ~Analysis() = default;

  Result<Connection*> Open() {
    if (shared_.engine.connection == nullptr) {
      ASSIGN_OR_RETURN(shared_.engine,
                       shared_.ahead != nullptr ? shared_.ahead->Take() : AnalysisEngine::Open());
    }
    return shared_.engine.connection.get();
  }

  /// The statement's tree; it lives as long as this.
  Result<const Json*> Parse(std::string_view sql) {
    if (shared_.ahead != nullptr) {
      const Json& known = shared_.ahead->TreeOf(sql);
      if (!known.is_null()) return &known;
    }
    ASSIGN_OR_RETURN(tree_, ParseStatement(*shared_.engine.connection, sql));
    return &tree_;
  }

  /// Makes the inputs as empty tables, so that DuckDB tells names and types.
  Status MakeTables(const std::map<std::string, Schema>& tables) {
    for (const auto& [name, schema] : tables) {
      std::string columns;
      for (const Column& column : schema.columns) {
        columns += (columns.empty() ? "" : ", ") + SqlName(column.name) + " " +
                   std::string(SqlTypeOf(column.type));
      }
      if (columns.empty()) return RefuseSql("input '" + name + "' has no columns");
      TRY(MakeTable(name, columns));
    }
    return OkStatus();
  }

 private:
  Status MakeTable(const std::string& name, const std::string& columns) {
    // DuckDB's names know no case: one spelling at a time.
    const std::string key = LowerName(name);
    std::string& there = shared_.tables[key];
    const std::string wanted = name + " " + columns;
    if (there == wanted) return OkStatus();
    there.clear();
    TRY(shared_.engine.connection->Execute("DROP TABLE IF EXISTS " + SqlName(name) +
                                           "; CREATE TABLE " + SqlName(name) + " (" + columns +
                                           ")"));
    there = wanted;
    return OkStatus();
  }

  SharedEngine own_;
  Json tree_;
  SharedEngine& shared_;
};

/// All that an analysis depends on: the statement, and names and types of the inputs' columns.
std::string AnalysisKey(std::string_view sql, const std::map<std::string, Schema>& tables) {
  std::string key(sql);
  for (const auto& [name, schema] : tables) {
    key += '\0';
    key += name;
    for (const Column& column : schema.columns) {
      key += '\1';
      key += column.name;
      key += static_cast<char>('a' + static_cast<int>(column.type));
    }
  }
  return key;
}

Result<SelectAnalysis> Analyse(std::string_view sql, const std::map<std::string, Schema>& tables) {
  Analysis analysis;
  ASSIGN_OR_RETURN(Connection* const connection, analysis.Open());
  ASSIGN_OR_RETURN(const Json* const statement, analysis.Parse(sql));
  Binder binder(sql, tables);
  ASSIGN_OR_RETURN(BoundQuery query, binder.BindQuery((*statement)["node"], nullptr, {}));
  TRY(analysis.MakeTables(tables));
  Result<std::vector<ResultColumn>> prepared = connection->Describe(sql);
  if (!prepared.ok()) return prepared.status().WithDiagnostic("SIG-3010");
  return Combine(binder, std::move(query), *prepared);
}

/// An expression wrapped in a SELECT must come back as just that.
bool IsOneExpression(const Json& node, const std::string& table) {
  return node["type"].AsString() == "SELECT_NODE" && node["select_list"].size() == 1 &&
         node["modifiers"].size() == 0 && node["cte_map"]["map"].size() == 0 &&
         node["from_table"]["type"].AsString() == "BASE_TABLE" &&
         node["from_table"]["table_name"].AsString() == table &&
         node["from_table"]["alias"].AsString().empty() && node["where_clause"].is_null() &&
         node["group_expressions"].size() == 0 && node["having"].is_null() &&
         node["qualify"].is_null() && node["sample"].is_null() &&
         node["select_list"].items().front()["alias"].AsString().empty();
}

}  // namespace

AnalysisSession::AnalysisSession() : outermost_(ThisThreads().sessions == 0) {
  ++ThisThreads().sessions;
}

AnalysisSession::~AnalysisSession() {
  --ThisThreads().sessions;
  if (outermost_) ThisThreads().Close();
}

void AnalysisSession::OpenAhead() {
  SharedEngine& shared = ThisThreads();
  if (shared.ahead == nullptr && shared.engine.connection == nullptr) {
    shared.ahead = std::make_unique<EngineAhead>();
  }
}

void AnalysisSession::ParseAhead(std::vector<std::string> statements) {
  OpenAhead();
  if (ThisThreads().ahead != nullptr) ThisThreads().ahead->Parse(std::move(statements));
}

Result<SelectAnalysis> AnalyseSelect(std::string_view sql,
                                     const std::map<std::string, Schema>& tables) {
  SharedEngine& shared = ThisThreads();
  if (shared.sessions == 0) return Analyse(sql, tables);
  const std::string key = AnalysisKey(sql, tables);
  if (const auto known = shared.found.find(key); known != shared.found.end()) return known->second;
  ASSIGN_OR_RETURN(SelectAnalysis analysis, Analyse(sql, tables));
  shared.found.emplace(key, analysis);
  return analysis;
}

Result<SelectAnalysis> AnalyseExpression(std::string_view expression,
                                         const std::string& table,
                                         const Schema& schema) {
  Analysis analysis;
  ASSIGN_OR_RETURN(Connection* const connection, analysis.Open());
  const std::string sql = "SELECT (" + std::string(expression) + "\n) FROM " + SqlName(table);
  ASSIGN_OR_RETURN(const Json* const statement, analysis.Parse(sql));
  const std::map<std::string, Schema> tables = {{table, schema}};
  if (!IsOneExpression((*statement)["node"], table)) return RefuseSql("this is not one expression");
  Binder binder(sql, tables);
  ASSIGN_OR_RETURN(BoundQuery query, binder.BindQuery((*statement)["node"], nullptr, {}));
  if (query.aggregates) return RefuseSql("a condition looks at one row: it cannot aggregate");
  TRY(analysis.MakeTables(tables));
  Result<std::vector<ResultColumn>> prepared = connection->Describe(sql);
  if (!prepared.ok()) return prepared.status().WithDiagnostic("SIG-3010");
  for (BoundColumn& column : query.columns) column.name.clear();
  return Combine(binder, std::move(query), *prepared);
}

}  // namespace signet::pipelines::query
