#include "coordinator/keys/rekey.h"

#include <string>

#include <gtest/gtest.h>

#include "coordinator/binding/dataset_registry.h"
#include "pipelines/catalog/run_task.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class RekeyTest : public StateWorld {
 protected:
  /// Runs the steps one after another in this process, as a worker would.
  Result<RunView> RunHere(const RunSpec& spec, RunBinder& binder) {
    for (const StepSpec& step : spec.steps) {
      TaskRef task;
      task.run = spec.id;
      task.step = step.id;
      task.attempt = 1;
      ASSIGN_OR_RETURN(const Bytes payload, binder.BindTask(task));
      ASSIGN_OR_RETURN(const Bytes result, pipelines::RunTask(payload, [](double) {}));
      crypto::WriteBatch batch;
      TRY(binder.CommitTask(task, result, batch));
      TRY(state_->store().Write(batch, crypto::Durability::kSync));
      binder.BatchWritten(true);
    }
    RunView view;
    view.state = RunState::kSucceeded;
    return view;
  }
  Result<Json> Rekey() {
    LedgerBook ledger(*state_);
    const RekeyTools tools{
        [this](const RunSpec& spec, RunBinder& binder) { return RunHere(spec, binder); },
        [] { return RunId("rekey-1"); }};
    return RekeyEverything(*state_, ledger, tools, "cli:ada", "worker w3 was stolen");
  }
};

TEST_F(RekeyTest, EverythingOpensUnderNewKeysOnlyAndSaysTheSame) {
  const pipelines::Piece before = NewPiece("orders", "the rows");
  const SecretBytes stolen = state_->vault().OpenDek(before.streams.at(0).dek).value();
  const Bytes stolen_blob = state_->blobs().Get(before.streams.at(0).blob_digest).value();
  LiveDataset dataset;
  dataset.owner = "loyalty";
  dataset.name = "orders";
  dataset.run = "run-1";
  dataset.pieces = {before};
  crypto::WriteBatch batch;
  ASSERT_TRUE(DatasetRegistry(*state_).Put(dataset, batch).ok());
  Write(batch);
  const auto done = Rekey();
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ((*done)["rewritten"].AsInt(), 1);
  EXPECT_EQ((*done)["kek_generation"].AsInt(), 2);
  const auto after = DatasetRegistry(*state_).Find("loyalty", "orders").value();
  const pipelines::Stream& stream = after.pieces.at(0).streams.at(0);
  EXPECT_FALSE(Opens(before)) << "the old data key is destroyed";
  EXPECT_FALSE(HasBlob(before));
  pipelines::StreamHeader header;
  header.dataset = "orders";
  header.partition = 0;
  header.producer = "run/step/0";
  const SecretBytes fresh = state_->vault().OpenDek(stream.dek).value();
  EXPECT_EQ(AsText(*pipelines::OpenBlob(stream, header, fresh, state_->blobs())), "the rows");
  EXPECT_FALSE(pipelines::OpenBlob(stream, header, stolen, state_->blobs()).ok());
  const Json entry = state_->audit().Entry(state_->audit().size() - 1).value();
  EXPECT_EQ(entry["type"].AsString(), "key.rotated");
  EXPECT_EQ(entry["why"].AsString(), "worker w3 was stolen");
}

TEST_F(RekeyTest, AnEmptyStateIsRekeyedToo) {
  const auto done = Rekey();
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ((*done)["rewritten"].AsInt(), 0);
  EXPECT_EQ(state_->vault().kek_generation(), 2U);
}

}  // namespace
}  // namespace signet::coordinator
