/// Purchases with two tastes, in SQL, for the tests of recommendations.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/models/recommend_data.h"
#include "pipelines/query/database.h"

namespace signet::pipelines {

/// 60 customers: even ones take items a0..a9, odd ones b0..b9, three before and two after the cut
/// of 2026-07-01, and all of them 'bread'.
class RecommendWorld : public testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
    Sql("CREATE TABLE p AS SELECT 'c' || lpad(CAST(c AS VARCHAR), 2, '0') AS who, (CASE WHEN c % 2 "
        "= "
        "0 THEN 'a' ELSE 'b' END) || CAST((c // 2 + j * 3) % 10 AS VARCHAR) AS what, TIMESTAMP "
        "'2026-06-01' + to_days(CAST(j * 12 AS INT)) AS bought FROM range(60) x(c), range(5) y(j)");
    Sql("INSERT INTO p SELECT 'c' || lpad(CAST(c AS VARCHAR), 2, '0'), 'bread', TIMESTAMP "
        "'2026-06-02' + to_days(CAST(j * 8 AS INT)) FROM range(60) x(c), range(6) y(j)");
    options_ = {
        "p", "who", "what", "bought", *TimestampFromText("2026-07-01"), int64_t{90} * 86400};
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  RecommendData Read() { return ReadRecommendData(*connection_, options_).value(); }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  RecommendDataOptions options_;
};

}  // namespace signet::pipelines
