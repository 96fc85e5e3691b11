#include "pipelines/catalog/task_context.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipelines/catalog/task_world.h"

namespace signet::pipelines {
namespace {

using TaskContextTest = TaskWorld;

TEST_F(TaskContextTest, OpensInputsUnderTheirNames) {
  const auto context = TaskContext::Open(SqlTask(kSums), {}).value();
  ASSERT_TRUE(context->OpenInputs().ok());
  EXPECT_EQ(context->sql().QueryInt64("SELECT count(*) FROM o").value(), 100);
  EXPECT_EQ(context->spec().step, "sums");
}

TEST_F(TaskContextTest, TellsProgressToWhoeverAsked) {
  double told = 0;
  const auto context =
      TaskContext::Open(SqlTask(kSums), [&told](double share) { told = share; }).value();
  context->stage().progress(0.5);
  EXPECT_EQ(told, 0.5);
}

TEST_F(TaskContextTest, AllowedSubjectsAreSorted) {
  TaskAssignment task = SqlTask(kSums);
  std::vector<SubjectId> people = {Person(1), Person(2), Person(3)};
  std::sort(people.begin(), people.end());
  Restrict(task, people);
  const TaskInput input = task.spec.inputs[0];
  const auto context = TaskContext::Open(std::move(task), {}).value();
  EXPECT_EQ(context->AllowedSubjects(input).value(), people);
}

TEST_F(TaskContextTest, WritesOnePiecePerPartitionWithRows) {
  TaskAssignment task = SqlTask(kSums);
  task.spec.partition = -1;
  task.spec.partitions = 4;
  TaskOutput& output = task.spec.outputs[0];
  output.partitioned = true;
  output.deks.clear();
  for (int partition = 0; partition < 4; ++partition) {
    output.deks[OutputKey(partition, policies::LabelClass::kOrdinary)] = DekId("dek-sums");
  }
  const auto context = TaskContext::Open(std::move(task), {}).value();
  ASSERT_TRUE(context->OpenInputs().ok());
  ASSERT_TRUE(context->sql()
                  .Execute("CREATE TABLE out AS SELECT subject, "
                           "CAST(sum(amount) AS DECIMAL(18,4)) AS total FROM o GROUP BY subject")
                  .ok());
  const Status written = context->WriteOutput(context->Output("out"));
  ASSERT_TRUE(written.ok()) << written.message();
  uint64_t rows = 0;
  for (const Piece& piece : context->result().outputs.at("out")) {
    EXPECT_GE(piece.partition, 0);
    EXPECT_LT(piece.partition, 4);
    EXPECT_GT(piece.rows, 0U);
    rows += piece.rows;
  }
  EXPECT_EQ(rows, 10U);
  EXPECT_EQ(context->result().rows, 10U);
}

}  // namespace
}  // namespace signet::pipelines
