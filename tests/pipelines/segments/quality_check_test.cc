#include "pipelines/segments/quality_check.h"

#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

class QualityCheck : public testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
    const Status made = connection_->Execute(
        "CREATE TABLE orders AS SELECT i % 9 AS id, CASE WHEN i < 2 THEN NULL ELSE i END AS amount "
        "FROM range(10) t(i)");
    ASSERT_TRUE(made.ok()) << made.ToString();
    inputs_ = {{"orders", {{{"id", ColumnType::kInt64, {}}, {"amount", ColumnType::kInt64, {}}}}}};
  }
  Result<Json> Run(const std::string& assertions, const std::string& level = "warn") {
    EXPECT_TRUE(connection_->Execute("DROP TABLE IF EXISTS out").ok());
    const Result<CheckOptions> options = CheckOptions::FromJson(
        *Json::Parse(R"({"level": ")" + level + R"(", "assert": )" + assertions + "}"));
    if (!options.ok()) return options.status();
    return RunCheck(*connection_, *options, inputs_, {});
  }
  double Measured(const std::string& assertion) {
    const Result<Json> figures = Run(R"({"a": )" + assertion + "}");
    EXPECT_TRUE(figures.ok()) << figures.status().ToString();
    return figures.ok() ? (*figures)["assertions"]["a"]["measured"].AsDouble() : -1;
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  std::map<std::string, Schema> inputs_;
};

TEST_F(QualityCheck, MeasuresEachKind) {
  EXPECT_EQ(Measured(R"({"min_rows": 3})"), 10);
  EXPECT_EQ(Measured(R"({"max_null_share": {"column": "amount", "share": 0.5}})"), 0.2);
  EXPECT_EQ(Measured(R"({"unique": ["id"]})"), 1);
  EXPECT_EQ(Measured(R"({"range": {"column": "amount", "min": 3, "max": 8}})"), 2);
  EXPECT_EQ(Measured(R"({"always": "amount > 0"})"), 2);  // NULL violates
  EXPECT_EQ(Measured(R"({"sql": "SELECT count(*) AS n FROM orders WHERE id = 0"})"), 2);
}

TEST_F(QualityCheck, WarnsOrBlocks) {
  const std::string assertions = R"({"some": {"min_rows": 1}, "ids": {"unique": ["id"]}})";
  const Result<Json> figures = Run(assertions, "warn");
  ASSERT_TRUE(figures.ok());
  EXPECT_EQ((*figures)["passed"].AsInt(), 1);
  EXPECT_EQ((*figures)["warnings"].AsInt(), 1);
  EXPECT_EQ(connection_->QueryInt64("SELECT count(*) FROM out WHERE NOT passed").value(), 1);
  EXPECT_EQ(Run(assertions, "block").status().message(),
            "data check failed: 'ids' measured 1, at most 0 allowed");
  EXPECT_TRUE(Run(R"({"ids": {"unique": ["id"], "level": "warn"}})", "block").ok());
  EXPECT_TRUE(Run(R"({"ids": {"unique": ["id"], "allow": 1}})", "block").ok());
}

TEST_F(QualityCheck, EmptyInputHasNoNullsAndNoRows) {
  ASSERT_TRUE(connection_->Execute("DELETE FROM orders").ok());
  EXPECT_EQ(Measured(R"({"max_null_share": {"column": "amount", "share": 0}})"), 0);
  EXPECT_FALSE(Run(R"({"a": {"min_rows": 1}})", "block").ok());
}

TEST_F(QualityCheck, RefusesUnclearAssertions) {
  EXPECT_FALSE(Run(R"({"a": {}})").ok());
  EXPECT_FALSE(Run(R"({"a": {"min_rows": 1, "unique": ["id"]}})").ok());
  EXPECT_FALSE(Run(R"({"a": {"range": {"column": "amount"}}})").ok());
  EXPECT_FALSE(Run(R"({"a": {"unique": ["idd"]}})").ok());
  EXPECT_FALSE(Run(R"({"a": {"sql": "DROP TABLE orders"}})").ok());
  EXPECT_FALSE(Run("{}").ok());
}

}  // namespace
}  // namespace signet::pipelines
