#include "pipelines/query/analyse_select.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/text.h"

namespace signet::pipelines::query {
namespace {

std::map<std::string, Schema> Tables() {
  Schema orders;
  orders.columns = {{"subject", ColumnType::kUuid, {}},
                    {"amount", ColumnType::kDecimal, {}},
                    {"ordered_at", ColumnType::kTimestamp, {}},
                    {"product", ColumnType::kText, {}},
                    {"weight", ColumnType::kDouble, {}}};
  Schema crm;
  crm.columns = {{"subject", ColumnType::kUuid, {}},
                 {"email", ColumnType::kText, {}},
                 {"country", ColumnType::kText, {}},
                 {"orders", ColumnType::kInt64, {}}};
  return {{"orders", orders}, {"crm", crm}};
}

/// "name<-values|indirect" of every column, sets as comma lists; or "!message".
std::string Flows(const std::string& sql) {
  const Result<SelectAnalysis> analysis = AnalyseSelect(sql, Tables());
  if (!analysis.ok()) return "!" + analysis.status().message();
  std::string text;
  const auto list = [](const ColumnSet& set) {
    return Join(std::vector<std::string>(set.begin(), set.end()), ",");
  };
  for (const OutputColumn& column : analysis->columns) {
    text += (text.empty() ? "" : " ") + column.name + "<-" + list(column.values) + "|" +
            list(column.indirect);
  }
  return text;
}

TEST(AnalyseSelect, FollowsPlainColumnsFiltersAndExpressions) {
  EXPECT_EQ(Flows("SELECT subject, amount + 1 AS a FROM orders"),
            "subject<-orders.subject| a<-orders.amount|");
  EXPECT_EQ(Flows("SELECT amount FROM orders WHERE product = 'x'"),
            "amount<-orders.amount|orders.product");
  EXPECT_EQ(
      Flows("SELECT o.amount AS a, c.country FROM orders o JOIN crm c ON o.subject = c.subject"),
      "a<-orders.amount|crm.subject,orders.subject "
      "country<-crm.country|crm.subject,orders.subject");
  EXPECT_EQ(Flows("SELECT CASE WHEN country = 'FI' THEN 1 ELSE 0 END AS f FROM crm"),
            "f<-crm.country|");
  EXPECT_EQ(Flows("SELECT amount AS x, x * 2 AS y FROM orders"),
            "x<-orders.amount| y<-orders.amount|");
}

TEST(AnalyseSelect, FollowsAggregatesAndGroups) {
  EXPECT_EQ(Flows("SELECT subject, sum(amount) AS s, count(*) AS n, "
                  "count(*) FILTER (WHERE product = 'x') AS f FROM orders GROUP BY subject"),
            "subject<-orders.subject|orders.subject s<-orders.amount|orders.subject "
            "n<-|orders.subject f<-orders.product|orders.subject");
  EXPECT_EQ(
      Flows(
          "SELECT product FROM orders GROUP BY 1 HAVING max(ordered_at) > TIMESTAMP '2026-01-01'"),
      "product<-orders.product|orders.ordered_at,orders.product");
  EXPECT_EQ(Flows("SELECT product, sum(amount) AS s FROM orders GROUP BY ALL"),
            "product<-orders.product|orders.amount,orders.product "
            "s<-orders.amount|orders.amount,orders.product");
  EXPECT_EQ(Flows("SELECT string_agg(product, ',' ORDER BY product) AS p FROM orders"),
            "p<-orders.product|orders.product");
}

TEST(AnalyseSelect, FollowsSubQueriesCtesAndSetOperations) {
  EXPECT_EQ(Flows("WITH t AS (SELECT subject, max(amount) AS m FROM orders GROUP BY subject) "
                  "SELECT m FROM t WHERE m > 5"),
            "m<-orders.amount|orders.amount,orders.subject");
  EXPECT_EQ(Flows("SELECT x FROM (SELECT email AS x FROM crm) AS s(x)"), "x<-crm.email|");
  EXPECT_EQ(Flows("SELECT country AS v FROM crm UNION ALL SELECT product FROM orders"),
            "v<-crm.country,orders.product|");
  EXPECT_EQ(Flows("SELECT amount FROM orders o WHERE EXISTS (SELECT 1 FROM crm c WHERE c.subject = "
                  "o.subject AND c.country = 'FI')"),
            "amount<-orders.amount|crm.country,crm.subject,orders.subject");
  EXPECT_EQ(
      Flows("SELECT (SELECT max(email) FROM crm c WHERE c.subject = o.subject) AS e FROM orders o"),
      "e<-crm.email,crm.subject,orders.subject|crm.subject,orders.subject");
}

TEST(AnalyseSelect, AnInnerCteHidesAnOuterTableOfItsName) {
  EXPECT_EQ(Flows("WITH orders AS (SELECT email AS amount FROM crm) SELECT amount FROM orders"),
            "amount<-crm.email|");
  EXPECT_EQ(
      Flows(
          "WITH a AS (SELECT country AS v FROM crm), b AS (WITH a AS (SELECT email AS v FROM crm) "
          "SELECT v FROM a) SELECT b.v AS x, a.v AS y FROM a, b"),
      "x<-crm.email| y<-crm.country|");
}

TEST(AnalyseSelect, FollowsStarsAndUsing) {
  EXPECT_EQ(Flows("SELECT * EXCLUDE (subject, ordered_at, weight) FROM orders"),
            "amount<-orders.amount| product<-orders.product|");
  EXPECT_EQ(
      Flows("SELECT * REPLACE (lower(email) AS country) FROM crm").find("country<-crm.email|") !=
          std::string::npos,
      true);
  EXPECT_EQ(Flows("SELECT subject, country FROM orders LEFT JOIN crm USING (subject)"),
            "subject<-crm.subject,orders.subject|crm.subject,orders.subject "
            "country<-crm.country|crm.subject,orders.subject");
  const Result<SelectAnalysis> star =
      AnalyseSelect("SELECT * FROM orders JOIN crm USING (subject)", Tables());
  ASSERT_TRUE(star.ok()) << star.status().ToString();
  EXPECT_EQ(star->columns.size(), 8U);
}

TEST(AnalyseSelect, FollowsWindowsThatDoNotDependOnTies) {
  EXPECT_EQ(Flows("SELECT rank() OVER (PARTITION BY subject ORDER BY amount) AS r FROM orders"),
            "r<-orders.amount|orders.subject");
  EXPECT_EQ(Flows("SELECT lag(ordered_at) OVER (PARTITION BY subject ORDER BY ordered_at) AS p "
                  "FROM orders"),
            "p<-orders.ordered_at|orders.ordered_at,orders.subject");
  EXPECT_EQ(Flows("SELECT sum(amount) OVER (PARTITION BY subject) AS s FROM orders"),
            "s<-orders.amount|orders.subject");
}

TEST(AnalyseSelect, FollowsUnnestAndLateral) {
  EXPECT_EQ(Flows("SELECT u.w FROM orders, unnest(string_split(product, ' ')) AS u(w)"),
            "w<-orders.product|orders.product");
  EXPECT_EQ(Flows("SELECT l.d FROM orders o, LATERAL (SELECT o.amount * 2 AS d) AS l"),
            "d<-orders.amount|");
}

TEST(AnalyseSelect, AnUnknownColumnIsNamedBeforeTheRuleAboutItsType) {
  for (const char* sql : {"SELECT sum(amonut) AS s FROM orders",
                          "SELECT avg(o.amonut + 1) AS s FROM orders o",
                          "SELECT sum(amonut) OVER (PARTITION BY subject) AS s FROM orders",
                          "SELECT sum(x) AS s FROM (SELECT amonut AS x FROM orders)"}) {
    EXPECT_NE(Flows(sql).find("there is no column 'amonut'; did you mean 'amount'?"),
              std::string::npos)
        << sql << ": " << Flows(sql);
  }
  EXPECT_EQ(Flows("SELECT sum(amonut) AS s FROM orders").rfind("!line 1, column 12: ", 0), 0U);
  // What is there, or may be: the rule is told.
  for (const char* sql : {"SELECT sum(weight) AS s FROM orders",
                          "SELECT sum(c.amount) AS s FROM (SELECT crm AS c FROM crm)",
                          "SELECT sum(u.amount) AS s FROM (SELECT {'amount': weight} AS u "
                          "FROM orders)"}) {
    EXPECT_NE(Flows(sql).find("floating-point"), std::string::npos) << sql << ": " << Flows(sql);
  }
}

TEST(AnalyseSelect, AWholeRowAndAnUnknownNameCountAsEveryInput) {
  // `crm` is no column here but the row: its text holds every column.
  const Result<SelectAnalysis> row = AnalyseSelect("SELECT crm::VARCHAR AS r FROM crm", Tables());
  ASSERT_TRUE(row.ok()) << row.status().ToString();
  EXPECT_TRUE(row->columns[0].values.contains("crm.email"));
  EXPECT_TRUE(row->columns[0].values.contains("crm.country"));
  // A column named like a table is the column.
  EXPECT_EQ(Flows("SELECT orders FROM crm"), "orders<-crm.orders|");
}

TEST(AnalyseSelect, EncodingOneColumnIntoAnothersValuesDoesNotHideIt) {
  const std::string flows = Flows(
      "SELECT CASE WHEN substr(email, 1, 1) = 'a' THEN 'FI' ELSE 'SE' END AS country FROM crm");
  EXPECT_EQ(flows, "country<-crm.email|");
  EXPECT_EQ(Flows("SELECT country || coalesce(email, '') AS c FROM crm"),
            "c<-crm.country,crm.email|");
  EXPECT_EQ(Flows("SELECT instr('abc', email) AS c FROM crm"), "c<-crm.email|");
}

TEST(AnalyseSelect, TakesALimitWithATotalOrderOnly) {
  EXPECT_EQ(Flows("SELECT subject, sum(amount) AS s FROM orders GROUP BY subject ORDER BY s, "
                  "subject LIMIT 5")
                .front(),
            's');
  EXPECT_EQ(Flows("SELECT product FROM orders ORDER BY product LIMIT 5").front(), 'p');
  EXPECT_EQ(Flows("SELECT product, amount FROM orders ORDER BY ALL LIMIT 5").front(), 'p');
  EXPECT_EQ(Flows("SELECT product, amount FROM orders ORDER BY product LIMIT 5").front(), '!');
  EXPECT_EQ(Flows("SELECT product FROM orders LIMIT 5").front(), '!');
}

TEST(AnalyseSelect, GivesDuckDbsTypes) {
  const SelectAnalysis analysis =
      AnalyseSelect(
          "SELECT subject, count(*) AS n, sum(amount) AS s, max(ordered_at)::DATE AS d, "
          "avg(amount) AS a FROM orders GROUP BY subject",
          Tables())
          .value();
  EXPECT_EQ(analysis.columns[0].type, ColumnType::kUuid);
  EXPECT_EQ(analysis.columns[1].type, ColumnType::kInt64);
  EXPECT_EQ(analysis.columns[2].type, ColumnType::kDecimal);
  EXPECT_EQ(analysis.columns[3].type, ColumnType::kDate);
  EXPECT_EQ(analysis.columns[4].type, ColumnType::kDouble);
  EXPECT_TRUE(analysis.aggregates);
  EXPECT_EQ(analysis.tables, std::set<std::string>{"orders"});
}

TEST(AnalyseSelect, RefusesTheHostileCorpus) {
  for (const char* sql : {
           // Other statements, and SELECTs that hide one.
           "",
           "SELECT 1; SELECT 2",
           "SELECT 1; DROP TABLE orders",
           "DROP TABLE orders",
           "INSERT INTO orders SELECT * FROM orders",
           "UPDATE crm SET email = ''",
           "DELETE FROM crm",
           "CREATE TABLE x AS SELECT 1",
           "COPY orders TO '/tmp/x.csv'",
           "COPY (SELECT 1) TO '/tmp/x'",
           "ATTACH '/tmp/x.db'",
           "INSTALL httpfs",
           "LOAD httpfs",
           "SET threads = 1",
           "PRAGMA version",
           "CALL pragma_version()",
           "EXPLAIN SELECT 1",
           "DESCRIBE orders",
           "SUMMARIZE orders",
           "SHOW TABLES",
           "SELECT * FROM (DESCRIBE orders)",
           "SELECT * FROM (SUMMARIZE crm)",
           "PIVOT orders ON product USING sum(amount)",
           "UNPIVOT crm ON email INTO NAME n VALUE v",
           "SELECT * FROM (PIVOT orders ON product IN ('a') USING sum(amount))",
           "FROM (PIVOT orders ON product USING count(*))",
           "PREPARE p AS SELECT 1",
           "EXECUTE p",
           "BEGIN",
           "EXPORT DATABASE '/tmp/x'",
           "VACUUM",
           "USE memory",
           // Ways out of the inputs.
           "SELECT * FROM query('SELECT * FROM crm')",
           "SELECT * FROM query_table('crm')",
           "SELECT * FROM read_csv('/etc/passwd')",
           "SELECT * FROM read_text('/etc/passwd')",
           "SELECT * FROM read_parquet('/proc/self/fd/3')",
           "SELECT * FROM '/etc/passwd'",
           "SELECT * FROM '/proc/self/fd/3'",
           "SELECT * FROM glob('*')",
           "SELECT * FROM duckdb_settings()",
           "SELECT * FROM duckdb_tables",
           "SELECT * FROM pragma_version()",
           "SELECT * FROM information_schema.tables",
           "SELECT * FROM pg_catalog.pg_class",
           "SELECT * FROM memory.main.orders",
           "SELECT * FROM main.orders",
           "SELECT * FROM sqlite_master",
           "SELECT * FROM unknown",
           "SELECT current_setting('threads')",
           "SELECT getvariable('x')",
           "SELECT json_serialize_sql('SELECT 1')",
           "SELECT * FROM json_execute_serialized_sql('x')",
           "SELECT * FROM orders AT (VERSION => 1)",
           "SELECT nextval('s')",
           "SELECT write_log('x')",
           "SELECT (SELECT content FROM read_text('/etc/passwd'))",
           "WITH f AS (SELECT * FROM read_csv('/etc/passwd')) SELECT * FROM f",
           "SELECT * FROM orders WHERE EXISTS (FROM read_blob('/etc/shadow'))",
           // What may change from run to run.
           "SELECT random()",
           "SELECT uuid()",
           "SELECT now()",
           "SELECT current_timestamp",
           "SELECT current_date",
           "SELECT today()",
           "SELECT current_user",
           "SELECT rowid FROM orders",
           "SELECT first(amount) FROM orders",
           "SELECT any_value(amount) FROM orders",
           "SELECT last(amount) FROM orders",
           "SELECT arg_max(product, amount) FROM orders",
           "SELECT max_by(product, amount) FROM orders",
           "SELECT mode(product) FROM orders",
           "SELECT list(product) FROM orders",
           "SELECT string_agg(product) FROM orders",
           "SELECT string_agg(product, ',' ORDER BY amount) FROM orders",
           "SELECT approx_count_distinct(product) FROM orders",
           "SELECT hash(email) FROM crm",
           "SELECT md5(email) FROM crm",
           "SELECT sha256(email) FROM crm",
           "SELECT sum(weight) AS w FROM orders",
           "SELECT avg(weight) AS w FROM orders",
           "SELECT sum(amount / 3) AS w FROM orders",
           "SELECT stddev(amount) AS w FROM orders",
           "SELECT sum(w) AS s FROM (SELECT sqrt(amount) AS w FROM orders)",
           "SELECT product FROM orders TABLESAMPLE 10%",
           "SELECT product FROM orders USING SAMPLE 5",
           "SELECT product FROM orders LIMIT 10%",
           "SELECT DISTINCT ON (product) amount FROM orders",
           "SELECT row_number() OVER (ORDER BY amount) AS r FROM orders",
           "SELECT first_value(product) OVER (ORDER BY amount) AS r FROM orders",
           "SELECT lag(product) OVER (ORDER BY amount) AS r FROM orders",
           "SELECT sum(amount) OVER (ORDER BY ordered_at ROWS 2 PRECEDING) AS r FROM orders",
           "SELECT o.amount FROM orders o ASOF JOIN crm c ON o.amount >= c.orders",
           "SELECT o.amount FROM orders o POSITIONAL JOIN crm c",
           // What cannot be followed.
           "SELECT COLUMNS('e.*') FROM crm",
           "SELECT * LIKE 'e%' FROM crm",
           "SELECT $1",
           "SELECT * FROM orders WHERE amount > $cutoff",
           "SELECT #1 FROM crm",
           "SELECT email COLLATE nocase FROM crm",
           "SELECT unnest([1, 2])",
           "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r",
           "SELECT email, email FROM crm",
           "SELECT nope FROM crm",
           "SELECT crm FROM crm",
           "SELECT {'a': email} AS s FROM crm",
           "SELECT [email] AS l FROM crm",
       }) {
    SCOPED_TRACE(sql);
    const Result<SelectAnalysis> analysis = AnalyseSelect(sql, Tables());
    EXPECT_FALSE(analysis.ok());
    EXPECT_EQ(analysis.status().code(), StatusCode::kInvalid);
    EXPECT_EQ(analysis.status().diagnostic(), "SIG-3010") << analysis.status().ToString();
  }
}

TEST(AnalyseSelect, SaysWhereAndWhy) {
  EXPECT_EQ(
      Flows("SELECT subject,\n  random() AS r FROM orders"),
      "!line 2, column 3: function 'random' cannot be used: its result changes from run to run");
  EXPECT_EQ(Flows("SELECT * FROM order"), "!syntax error at or near \"order\"");
  EXPECT_EQ(Flows("SELECT * FROM orderz"),
            "!line 1, column 15: there is no input 'orderz'; did you mean 'orders'?");
}

TEST(AnalyseSelect, DeepNestingIsRefusedNotACrash) {
  std::string sql = "SELECT ";
  for (int i = 0; i < 3000; ++i) sql += "(1 + ";
  sql += "1";
  for (int i = 0; i < 3000; ++i) sql += ")";
  EXPECT_FALSE(AnalyseSelect(sql, Tables()).ok());
}

TEST(AnalyseExpression, TakesOneConditionOverOneTable) {
  const Schema crm = Tables()["crm"];
  const Result<SelectAnalysis> analysis =
      AnalyseExpression("country = 'FI' AND orders >= 3", "crm", crm);
  ASSERT_TRUE(analysis.ok()) << analysis.status().ToString();
  EXPECT_EQ(analysis->columns[0].type, ColumnType::kBool);
  EXPECT_EQ(analysis->columns[0].values, (ColumnSet{"crm.country", "crm.orders"}));
}

TEST(AnalyseExpression, CannotBreakOutOfItsParentheses) {
  const Schema crm = Tables()["crm"];
  for (const char* text : {"1) FROM crm UNION SELECT (1",
                           "1) FROM crm; SELECT (1",
                           "1), (2",
                           "1) AS x FROM crm WHERE (true",
                           "sum(orders) > 5",
                           "random() < 0.5",
                           "1) FROM crm -- ",
                           "",
                           "true LIMIT 1",
                           "country IN (SELECT content FROM read_text('/etc/passwd'))"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(AnalyseExpression(text, "crm", crm).ok());
  }
}

TEST(AnalysisSession, AnalysesShareAnEngineAndNothingElse) {
  const AnalysisSession session;
  const AnalysisSession inner;
  Schema one;
  one.columns = {{"subject", ColumnType::kUuid, {}}, {"a", ColumnType::kInt64, {}}};
  Schema two;
  two.columns = {{"subject", ColumnType::kUuid, {}}, {"b", ColumnType::kText, {}}};
  ASSERT_TRUE(AnalyseSelect("SELECT a FROM t", {{"t", one}}).ok());
  EXPECT_FALSE(AnalyseSelect("SELECT a FROM t", {{"t", two}}).ok());
  const Result<SelectAnalysis> again = AnalyseSelect("SELECT b FROM t", {{"t", two}});
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(again->columns.at(0).type, ColumnType::kText);
  EXPECT_FALSE(AnalyseSelect("SELECT 1 FROM t", {}).ok());
  EXPECT_TRUE(AnalyseExpression("a > 1", "t", one).ok());
  EXPECT_FALSE(AnalyseExpression("a > 1", "t", two).ok());
}

}  // namespace
}  // namespace signet::pipelines::query
