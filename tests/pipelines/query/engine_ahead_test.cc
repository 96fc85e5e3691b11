#include "pipelines/query/engine_ahead.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pipelines/query/analyse_select.h"

namespace signet::pipelines::query {
namespace {

TEST(EngineAhead, ParsesWhatItWasGivenAndKnowsNothingElse) {
  EngineAhead ahead;
  ahead.Parse({"SELECT 1 AS one", "SELECT FROM", "SELECT 1; SELECT 2"});
  EXPECT_EQ(ahead.TreeOf("SELECT 1 AS one")["node"]["type"].AsString(), "SELECT_NODE");
  EXPECT_TRUE(ahead.TreeOf("SELECT FROM").is_null());
  EXPECT_TRUE(ahead.TreeOf("SELECT 1; SELECT 2").is_null());
  EXPECT_TRUE(ahead.TreeOf("SELECT 2").is_null());
}

TEST(EngineAhead, ItsEngineOutlivesIt) {
  AnalysisEngine engine;
  {
    EngineAhead ahead;
    ahead.Parse({"SELECT 1"});
    Result<AnalysisEngine> taken = ahead.Take();
    ASSERT_TRUE(taken.ok());
    engine = std::move(taken).value();
  }
  EXPECT_EQ(engine.connection->QueryInt64("SELECT 41 + 1").value(), 42);
}

TEST(EngineAhead, EndsWithoutHavingBeenAsked) {
  const EngineAhead ahead;
}

/// Everything an analysis says.
std::string Text(const Result<SelectAnalysis>& analysis) {
  if (!analysis.ok()) return analysis.status().ToString();
  std::string text = analysis->aggregates ? "aggregates" : "";
  for (const OutputColumn& column : analysis->columns) {
    text += " " + column.name + ":" + std::string(ColumnTypeName(column.type)) + "<";
    for (const std::string& value : column.values) text += value + ",";
    text += "|";
    for (const std::string& value : column.indirect) text += value + ",";
  }
  for (const std::string& column : analysis->read) text += " " + column;
  return text;
}

TEST(AnalysisSession, WhatIsParsedAheadIsAnalysedAsOtherwise) {
  Schema schema;
  schema.columns = {{"subject", ColumnType::kUuid, {}},
                    {"a", ColumnType::kInt64, {}},
                    {"b", ColumnType::kText, {}}};
  const std::map<std::string, Schema> tables = {{"t", schema}};
  const std::vector<std::string> statements = {
      "SELECT subject, a + 1 AS a FROM t",
      "SELECT subject, count(*) AS n FROM t WHERE b = '' GROUP BY ALL",
      "SELECT subject FROM t UNION ALL SELECT subject FROM t WHERE a > 1",
      "SELECT subject FROM t UNION SELECT subject FROM t WHERE a > 1",
      "SELECT DISTINCT subject, a FROM t ORDER BY subject, a LIMIT 3",
      "SELECT subject, a FROM t LIMIT 3",
      "SELECT subject, sum(a) OVER (PARTITION BY b ORDER BY a) AS s FROM t",
      "SELECT subject, c FROM t",
      "SELECT subject FROM",
      "SELECT random() AS r FROM t",
      "DROP TABLE t",
      "SELECT subject FROM t; SELECT subject FROM t",
      "WITH x AS (SELECT subject, a FROM t) SELECT * FROM x JOIN t USING (subject)",
      ""};
  std::vector<std::string> alone;
  alone.reserve(statements.size());
  for (const std::string& sql : statements) alone.push_back(Text(AnalyseSelect(sql, tables)));
  AnalysisSession session;
  session.ParseAhead(statements);
  for (size_t i = 0; i < statements.size(); ++i) {
    SCOPED_TRACE(statements[i]);
    EXPECT_EQ(Text(AnalyseSelect(statements[i], tables)), alone[i]);
  }
}

}  // namespace
}  // namespace signet::pipelines::query
