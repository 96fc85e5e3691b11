// What a run learns becomes a version; what it decides, an entry.
#include <string>

#include "coordinator/binding/experiment_book.h"
#include "coordinator/binding/model_registry.h"
#include "coordinator/binding/plan_binder.h"
#include "tests/coordinator/binding/small_plan.h"

namespace signet::coordinator {
namespace {

constexpr char kSteps[] = R"(
  value:
    uses: tiers
    purpose: marketing.segmentation
    from: profile
    column: orders_count
  in_tier:
    uses: assign
    purpose: marketing.segmentation
    inputs: {profile: profile, value: value@approved}
)";

class PlanRecords : public SmallPlan {
 protected:
  void Accept(PlanBinder& binder) {
    crypto::WriteBatch batch;
    ASSERT_TRUE(binder.RunAccepted(RunId("r"), batch).ok());
    Write(batch);
    binder.BatchWritten(/*durable=*/true);
  }
  Status Commit(PlanBinder& binder, const std::string& step, const pipelines::TaskResult& result) {
    TaskRef task;
    task.run = RunId("r");
    task.step = StepId(step);
    crypto::WriteBatch batch;
    TRY(binder.CommitTask(task, result.Encode(), batch));
    Write(batch);
    binder.BatchWritten(/*durable=*/true);
    return OkStatus();
  }
  static TaskRef Task(const std::string& step) {
    TaskRef task;
    task.run = RunId("r");
    task.step = StepId(step);
    return task;
  }
  size_t EntriesOf(const std::string& type) {
    size_t count = 0;
    const uint64_t size = state_->audit().size();
    for (uint64_t i = 0; i < size; ++i) {
      const Result<Json> entry = state_->audit().Entry(i);
      if (entry.ok() && (*entry)["type"].AsString() == type) ++count;
    }
    return count;
  }
};

TEST_F(PlanRecords, AModelIsAVersionAndApprovedReadsTheOneInForce) {
  const pipelines::Planned planned = Plan(kSteps);
  LedgerBook ledger(*state_);
  PlanBinder binder(*state_, ledger, planned.plan, planned.policy, RunId("r"));
  Accept(binder);
  pipelines::TaskResult learnt;
  learnt.outputs["out"] = {NewPiece("value", "model bytes")};
  learnt.figures = Json::Of({{"people", 10}});
  ASSERT_TRUE(Commit(binder, "value", learnt).ok());
  ModelRegistry registry(*state_);
  const auto versions = *registry.Versions();
  ASSERT_EQ(versions.size(), 1U);
  EXPECT_EQ(versions[0].name.Text(), "small/value@1");
  EXPECT_EQ(versions[0].op, "tiers");
  EXPECT_EQ(EntriesOf("model.registered"), 1U);
  // Nothing is in force until a person says so.
  const Result<Bytes> refused = binder.BindTask(Task("in_tier"));
  EXPECT_EQ(refused.status().code(), StatusCode::kDenied);
  crypto::WriteBatch approve;
  ASSERT_TRUE(registry.Approve({"small", "value", 1}, "cli:eva", "looks right", approve).ok());
  Write(approve);
  const Result<Bytes> bound = binder.BindTask(Task("in_tier"));
  ASSERT_TRUE(bound.ok()) << bound.status().message();
  const auto assignment = pipelines::TaskAssignment::Decode(*bound);
  ASSERT_TRUE(assignment.ok());
  bool reads = false;
  for (const pipelines::TaskInput& input : assignment->spec.inputs) {
    if (input.name != "value") continue;
    reads = input.pieces.at(0).streams.at(0).blob_digest ==
            learnt.outputs["out"].at(0).streams.at(0).blob_digest;
  }
  EXPECT_TRUE(reads);
}

TEST_F(PlanRecords, AFailedRunLeavesTheVersionsThatItLearnt) {
  const pipelines::Planned planned = Plan(kSteps);
  LedgerBook ledger(*state_);
  PlanBinder binder(*state_, ledger, planned.plan, planned.policy, RunId("r"));
  Accept(binder);
  pipelines::TaskResult learnt;
  const pipelines::Piece piece = NewPiece("value", "model bytes");
  learnt.outputs["out"] = {piece};
  ASSERT_TRUE(Commit(binder, "value", learnt).ok());
  crypto::WriteBatch end;
  binder.RunFinished(RunId("r"), RunState::kFailed, end);
  Write(end);
  binder.BatchWritten(/*durable=*/true);
  EXPECT_TRUE(Opens(piece));
}

TEST_F(PlanRecords, ARuleIsRegisteredWhenTheRunIsAccepted) {
  const pipelines::Planned planned = Plan(R"(
  test:
    uses: experiment
    purpose: marketing.segmentation
    inputs: {units: buyers, orders: orders}
    arm: segment
    control: buyers
    metrics: {conversion: {kind: proportion, of: orders, time: ordered_at}}
)");
  LedgerBook ledger(*state_);
  PlanBinder binder(*state_, ledger, planned.plan, planned.policy, RunId("r"));
  Accept(binder);
  EXPECT_EQ(EntriesOf("experiment.registered"), 1U);
  EXPECT_EQ(ExperimentBook(*state_).All()->size(), 1U);
}

}  // namespace
}  // namespace signet::coordinator
