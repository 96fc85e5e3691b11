// A binder that is made anew after a restart knows what the one before it knew.
#include <filesystem>
#include <string>

#include "coordinator/binding/plan_binder.h"
#include "tests/coordinator/binding/small_plan.h"

namespace signet::coordinator {
namespace {

class PlanResume : public SmallPlan {
 protected:
  void SetUp() override {
    SmallPlan::SetUp();
    planned_ = std::make_unique<pipelines::Planned>(Plan());
    LedgerBook ledger(*state_);
    PlanBinder binder(*state_, ledger, planned_->plan, planned_->policy, RunId("r"));
    crypto::WriteBatch batch;
    ASSERT_TRUE(binder.RunAccepted(RunId("r"), batch).ok());
    Write(batch);
    binder.BatchWritten(/*durable=*/true);
    // A result as a worker would send it; its stream is in the blob store.
    const pipelines::PlannedStep* step = planned_->plan.Find("tokenise.orders");
    ASSERT_NE(step, nullptr);
    pipelines::TaskResult result;
    result.outputs[step->outputs.front().name] = {NewPiece(step->outputs.front().dataset, "rows")};
    blob_ = result.outputs.begin()->second.front().streams.front().blob_digest;
    result.figures = Json::Of({{"rows_read", 1}});
    TaskRef task;
    task.run = RunId("r");
    task.step = StepId("tokenise.orders");
    crypto::WriteBatch commit;
    ASSERT_TRUE(binder.CommitTask(task, result.Encode(), commit).ok());
    Write(commit);
    binder.BatchWritten(/*durable=*/true);
    report_ = binder.Report().Dump();
  }

  std::unique_ptr<pipelines::Planned> planned_;
  std::string blob_;
  std::string report_;
};

TEST_F(PlanResume, ResultsAndKeysComeBack) {
  Reopen();
  LedgerBook ledger(*state_);
  PlanBinder binder(*state_, ledger, planned_->plan, planned_->policy, RunId("r"));
  const Status resumed = binder.Resume();
  ASSERT_TRUE(resumed.ok()) << resumed.message();
  EXPECT_EQ(binder.Report().Dump(), report_);
  // The next task can be bound: its inputs, and the keys that the run was given.
  TaskRef task;
  task.run = RunId("r");
  task.step = StepId("resolve");
  const Result<Bytes> bound = binder.BindTask(task);
  ASSERT_TRUE(bound.ok()) << bound.status().message();
  const auto assignment = pipelines::TaskAssignment::Decode(*bound);
  ASSERT_TRUE(assignment.ok());
  EXPECT_FALSE(assignment->lease.deks.empty());
}

TEST_F(PlanResume, ABlobThatAPowerCutTookIsMissed) {
  std::filesystem::remove(state_->blobs_path() / blob_.substr(0, 2) / blob_.substr(2));
  Reopen();
  LedgerBook ledger(*state_);
  PlanBinder binder(*state_, ledger, planned_->plan, planned_->policy, RunId("r"));
  EXPECT_EQ(binder.Resume().code(), StatusCode::kCorrupt);
}

TEST_F(PlanResume, AnotherRunsMemoryIsNotTaken) {
  Reopen();
  LedgerBook ledger(*state_);
  PlanBinder binder(*state_, ledger, planned_->plan, planned_->policy, RunId("other"));
  EXPECT_EQ(binder.Resume().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace signet::coordinator
