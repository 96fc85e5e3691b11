#include "pipelines/features/rfm.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

class RfmTest : public testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
    Sql("CREATE TABLE p (who VARCHAR, bought TIMESTAMP, paid DOUBLE, basket VARCHAR)");
    options_ = {"p", "who", "bought", "paid", "", *TimestampFromText("2026-07-01"), true};
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  RfmTable Compute() {
    Result<RfmTable> table = ComputeRfm(*connection_, options_);
    EXPECT_TRUE(table.ok()) << table.status().ToString();
    return table.ok() ? std::move(table).value() : RfmTable();
  }
  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  RfmTableOptions options_;
};

TEST_F(RfmTest, MeasuresStrictlyBeforeTheMoment) {
  Sql("INSERT INTO p VALUES ('a', '2026-06-30 12:00:00', 10, 'x'), ('a', '2026-06-30 12:00:00', 5, "
      "'x'), ('a', '2026-06-01', 7, 'y'), ('a', '2026-06-15', -4, 'z'), ('a', '2026-07-01', 99, "
      "'w'), "
      "('b', '2026-05-01', -1, 'v')");
  RfmTable table = Compute();
  ASSERT_EQ(table.lines.size(), 1U);
  EXPECT_EQ(table.lines[0].recency_days, 0.5);
  EXPECT_EQ(table.lines[0].frequency, 3);
  EXPECT_EQ(table.lines[0].monetary, 22);
  EXPECT_EQ(table.lines[0].net_monetary, 18);
  EXPECT_EQ(table.lines[0].days, 2);
  EXPECT_EQ(table.lines[0].tenure_days, 30);
  EXPECT_EQ(table.returns, 2);
  EXPECT_EQ(table.at_or_after, 1);
  options_.order = "basket";
  table = Compute();
  EXPECT_EQ(table.lines[0].frequency, 2);
}

TEST_F(RfmTest, ScoresAreFifthsAsPandasCutsThem) {
  for (int i = 1; i <= 10; ++i) {
    Sql("INSERT INTO p VALUES ('" + std::string(i < 10 ? "0" : "") + std::to_string(i) +
        "', TIMESTAMP '2026-07-01' - to_days(" + std::to_string(i) + "), " + std::to_string(i * i) +
        ", '')");
  }
  const RfmTable table = Compute();
  // pd.qcut(range(1, 11), 5): two each.
  const int64_t monetary[] = {1, 1, 2, 2, 3, 3, 4, 4, 5, 5};
  for (size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(table.lines[i].monetary_score, monetary[i]);
    EXPECT_EQ(table.lines[i].recency_score, 6 - monetary[i]);
    EXPECT_EQ(table.lines[i].frequency_score, 1);  // all equal: nobody is above an edge
  }
  EXPECT_NEAR(table.recency_edges[0], 2.8, 1e-9);
  EXPECT_EQ(table.grid[4][0].customers, 2);
  EXPECT_EQ(table.grid[4][0].monetary, 5);
  EXPECT_EQ(table.ToJson()["grid"].size(), 25U);
}

TEST_F(RfmTest, EqualValuesGetEqualScores) {
  for (int i = 0; i < 20; ++i) {
    Sql("INSERT INTO p SELECT '" + std::to_string(i) +
        "', TIMESTAMP '2026-06-01', 5, '' FROM range(" + std::to_string(i < 15 ? 1 : i) + ")");
  }
  const RfmTable table = Compute();
  int64_t ones = 0;
  for (const RfmLine& line : table.lines) ones += line.frequency_score == 1 ? 1 : 0;
  EXPECT_EQ(ones, 15);
}

TEST_F(RfmTest, DoesNotDependOnRowOrder) {
  Sql("INSERT INTO p SELECT CAST(i * 37 % 70 AS VARCHAR), TIMESTAMP '2026-01-01' + to_hours(i * "
      "131 % "
      "4000), (i * 17 % 1000) / 100.0, '' FROM range(2000) t(i)");
  const std::string forward = Compute().ToJson().Dump();
  Sql("CREATE TABLE q AS SELECT * FROM p ORDER BY paid, bought DESC, who; DROP TABLE p; CREATE "
      "TABLE p "
      "AS FROM q");
  EXPECT_EQ(Compute().ToJson().Dump(), forward);
}

TEST_F(RfmTest, RefusesWhatHasNoPurchase) {
  EXPECT_EQ(ComputeRfm(*connection_, options_).status().code(), StatusCode::kInvalid);
  Sql("INSERT INTO p VALUES ('a', '2026-06-01', NULL, '')");
  EXPECT_NE(ComputeRfm(*connection_, options_).status().message().find("no row has an amount"),
            std::string::npos);
  Sql("INSERT INTO p VALUES ('a', '2026-06-01', -5, '')");
  Sql("DELETE FROM p WHERE paid IS NULL");
  EXPECT_NE(ComputeRfm(*connection_, options_).status().message().find("nobody bought"),
            std::string::npos);
}

}  // namespace
}  // namespace signet::pipelines
