#include "coordinator/requests/rights_binder.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class RightsBinderTest : public StateWorld {
 protected:
  pipelines::Piece PieceOf(int partition) {
    pipelines::Piece piece = NewPiece("orders", "rows " + std::to_string(partition));
    piece.partition = partition;
    return piece;
  }
  /// Rewrites three pieces: of partitions 0 and 1, and of none; the person lies in partition 0.
  RightsStep Step() {
    RightsStep step;
    step.id = "erase.loyalty.orders";
    step.op = "erase";
    step.options = Json::Of({{"subjects", Json(Json::Array())}});
    step.view = "rows";
    step.dataset.owner = "loyalty";
    step.dataset.name = "orders";
    step.dataset.run = "run";
    step.dataset.schema.columns = {{"subject", pipelines::ColumnType::kUuid, {}}};
    step.dataset.pieces = {PieceOf(0), PieceOf(1), PieceOf(-1)};
    step.partitions = {0};
    step.rewrites = true;
    return step;
  }
  pipelines::TaskAssignment Bind(RightsBinder& binder, int attempt) {
    const TaskRef task{RunId("rights"), StepId("erase.loyalty.orders"), 0, attempt, 1};
    const Result<Bytes> payload = binder.BindTask(task);
    EXPECT_TRUE(payload.ok()) << payload.status().message();
    return pipelines::TaskAssignment::Decode(*payload).value();
  }
};

TEST_F(RightsBinderTest, OpensThePartitionsOfThePersonAndWhatHasNone) {
  RightsBinder binder(*state_, RunId("rights"), {Step()});
  const pipelines::TaskAssignment task = Bind(binder, 1);
  std::vector<int> opened;
  for (const pipelines::Piece& piece : task.spec.inputs.at(0).pieces) {
    opened.push_back(piece.partition);
  }
  EXPECT_EQ(opened, (std::vector<int>{0, -1}));
  // Two old keys, and a new one for each piece that is rewritten.
  EXPECT_EQ(task.lease.deks.size(), 4U);
}

TEST_F(RightsBinderTest, WhatWasNotOpenedStaysAndWhatWasReplacedDies) {
  const RightsStep step = Step();
  RightsBinder binder(*state_, RunId("rights"), {step});
  DatasetRegistry registry(*state_);
  crypto::WriteBatch before;
  ASSERT_TRUE(registry.Put(step.dataset, before).ok());
  Write(before);
  (void)Bind(binder, 1);
  pipelines::TaskResult result;
  result.outputs["out"] = {};
  crypto::WriteBatch batch;
  const TaskRef task{RunId("rights"), StepId(step.id), 0, 1, 1};
  ASSERT_TRUE(binder.CommitTask(task, result.Encode(), batch).ok());
  Write(batch);
  binder.BatchWritten(/*durable=*/true);
  const LiveDataset live = registry.Find("loyalty", "orders").value();
  ASSERT_EQ(live.pieces.size(), 1U);
  EXPECT_EQ(live.pieces[0].partition, 1);
  EXPECT_FALSE(Opens(step.dataset.pieces[0]));
  EXPECT_TRUE(Opens(step.dataset.pieces[1]));
  EXPECT_FALSE(HasBlob(step.dataset.pieces[0]));
  EXPECT_NE(binder.ResultOf(step.id), nullptr);
  EXPECT_EQ(binder.ResultOf("another"), nullptr);
}

TEST_F(RightsBinderTest, TakenTogetherNothingChangesBeforeTheLastStepAndThenAllOfIt) {
  DatasetRegistry registry(*state_);
  std::vector<RightsStep> steps;
  crypto::WriteBatch before;
  for (const char* name : {"orders", "visits", "copy"}) {
    RightsStep step = Step();
    step.id = std::string("rekey.") + name;
    step.op = "rekey";
    step.dataset.name = name;
    step.partitions.clear();
    steps.push_back(std::move(step));
  }
  // A registered version of a model has the pieces of the model in use.
  steps[1].dataset.kind = pipelines::DatasetKind::kModel;
  steps[2].dataset.kind = pipelines::DatasetKind::kModel;
  steps[2].dataset.pieces = steps[1].dataset.pieces;
  for (const RightsStep& step : steps) ASSERT_TRUE(registry.Put(step.dataset, before).ok());
  Write(before);
  RightsBinder binder(*state_, RunId("rights"), steps);
  binder.TakeTogether([](crypto::WriteBatch& batch) {
    batch.Put("along", "yes");
    return OkStatus();
  });
  for (size_t i = 0; i < steps.size(); ++i) {
    const TaskRef task{RunId("rights"), StepId(steps[i].id), 0, 1, 1};
    ASSERT_TRUE(binder.BindTask(task).ok());
    pipelines::TaskResult result;
    result.outputs["out"] = {};
    crypto::WriteBatch batch;
    ASSERT_TRUE(binder.CommitTask(task, result.Encode(), batch).ok());
    Write(batch);
    binder.BatchWritten(/*durable=*/true);
    const bool last = i + 1 == steps.size();
    EXPECT_EQ(state_->store().Get("along").value().has_value(), last);
    for (const RightsStep& step : steps) {
      EXPECT_EQ(registry.Find("loyalty", step.dataset.name)->pieces.empty(), last) << i;
      for (const pipelines::Piece& piece : step.dataset.pieces) {
        EXPECT_EQ(Opens(piece), !last) << step.id;
        EXPECT_EQ(HasBlob(piece), !last) << step.id;
      }
    }
  }
}

TEST_F(RightsBinderTest, KeysOfAnAttemptThatFailedAreNotKept) {
  const RightsStep step = Step();
  RightsBinder binder(*state_, RunId("rights"), {step});
  const int64_t keys = state_->vault().List().value()["deks"].AsInt();
  (void)Bind(binder, 1);
  (void)Bind(binder, 2);
  crypto::WriteBatch batch;
  pipelines::TaskResult result;
  result.outputs["out"] = {};
  const TaskRef task{RunId("rights"), StepId(step.id), 0, 2, 1};
  ASSERT_TRUE(binder.CommitTask(task, result.Encode(), batch).ok());
  Write(batch);
  Reopen();
  // Two new keys of the second attempt; none of the first.
  EXPECT_LE(state_->vault().List().value()["deks"].AsInt(), keys + 2);
}

}  // namespace
}  // namespace signet::coordinator
