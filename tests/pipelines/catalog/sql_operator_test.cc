#include "pipelines/catalog/sql_operator.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/catalog/task_world.h"

namespace signet::pipelines {
namespace {

using SqlOperatorTest = TaskWorld;

Result<Schema> Bind(const std::string& sql) {
  BindRequest request;
  request.options = Json::Of({{"sql", sql}});
  Schema schema;
  schema.columns = {{"subject", ColumnType::kUuid, {}}, {"amount", ColumnType::kDecimal, {}}};
  schema.columns[1].label.origins = {"orders.amount"};
  request.inputs["o"] = schema;
  return SqlOperator().Bind(request);
}

TEST_F(SqlOperatorTest, ComputesASealedPieceFromASealedPiece) {
  const TaskAssignment task = SqlTask(kSums);
  const Result<TaskResult> result = Run(task);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result->rows, 10U);
  EXPECT_EQ(result->figures["rows"].AsInt(), 10);
  const Piece& piece = result->outputs.at("out").at(0);
  EXPECT_EQ(piece.dataset, "sums");
  EXPECT_EQ(piece.partition, 0);
  EXPECT_EQ(piece.producer, "run/sums/0");
  EXPECT_EQ(piece.streams.at(0).dek.text(), "dek-sums");
  OpenResult(task, *result);
  EXPECT_EQ(Count("SELECT count(*) FROM result r JOIN (SELECT subject, sum(amount) AS total FROM "
                  "orders GROUP BY subject) e ON r.subject = e.subject AND r.total = e.total"),
            10);
}

TEST_F(SqlOperatorTest, TheSameRowsGiveTheSameContentDigest) {
  const Result<TaskResult> first = Run(SqlTask(kSums));
  const Result<TaskResult> second = Run(SqlTask(std::string(kSums) + " ORDER BY total DESC"));
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(first->outputs.at("out").at(0).content, second->outputs.at("out").at(0).content);
  EXPECT_EQ(first->outputs.at("out").at(0).content.size(), 80U);
}

TEST_F(SqlOperatorTest, SeesOnlyThosePersonsWhomThePurposeMayUse) {
  TaskAssignment task = SqlTask(kSums);
  std::vector<SubjectId> allowed = {Person(3), Person(7)};
  std::sort(allowed.begin(), allowed.end());
  Restrict(task, allowed);
  const Result<TaskResult> result = Run(task);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result->rows, 2U);
  OpenResult(task, *result);
  EXPECT_EQ(Count("SELECT count(*) FROM result WHERE subject IN (md5('3')::UUID, md5('7')::UUID)"),
            2);
}

TEST_F(SqlOperatorTest, SeesNobodyWhenNobodyAgreed) {
  TaskAssignment task = SqlTask(kSums);
  Restrict(task, {});
  const Result<TaskResult> result = Run(task);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result->rows, 0U);
}

TEST_F(SqlOperatorTest, SeesNothingAtOrAfterTheCutOff) {
  TaskAssignment task = SqlTask("SELECT subject, amount AS total FROM o");
  task.spec.inputs[0].before_column = "at";
  task.spec.inputs[0].before = TimestampFromText("2026-01-11").value();
  const Result<TaskResult> result = Run(task);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result->rows, 10U);
}

TEST_F(SqlOperatorTest, AColumnOfAViewThatWasNotGivenIsAbsent) {
  TaskAssignment task = SqlTask("SELECT subject, amount AS total FROM o WHERE at IS NOT NULL");
  task.spec.inputs[0].schema.columns.pop_back();
  const Result<TaskResult> result = Run(task);
  ASSERT_FALSE(result.ok());
}

TEST_F(SqlOperatorTest, ReadsNoFile) {
  const Result<TaskResult> result =
      Run(SqlTask("SELECT md5('x')::UUID AS subject, 1 AS total FROM read_text('/etc/hostname')"));
  ASSERT_FALSE(result.ok());
}

TEST(SqlOperatorBind, JoinsTheLabelsOfWhatFlowsIn) {
  const Result<Schema> schema = Bind("SELECT subject, amount * 2 AS twice FROM o");
  ASSERT_TRUE(schema.ok()) << schema.status().message();
  ASSERT_EQ(schema->Names(), (std::vector<std::string>{"subject", "twice"}));
  EXPECT_EQ(schema->columns[1].label.origins, (std::set<std::string>{"orders.amount"}));
}

TEST(SqlOperatorBind, NeedsTheSubjectFirst) {
  for (const char* sql : {"SELECT amount FROM o",
                          "SELECT amount, subject FROM o",
                          "SELECT amount AS subject FROM o"}) {
    const Result<Schema> schema = Bind(sql);
    ASSERT_FALSE(schema.ok()) << sql;
    EXPECT_NE(schema.status().message().find("subject"), std::string::npos);
  }
}

TEST(SqlOperatorBind, NeedsItsOneOption) {
  BindRequest request;
  request.options = Json::Of({{"sql", "SELECT 1"}, {"sequel", "x"}});
  EXPECT_NE(SqlOperator().Bind(request).status().message().find("sequel"), std::string::npos);
  request.options = Json(Json::Object());
  EXPECT_FALSE(SqlOperator().Bind(request).ok());
}

}  // namespace
}  // namespace signet::pipelines
