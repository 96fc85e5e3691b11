#include "pipelines/models/recommend_stage.h"

#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

/// 60 subjects: even ones take items a0..a9, odd ones b0..b9, and all of them bread.
class RecommendStage : public testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
    const std::string subject =
        "('00000000-0000-0000-0000-' || lpad(CAST(c AS VARCHAR), 12, '0'))::UUID";
    Sql("CREATE TABLE orders AS SELECT " + subject +
        " AS subject, (CASE WHEN c % 2 = 0 THEN 'a' ELSE 'b' END) || CAST((c // 2 + j * 3) % 10 AS "
        "VARCHAR) AS what, TIMESTAMP '2026-06-01' + to_days(CAST(j * 12 AS INT)) AS at FROM "
        "range(60) x(c), range(5) y(j)");
    Sql("INSERT INTO orders SELECT " + subject +
        ", 'bread', TIMESTAMP '2026-06-02' + to_days(CAST(j * 8 AS INT)) FROM range(60) x(c), "
        "range(6) y(j)");
    policies::Label label;
    label.categories = {"user.behavior.purchase_history"};
    inputs_ = {{"orders",
                {{{"subject", ColumnType::kUuid, label},
                  {"what", ColumnType::kText, label},
                  {"at", ColumnType::kTimestamp, label}}}}};
    context_.as_of = *TimestampFromText("2026-09-01");
    context_.seed = 7;
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  int64_t Count(const std::string& sql) { return connection_->QueryInt64(sql).value(); }
  static RecommendStageOptions Options(const std::string& more) {
    const auto options = RecommendStageOptions::FromJson(
        *Json::Parse(R"({"input": "orders", "item": "what", "time": "at")" + more + "}"));
    EXPECT_TRUE(options.ok()) << options.status().ToString();
    return *options;
  }
  Result<Json> Run(const RecommendStageOptions& options) {
    Sql("DROP TABLE IF EXISTS out");
    return RunRecommend(*connection_, options, inputs_, context_);
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  std::map<std::string, Schema> inputs_;
  StageContext context_;
};

TEST_F(RecommendStage, NewItemsAreOfTheSubjectsOwnTaste) {
  struct Case {
    const char* method;
    int64_t right_min;  ///< of 60; 30 by chance
  };
  for (const auto& [method, right_min] : {Case{"item_item", 56}, Case{"als", 40}}) {
    SCOPED_TRACE(method);
    const Result<Json> figures = Run(
        Options(R"(, "candidates": "new", "top": 3, "method": ")" + std::string(method) + "\""));
    ASSERT_TRUE(figures.ok()) << figures.status().ToString();
    EXPECT_EQ((*figures)["subjects"].AsInt(), 60);
    EXPECT_EQ(Count("SELECT count(*) FROM out"), 180);
    EXPECT_EQ(Count("SELECT count(*) FROM out o JOIN orders p ON p.subject = o.subject AND p.what "
                    "= o.item"),
              0)
        << "new means never taken";
    EXPECT_GE(Count("SELECT count(*) FROM out WHERE rank = 1 AND (item LIKE 'a%') = "
                    "(right(CAST(subject AS VARCHAR), 2)::INT % 2 = 0)"),
              right_min);
  }
}

TEST_F(RecommendStage, RareItemsWereTakenAtMostSoOften) {
  ASSERT_TRUE(Run(Options(R"(, "candidates": "rare", "rare": 1)")).ok());
  EXPECT_GT(Count("SELECT count(*) FROM out"), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM out WHERE item = 'bread'"), 0);
}

TEST_F(RecommendStage, MethodsAreJudgedByATimeSplitBesidePopularity) {
  const Result<Json> figures = Run(Options(R"(, "evaluate": "65d")"));
  ASSERT_TRUE(figures.ok()) << figures.status().ToString();
  const Json& results = (*figures)["evaluation"]["results"]["all"];
  EXPECT_TRUE(results.Has("popularity"));
  EXPECT_TRUE(results["item_item"]["recall"]["value"].is_number());
  // A cut before any row: told, and the lists are made all the same.
  const Result<Json> early = Run(Options(R"(, "evaluate": "900d")"));
  ASSERT_TRUE(early.ok());
  EXPECT_FALSE((*early)["evaluation"]["failed"].AsString().empty());
}

TEST_F(RecommendStage, TheOrderOfRowsDoesNotMatterAndNothingAfterTheMomentCounts) {
  ASSERT_TRUE(Run(Options("")).ok());
  const std::string digest =
      "SELECT CAST(sum(hash(subject, rank, item, score) % 1000003) AS BIGINT) FROM out";
  const int64_t first = Count(digest);
  Sql("CREATE TABLE other AS SELECT * FROM orders ORDER BY hash(what, \"at\", subject)");
  Sql("DROP TABLE orders; ALTER TABLE other RENAME TO orders");
  ASSERT_TRUE(Run(Options("")).ok());
  EXPECT_EQ(Count(digest), first);
  context_.as_of = *TimestampFromText("2026-01-01");
  EXPECT_EQ(Run(Options("")).status().code(), StatusCode::kInvalid);
}

TEST_F(RecommendStage, RefusesColumnsThatAreNot) {
  EXPECT_FALSE(RecommendStageOptions::FromJson(*Json::Parse("{}")).ok());
  RecommendStageOptions options = Options("");
  options.item = "sku";
  EXPECT_FALSE(RecommendOutputSchema(options, inputs_).ok());
  options = Options("");
  options.time = "what";
  EXPECT_FALSE(RecommendOutputSchema(options, inputs_).ok());
}

}  // namespace
}  // namespace signet::pipelines
