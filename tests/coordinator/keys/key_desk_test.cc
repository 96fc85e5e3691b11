#include "coordinator/keys/key_desk.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/binding/dataset_registry.h"
#include "crypto/audit/event_catalog.h"
#include "crypto/base/file.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

constexpr int64_t kHour = 3600;

class KeyDeskTest : public StateWorld {
 protected:
  KeyDesk Desk() { return KeyDesk(*state_, "cli:ada"); }
  void PutDataset(const std::string& name, const std::vector<pipelines::Piece>& pieces) {
    LiveDataset dataset;
    dataset.owner = "loyalty";
    dataset.name = name;
    dataset.run = "run-1";
    dataset.pieces = pieces;
    crypto::WriteBatch batch;
    ASSERT_TRUE(DatasetRegistry(*state_).Put(dataset, batch).ok());
    Write(batch);
  }
  pipelines::Piece NewPieceIn(int partition, const std::string& dataset) {
    pipelines::Piece piece = NewPiece(dataset, "rows");
    piece.partition = partition;
    return piece;
  }
  Json LastEntry() { return state_->audit().Entry(state_->audit().size() - 1).value(); }
};

TEST_F(KeyDeskTest, RotationWrapsAnewTouchesNoBlobAndIsLogged) {
  const pipelines::Piece piece = NewPiece("orders", "rows");
  PutDataset("orders", {piece});
  const auto done = Desk().Rotate("yearly");
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ((*done)["kek_generation"].AsInt(), 2);
  EXPECT_EQ((*done)["deks"].AsInt(), 1);
  EXPECT_TRUE(Opens(piece));
  EXPECT_TRUE(HasBlob(piece));
  EXPECT_EQ(state_->custody().Kek(1).status().code(), StatusCode::kCorrupt) << "destroyed";
  EXPECT_EQ(LastEntry()["type"].AsString(), "key.rotated");
  EXPECT_EQ(LastEntry()["actor"].AsString(), "cli:ada");
  EXPECT_EQ(LastEntry()["why"].AsString(), "yearly");
  Reopen();
  EXPECT_TRUE(Opens(piece));
}

TEST_F(KeyDeskTest, AShreddedDatasetIsGoneFromTheStateAndFromOldCopiesOfItsKeys) {
  const pipelines::Piece gone = NewPiece("scores", "rows");
  const pipelines::Piece other = NewPiece("orders", "rows");
  PutDataset("scores", {gone});
  PutDataset("orders", {other});
  const std::string place = "keys/dek/" + gone.streams.at(0).dek.text();
  const Bytes old_record = state_->store().Require(place).value();
  const auto done = Desk().Shred({"loyalty", "scores", "", {}}, "contract ended");
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_EQ((*done)["keys"].AsInt(), 1);
  EXPECT_FALSE(Opens(gone));
  EXPECT_FALSE(HasBlob(gone));
  EXPECT_TRUE(Opens(other));
  // The record from a backup, put back, does not open either.
  ASSERT_TRUE(state_->store().Put(place, old_record).ok());
  EXPECT_EQ(state_->vault().OpenDek(gone.streams.at(0).dek).status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(LastEntry()["type"].AsString(), "key.shredded");
}

TEST_F(KeyDeskTest, ASubjectRangeIsShreddedAndTheOthersStay) {
  const pipelines::Piece zero = NewPieceIn(0, "scores");
  const pipelines::Piece one = NewPieceIn(1, "scores");
  const pipelines::Piece two = NewPieceIn(2, "scores");
  PutDataset("scores", {zero, one, two});
  ASSERT_TRUE(Desk().Shred({"loyalty", "scores", "run-1", {0, 2}}, "").ok());
  EXPECT_FALSE(Opens(zero));
  EXPECT_TRUE(Opens(one));
  EXPECT_FALSE(Opens(two));
  EXPECT_EQ(DatasetRegistry(*state_).Find("loyalty", "scores")->pieces.size(), 1U);
  EXPECT_EQ(Desk().Shred({"loyalty", "scores", "", {5}}, "").status().code(),
            StatusCode::kNotFound);
}

TEST_F(KeyDeskTest, WhatIsNotThereIsNamedAndIdentitiesAreNotADataset) {
  PutDataset("scores", {NewPiece("scores", "rows")});
  const Status missing = Desk().Shred({"loyalty", "score", "", {}}, "").status();
  EXPECT_EQ(missing.code(), StatusCode::kNotFound);
  EXPECT_EQ(missing.remedy(), "did you mean loyalty/scores?");
  EXPECT_EQ(Desk().Shred({"loyalty", "scores", "run-0", {}}, "").status().code(),
            StatusCode::kConflict);
  EXPECT_EQ(Desk().Shred({"@state", "@identity", "", {}}, "").status().code(),
            StatusCode::kInvalid);
}

TEST_F(KeyDeskTest, MembershipIsLoggedWithoutTheTokenAndWorkersAreListed) {
  SecretBytes token;
  const auto kind = crypto::MemberKind::kWorker;
  ASSERT_TRUE(Desk().Invite(kind, "w1", {{"region", "eu"}}, kHour, token).ok());
  const std::string text(AsText(token.ExposeSecret()));
  const std::string key(40, 'K');
  EXPECT_EQ(Desk().Redeem("wrong", key).status().code(), StatusCode::kDenied);
  EXPECT_EQ(LastEntry()["type"].AsString(), "key.denied");
  ASSERT_TRUE(Desk().Redeem(text, key).ok());
  EXPECT_EQ(LastEntry()["type"].AsString(), "key.enrolled");
  EXPECT_EQ(LastEntry()["facts"]["name"].AsString(), "w1");
  const std::string list(AsText(*ReadFile(state_->path() / "workers")));
  EXPECT_NE(list.find(key + " w1\n"), std::string::npos);
  for (uint64_t i = 0; i < state_->audit().size(); ++i) {
    EXPECT_EQ(state_->audit().Entry(i)->Dump().find(text), std::string::npos);
  }
  ASSERT_TRUE(Desk().Revoke(kind, "w1").ok());
  EXPECT_EQ(LastEntry()["type"].AsString(), "key.revoked");
  EXPECT_EQ(AsText(*ReadFile(state_->path() / "workers")).find(key), std::string_view::npos);
  EXPECT_EQ((*Desk().List())["members"].items().size(), 1U);
}

TEST_F(KeyDeskTest, EveryEntryIsAsTheCatalogSays) {
  PutDataset("scores", {NewPieceIn(1, "scores"), NewPieceIn(2, "scores")});
  SecretBytes token;
  const auto kind = crypto::MemberKind::kWorker;
  ASSERT_TRUE(Desk().Rotate("").ok());
  ASSERT_TRUE(Desk().Shred({"loyalty", "scores", "", {1}}, "").ok());
  for (const char letter : {'A', 'B'}) {
    ASSERT_TRUE(Desk().Invite(kind, "w1", {{"region", "eu"}}, kHour, token).ok());
    ASSERT_TRUE(Desk().Redeem(AsText(token.ExposeSecret()), std::string(40, letter)).ok());
  }
  EXPECT_FALSE(Desk().Redeem("wrong", std::string(40, 'C')).ok());
  ASSERT_TRUE(Desk().Retire(kind, "w1", std::string(40, 'A')).ok());
  ASSERT_TRUE(Desk().Revoke(kind, "w1").ok());
  ASSERT_GE(state_->audit().size(), 9U);
  for (uint64_t i = 0; i < state_->audit().size(); ++i) {
    const Json entry = state_->audit().Entry(i).value();
    const Status checked = crypto::CheckEntry(entry);
    EXPECT_TRUE(checked.ok()) << checked.message() << " in " << entry.Dump();
  }
}

TEST_F(KeyDeskTest, TheListNamesCustodyGenerationsAndMembersAndNoSecret) {
  const auto list = Desk().List();
  ASSERT_TRUE(list.ok());
  EXPECT_EQ((*list)["custody"].AsString(), "file");
  EXPECT_EQ((*list)["current"].AsInt(), 1);
  const std::string base = ToHex(state_->custody().BaseKey()->ExposeSecret());
  EXPECT_EQ(list->Dump().find(base), std::string::npos);
}

}  // namespace
}  // namespace signet::coordinator
