// What a failed run had finished is there for the next one, and for nobody after that.
#include <memory>
#include <optional>
#include <string>

#include "coordinator/binding/plan_binder.h"
#include "tests/coordinator/binding/small_plan.h"

namespace signet::coordinator {
namespace {

class PlanSalvage : public SmallPlan {
 protected:
  void SetUp() override {
    SmallPlan::SetUp();
    planned_ = std::make_unique<pipelines::Planned>(Plan());
  }
  std::unique_ptr<PlanBinder> Begin(LedgerBook& ledger, const std::string& run) {
    auto binder =
        std::make_unique<PlanBinder>(*state_, ledger, planned_->plan, planned_->policy, RunId(run));
    crypto::WriteBatch batch;
    EXPECT_TRUE(binder->RunAccepted(RunId(run), batch).ok());
    Write(batch);
    binder->BatchWritten(/*durable=*/true);
    return binder;
  }
  static TaskRef Profile(const std::string& run) {
    TaskRef task;
    task.run = RunId(run);
    task.step = StepId("profile");
    task.attempt = 1;
    task.fence = 1;
    return task;
  }
  /// The result of a worker that sealed with the key that the run gave it.
  Bytes Compute(PlanBinder& binder, const std::string& run) {
    const Result<Bytes> bound = binder.BindTask(Profile(run));
    EXPECT_TRUE(bound.ok()) << bound.status().message();
    const auto assignment = pipelines::TaskAssignment::Decode(*bound);
    EXPECT_TRUE(assignment.ok());
    const pipelines::TaskOutput& output = assignment->spec.outputs.front();
    pipelines::Piece piece = NewPiece(output.dataset, "rows of " + run);
    dek_ = output.deks.begin()->second;
    piece.streams.front().dek = dek_;
    pipelines::TaskResult result;
    result.outputs[output.name] = {piece};
    return result.Encode();
  }
  void Commit(PlanBinder& binder, const std::string& run, ByteView result) {
    crypto::WriteBatch batch;
    ASSERT_TRUE(binder.CommitTask(Profile(run), result, batch).ok());
    Write(batch);
    binder.BatchWritten(/*durable=*/true);
  }
  void End(PlanBinder& binder, const std::string& run, RunState state) {
    crypto::WriteBatch batch;
    binder.RunFinished(RunId(run), state, batch);
    Write(batch);
    binder.BatchWritten(/*durable=*/true);
  }
  [[nodiscard]] size_t Kept() {
    return DatasetRegistry(*state_).Find(KeptOwner("small"), "profile").value().pieces.size();
  }

  std::unique_ptr<pipelines::Planned> planned_;
  DekId dek_;
};

TEST_F(PlanSalvage, TheNextRunTakesWhatAFailedOneFinishedAndMakesItItsOwn) {
  LedgerBook ledger(*state_);
  const auto failed = Begin(ledger, "r");
  Commit(*failed, "r", Compute(*failed, "r"));
  End(*failed, "r", RunState::kFailed);
  EXPECT_EQ(Kept(), 1U);
  EXPECT_TRUE(state_->vault().OpenDek(dek_).ok());

  const auto again = Begin(ledger, "s");
  const Result<std::optional<Bytes>> known = again->LookUp(Profile("s"));
  ASSERT_TRUE(known.ok()) << known.status().message();
  ASSERT_TRUE(known->has_value()) << "it is not computed again";
  Commit(*again, "s", **known);
  End(*again, "s", RunState::kSucceeded);
  EXPECT_EQ(Kept(), 0U);
  const LiveDataset live = DatasetRegistry(*state_).Find("small", "profile").value();
  ASSERT_EQ(live.pieces.size(), 1U);
  EXPECT_EQ(live.pieces.front().streams.front().dek, dek_);
  EXPECT_TRUE(state_->vault().OpenDek(dek_).ok()) << "its key lives on with the dataset";
}

TEST_F(PlanSalvage, ASuccessThatHadNoUseForItDestroysIt) {
  LedgerBook ledger(*state_);
  const auto failed = Begin(ledger, "r");
  Commit(*failed, "r", Compute(*failed, "r"));
  const DekId old = dek_;
  End(*failed, "r", RunState::kFailed);
  const auto again = Begin(ledger, "s");
  Commit(*again, "s", Compute(*again, "s"));
  End(*again, "s", RunState::kSucceeded);
  EXPECT_EQ(Kept(), 0U);
  EXPECT_FALSE(state_->vault().OpenDek(old).ok());
  EXPECT_TRUE(state_->vault().OpenDek(dek_).ok());
}

TEST_F(PlanSalvage, ACancelledRunLeavesNothing) {
  LedgerBook ledger(*state_);
  const auto cancelled = Begin(ledger, "r");
  Commit(*cancelled, "r", Compute(*cancelled, "r"));
  End(*cancelled, "r", RunState::kCancelled);
  EXPECT_EQ(Kept(), 0U);
  EXPECT_FALSE(state_->vault().OpenDek(dek_).ok());
}

}  // namespace
}  // namespace signet::coordinator
