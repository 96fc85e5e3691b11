#include "coordinator/binding/dataset_registry.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

class DatasetRegistryTest : public StateWorld {
 protected:
  static LiveDataset Dataset(const std::string& name, std::vector<pipelines::Piece> pieces) {
    LiveDataset dataset;
    dataset.owner = "loyalty";
    dataset.name = name;
    dataset.run = "run";
    dataset.schema.columns = {{"subject", pipelines::ColumnType::kUuid, {}}};
    dataset.pieces = std::move(pieces);
    return dataset;
  }
  void Put(const LiveDataset& dataset) {
    DatasetRegistry registry(*state_);
    crypto::WriteBatch batch;
    ASSERT_TRUE(registry.Put(dataset, batch).ok());
    Write(batch);
    registry.Sweep();
  }
};

TEST_F(DatasetRegistryTest, WhatWasPutIsFoundAfterARestart) {
  const pipelines::Piece piece = NewPiece("orders", "rows");
  Put(Dataset("orders", {piece}));
  Reopen();
  const LiveDataset found = DatasetRegistry(*state_).Find("loyalty", "orders").value();
  ASSERT_EQ(found.pieces.size(), 1U);
  EXPECT_EQ(found.ToJson().Dump(), Dataset("orders", {piece}).ToJson().Dump());
  EXPECT_TRUE(DatasetRegistry(*state_).Find("loyalty", "web").value().pieces.empty());
  EXPECT_EQ(DatasetRegistry(*state_).All().value().size(), 1U);
}

TEST_F(DatasetRegistryTest, ReplacingDestroysTheKeysAndBlobsOfWhatIsGone) {
  const pipelines::Piece old = NewPiece("orders", "old");
  const pipelines::Piece both = NewPiece("orders", "both");
  const pipelines::Piece fresh = NewPiece("orders", "new");
  Put(Dataset("orders", {old, both}));
  Put(Dataset("orders", {both, fresh}));
  Reopen();
  EXPECT_FALSE(Opens(old));
  EXPECT_FALSE(HasBlob(old));
  for (const pipelines::Piece& piece : {both, fresh}) {
    EXPECT_TRUE(Opens(piece));
    EXPECT_TRUE(HasBlob(piece));
  }
}

TEST_F(DatasetRegistryTest, NothingIsLostUntilTheBatchIsWritten) {
  const pipelines::Piece old = NewPiece("orders", "old");
  Put(Dataset("orders", {old}));
  DatasetRegistry registry(*state_);
  crypto::WriteBatch lost;
  ASSERT_TRUE(registry.Put(Dataset("orders", {}), lost).ok());
  EXPECT_TRUE(HasBlob(old));
  Reopen();
  EXPECT_TRUE(Opens(old));
  EXPECT_EQ(DatasetRegistry(*state_).Find("loyalty", "orders").value().pieces.size(), 1U);
}

TEST_F(DatasetRegistryTest, DropsWhatAPipelineNoLongerWritesAndNothingOfOthers) {
  const pipelines::Piece kept = NewPiece("orders", "kept");
  const pipelines::Piece dropped = NewPiece("web", "dropped");
  const pipelines::Piece foreign = NewPiece("web", "foreign");
  Put(Dataset("orders", {kept}));
  Put(Dataset("web", {dropped}));
  LiveDataset other = Dataset("web", {foreign});
  other.owner = "another";
  Put(other);
  DatasetRegistry registry(*state_);
  crypto::WriteBatch batch;
  ASSERT_TRUE(registry.DropOthers("loyalty", {"orders"}, batch).ok());
  Write(batch);
  registry.Sweep();
  EXPECT_EQ(registry.All().value().size(), 2U);
  EXPECT_TRUE(Opens(kept));
  EXPECT_FALSE(Opens(dropped));
  EXPECT_FALSE(HasBlob(dropped));
  EXPECT_TRUE(Opens(foreign));
  EXPECT_TRUE(HasBlob(foreign));
}

TEST_F(DatasetRegistryTest, PiecesThatNeverBecameLiveAreDiscarded) {
  const pipelines::Piece piece = NewPiece("orders", "late");
  DatasetRegistry registry(*state_);
  crypto::WriteBatch batch;
  ASSERT_TRUE(registry.Discard({piece}, batch).ok());
  Write(batch);
  registry.Sweep();
  EXPECT_FALSE(Opens(piece));
  EXPECT_FALSE(HasBlob(piece));
}

TEST_F(DatasetRegistryTest, CollectsWhatNobodyNames) {
  const pipelines::Piece live = NewPiece("orders", "live");
  const pipelines::Piece orphan = NewPiece("orders", "orphan");
  const pipelines::Piece intended = NewPiece("publish", "intended");
  Put(Dataset("orders", {live}));
  crypto::WriteBatch batch;
  // As Publisher::Prepare writes its intent.
  batch.Put("outbox/publish/mail/loyalty/1",
            Json::Of({{"stream", intended.streams.at(0).ToJson()}}).Dump());
  Write(batch);
  ASSERT_TRUE(DatasetRegistry(*state_).CollectGarbage().ok());
  EXPECT_TRUE(HasBlob(live));
  EXPECT_FALSE(HasBlob(orphan));
  EXPECT_TRUE(HasBlob(intended));
}

}  // namespace
}  // namespace signet::coordinator
