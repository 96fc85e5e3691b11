/// An engine with subjects, for the stages of decisions.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"
#include "pipelines/record/dataset.h"
#include "pipelines/record/task.h"

namespace signet::pipelines {

class StageWorld : public testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
    label_.categories = {"user.behavior"};
    label_.purposes = {"marketing.segmentation"};
    context_.as_of = *TimestampFromText("2026-05-01");
    context_.seed = 7;
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  int64_t Count(const std::string& sql) { return connection_->QueryInt64(sql).value(); }
  /// SQL that makes a subject of the number `i`.
  static std::string Subject(const std::string& i) {
    return "('00000000-0000-0000-0000-' || lpad(CAST(" + i + " AS VARCHAR), 12, '0'))::UUID";
  }
  void ExpectColumns(const Schema& schema) {
    const auto columns = connection_->Describe("SELECT * FROM out").value();
    ASSERT_EQ(columns.size(), schema.columns.size());
    for (size_t i = 0; i < columns.size(); ++i) {
      EXPECT_EQ(columns[i].name, schema.columns[i].name);
      EXPECT_EQ(columns[i].type, schema.columns[i].type);
    }
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  std::map<std::string, Schema> inputs_;
  policies::Label label_;
  StageContext context_;
};

}  // namespace signet::pipelines
