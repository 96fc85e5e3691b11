#include "pipelines/catalog/segment_operators.h"

#include <algorithm>
#include <string>
#include <vector>

#include "pipelines/segments/cluster_sums_stage.h"
#include "tests/pipelines/catalog/task_world.h"

namespace signet::pipelines {
namespace {

TEST(SegmentOperators, PartsOfAClusterAreForThePlannerAloneAndDieWithTheRun) {
  for (const char* name : {"cluster_sample", "cluster_sums", "cluster_learn", "cluster_merge"}) {
    const Operator* op = FindOperator(name);
    ASSERT_NE(op, nullptr) << name;
    EXPECT_FALSE(op->signature().in_documents) << name;
    EXPECT_EQ(op->signature().ephemeral, op->signature().produces != DatasetKind::kModel) << name;
  }
  for (const char* name : {"cluster", "rfm", "tiers", "assign", "grid", "project", "recommend"}) {
    EXPECT_TRUE(FindOperator(name)->signature().in_documents) << name;
    EXPECT_FALSE(FindOperator(name)->signature().ephemeral) << name;
  }
}

/// Tasks over orders as a worker runs them: ten persons, ten orders each.
class SampledTask : public TaskWorld {
 protected:
  TaskAssignment TaskOf(const std::string& op) {
    TaskAssignment task = SqlTask("");
    task.spec.op = op;
    task.spec.operator_digest = OperatorDigest(*FindOperator(op));
    task.spec.options = *Json::Parse(R"({"columns": ["amount"], "sample": 60, "k": 2})");
    task.spec.partitions = 1;
    BindRequest request;
    request.options = task.spec.options;
    request.inputs = {{"o", schema_}};
    task.spec.outputs[0].schema = FindOperator(op)->Bind(request).value();
    return task;
  }
  void LeaveOutPersonThree(TaskAssignment& task) {
    std::vector<SubjectId> others;
    for (int i = 0; i < 10; ++i) {
      if (i != 3) others.push_back(Person(i));
    }
    std::sort(others.begin(), others.end());
    Restrict(task, others);
  }
  /// Runs it and shows what it wrote as the view "result".
  void Show(const TaskAssignment& task) {
    Result<TaskResult> result = Run(task);
    ASSERT_TRUE(result.ok()) << result.status().ToString();
    OpenResult(task, *result);
  }
};

TEST_F(SampledTask, WhoMayNotBeUsedIsInNoSample) {
  TaskAssignment task = TaskOf("cluster_sample");
  LeaveOutPersonThree(task);
  Show(task);
  EXPECT_EQ(Count("SELECT count(*) FROM result"), 60);
  EXPECT_EQ(Count("SELECT count(*) FROM result WHERE subject = md5('3')::UUID"), 0);
}

TEST_F(SampledTask, WhoMayNotBeUsedIsInNoSums) {
  TaskAssignment task = TaskOf("cluster_sums");
  LeaveOutPersonThree(task);
  Show(task);
  const ClusterOptions options = ClusterOptions::FromJson(task.spec.options).value();
  const ScalingSums sums = MergedScaling(*connection_, options, "result").value();
  EXPECT_EQ(sums.rows(), 90U);
  // Amounts are n + 0.25 for n = 0 to 99; person 3 has 3, 13, ...
  ScalingSums expected(1, /*log=*/false);
  for (int n = 0; n < 100; ++n) {
    const double amount = n + 0.25;
    if (n % 10 != 3) expected.Add({&amount, 1});
  }
  EXPECT_EQ(sums.Encode(), expected.Encode());
}

}  // namespace
}  // namespace signet::pipelines
