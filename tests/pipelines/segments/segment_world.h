/// A table `scores` of subjects with the columns of MakeShop, clv, churn and a column of text.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

class SegmentWorld : public testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
    Sql("CREATE TABLE scores AS SELECT ('00000000-0000-0000-0000-' || lpad(CAST(i AS VARCHAR), 12, "
        "'0'))::UUID AS subject, "
        "CAST(CASE WHEN i % 3 = 0 THEN 30 + i % 5 ELSE 3 + i % 4 END AS DOUBLE) AS frequency, "
        "CAST(CASE WHEN i % 3 = 2 THEN 200 + i % 17 ELSE 10 + i % 13 END AS DOUBLE) AS recency, "
        "CAST(10 + i % 97 AS DOUBLE) AS clv, CASE WHEN i = 7 THEN NULL ELSE (i % 10) / 10.0 END "
        "::DOUBLE AS churn, 'n' || i AS note FROM range(900) t(i)");
    inputs_ = {{"scores",
                {{{"subject", ColumnType::kUuid, LabelOf("user.unique_id")},
                  {"frequency", ColumnType::kDouble, LabelOf("user.behavior")},
                  {"recency", ColumnType::kDouble, LabelOf("user.behavior")},
                  {"clv", ColumnType::kDouble, LabelOf("user.value")},
                  {"churn", ColumnType::kDouble, LabelOf("user.churn")},
                  {"note", ColumnType::kText, LabelOf("user.note")}}}}};
  }
  static policies::Label LabelOf(const std::string& category) {
    policies::Label label;
    label.categories = {category};
    label.purposes = {"marketing"};
    return label;
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  int64_t Count(const std::string& sql) { return connection_->QueryInt64(sql).value(); }
  /// Makes the stage's `out` the input `model`.
  void OutBecomesModel() {
    Sql("ALTER TABLE out RENAME TO model");
    inputs_["model"] = {{{"name", ColumnType::kText, {}},
                         {"model", ColumnType::kBytes, LabelOf("user.value")},
                         {"card", ColumnType::kText, LabelOf("user.value")}}};
  }
  std::map<std::string, Schema> Subjects() const { return {{"scores", inputs_.at("scores")}}; }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  std::map<std::string, Schema> inputs_;
};

}  // namespace signet::pipelines
