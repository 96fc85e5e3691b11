// A state under another root: what was sealed opens, what was derived changes, the log goes on, and
// the old root opens nothing any more.
#include "coordinator/keys/root_replacement.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "coordinator/binding/root_swap.h"
#include "crypto/audit/event_catalog.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/keys/file_custody.h"
#include "crypto/keys/key_derivation.h"
#include "crypto/transparency/checkpoint.h"
#include "crypto/transparency/signed_note.h"
#include "tests/coordinator/binding/state_world.h"
#include "workers/transport/curve.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;
using crypto::KeyUse;

class RootReplacementTest : public StateWorld {
 protected:
  Result<Json> Stage() {
    RootRequest request;
    request.actor = "cli:ada";
    request.why = "the laptop with custody was stolen";
    request.rewritten = 1;
    return StageRoot(*state_, request);
  }
  void TakeIntoUse() {
    const fs::path path = state_->path();
    state_.reset();
    ASSERT_TRUE(MarkRootReady(path).ok());
    Open();
  }
  Bytes Raw(KeyUse use, const std::string& context = "") {
    const SecretBytes key = state_->vault().Derive(use, context);
    return Bytes(key.ExposeSecret().begin(), key.ExposeSecret().end());
  }
  [[nodiscard]] fs::path Path(const char* name) const { return state_->path() / name; }
};

TEST_F(RootReplacementTest, WhatWasSealedOpensAndWhatWasDerivedChangesButLinks) {
  const pipelines::Piece piece = NewPiece("orders", "the rows");
  ASSERT_TRUE(state_->FixPartitions(4).ok());
  const Bytes link = Raw(KeyUse::kLink);
  const Bytes suppression = Raw(KeyUse::kSuppression);
  const Bytes digest = Raw(KeyUse::kDigest);
  const Bytes recipient = Raw(KeyUse::kRecipient, "ads");
  const auto staged = Stage();
  ASSERT_TRUE(staged.ok()) << staged.status().ToString();
  TakeIntoUse();
  EXPECT_EQ((*staged)["log_key"].AsString(), state_->audit().key().Text());
  EXPECT_EQ(Raw(KeyUse::kLink), link) << "carried over: nobody could make link values again";
  EXPECT_EQ(Raw(KeyUse::kSuppression), suppression);
  EXPECT_NE(Raw(KeyUse::kDigest), digest);
  EXPECT_NE(Raw(KeyUse::kRecipient, "ads"), recipient);
  EXPECT_TRUE(Opens(piece));
  EXPECT_TRUE(HasBlob(piece));
  EXPECT_EQ(*state_->Partitions(), 4);
  // Rotations, erasures and a second replacement go on from there.
  crypto::WriteBatch batch;
  ASSERT_TRUE(state_->vault().RotateKek(batch).ok());
  Write(batch);
  ASSERT_TRUE(state_->vault().DestroyOldKeks(clock_.Now()).ok());
  const auto again = Stage();
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ((*again)["root_epoch"].AsInt(), 3);
  TakeIntoUse();
  EXPECT_EQ(Raw(KeyUse::kLink), link);
  EXPECT_TRUE(Opens(piece));
}

TEST_F(RootReplacementTest, TheLogGoesOnAndItsOldKeyVouchesForTheNew) {
  const crypto::VerifierKey before = state_->audit().key();
  ASSERT_TRUE(Stage().ok());
  const uint64_t announced = state_->audit().size() - 1;
  TakeIntoUse();
  EXPECT_NE(state_->audit().key().Text(), before.Text());
  const Status whole = state_->audit().VerifyAll();
  EXPECT_TRUE(whole.ok()) << whole.ToString();
  EXPECT_EQ(state_->audit().size(), announced + 2);
  // What an auditor who trusts the old key can see: the entry that names the new one.
  const Bytes key = ReadFile(Path("audit-1.vkey")).value();
  EXPECT_EQ(Trim(AsText(key)), before.Text());
  const Bytes note = ReadFile(Path("root-1.note")).value();
  const auto checkpoint = crypto::OpenCheckpoint(AsText(note), before);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
  EXPECT_EQ(checkpoint->size, announced + 1);
  EXPECT_EQ(*state_->audit().reader().RootAt(checkpoint->size), checkpoint->root);
  const Json entry = *state_->audit().Entry(announced);
  EXPECT_EQ(entry["type"].AsString(), "key.root_replaced");
  EXPECT_EQ(entry["facts"]["log_key"].AsString(), state_->audit().key().Text());
  EXPECT_EQ(entry["why"].AsString(), "the laptop with custody was stolen");
}

TEST_F(RootReplacementTest, TheOldRootOpensNothingAnyMore) {
  const fs::path stolen = scratch_.path() / "stolen";
  fs::copy(Path("custody"), stolen, fs::copy_options::recursive);
  ASSERT_TRUE(Stage().ok());
  TakeIntoUse();
  const auto thief = crypto::FileCustody::OpenExisting(stolen);
  ASSERT_TRUE(thief.ok()) << thief.status().ToString();
  const SecretBytes base = (*thief)->BaseKey().value();
  const fs::path store = Path("store");
  state_.reset();
  const auto opened =
      crypto::OpenRocksStore(store, crypto::DeriveKey(base, KeyUse::kStore, ""), entropy_);
  EXPECT_EQ(opened.status().code(), StatusCode::kCorrupt);
  // Put back into the state, it is refused.
  fs::remove_all(store.parent_path() / "custody");
  fs::copy(stolen, store.parent_path() / "custody", fs::copy_options::recursive);
  EXPECT_EQ(StateFolder::Open(store.parent_path(), clock_, entropy_).status().code(),
            StatusCode::kCorrupt);
}

TEST_F(RootReplacementTest, TheCoordinatorGetsAnotherKeyOnTheNetworkAndTheLogNamesIt) {
  const auto before = workers::CurveKeyPair::Generate().value();
  ASSERT_TRUE(WriteFileAtomically(Path("coordinator.key"), before.secret_key.ExposeSecret()).ok());
  const auto staged = Stage();
  ASSERT_TRUE(staged.ok()) << staged.status().ToString();
  TakeIntoUse();
  const Bytes secret = ReadFile(Path("coordinator.key")).value();
  const auto now = workers::CurveKeyPair::FromSecret(SecretBytes::CopyOf(secret));
  ASSERT_TRUE(now.ok());
  EXPECT_NE(now->public_key, before.public_key);
  EXPECT_EQ((*staged)["network_key"].AsString(), now->public_key.Text());
  const Json entry = *state_->audit().Entry(state_->audit().size() - 1);
  EXPECT_EQ(entry["facts"]["network_key"].AsString(), now->public_key.Text());
  EXPECT_TRUE(crypto::CheckEntry(entry).ok()) << crypto::CheckEntry(entry).ToString();
  EXPECT_FALSE(fs::exists(Path("coordinator.key.old")));
}

TEST_F(RootReplacementTest, ACrashBeforeTheMarkLeavesTheOldRootAndCanBeRepeated) {
  const pipelines::Piece piece = NewPiece("orders", "the rows");
  const std::string before = state_->audit().key().Text();
  ASSERT_TRUE(Stage().ok());
  Reopen();
  EXPECT_EQ(state_->audit().key().Text(), before);
  EXPECT_TRUE(Opens(piece));
  EXPECT_FALSE(fs::exists(Path("root.next")));
  ASSERT_TRUE(Stage().ok());
  TakeIntoUse();
  EXPECT_NE(state_->audit().key().Text(), before);
  EXPECT_TRUE(Opens(piece));
}

}  // namespace
}  // namespace signet::coordinator
