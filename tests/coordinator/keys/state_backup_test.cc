#include "coordinator/keys/state_backup.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/keys/key_desk.h"
#include "crypto/base/file.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;

class StateBackupTest : public StateWorld {
 protected:
  void SetUp() override {
    StateWorld::SetUp();
    backup_ = scratch_.path() / "backup";
    piece_ = NewPiece("orders", "rows");
    LiveDataset dataset;
    dataset.owner = "loyalty";
    dataset.name = "orders";
    dataset.run = "run-1";
    dataset.pieces = {piece_};
    crypto::WriteBatch batch;
    ASSERT_TRUE(DatasetRegistry(*state_).Put(dataset, batch).ok());
    Write(batch);
    const auto done = BackUp(*state_, backup_, "cli:ada");
    ASSERT_TRUE(done.ok()) << done.status().ToString();
  }
  /// The state's disk dies; custody and what is remembered beside it survive.
  void LoseStore() {
    state_.reset();
    fs::remove_all(scratch_.path() / "state" / "store");
    fs::remove_all(scratch_.path() / "state" / "blobs");
  }
  Result<Json> RestoreHere() {
    RestoreRequest request;
    request.from = backup_;
    request.state = scratch_.path() / "state";
    request.actor = "cli:ada";
    return Restore(request, clock_, entropy_);
  }

  fs::path backup_;
  pipelines::Piece piece_;
};

TEST_F(StateBackupTest, ARestoredStateOpensVerifiesAndSaysSo) {
  LoseStore();
  const auto done = RestoreHere();
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  Open();
  EXPECT_TRUE(Opens(piece_));
  EXPECT_TRUE(HasBlob(piece_));
  EXPECT_EQ((*state_->audit().Entry(state_->audit().size() - 1))["type"].AsString(),
            "key.restored");
  EXPECT_TRUE(state_->audit().VerifyAll().ok());
}

TEST_F(StateBackupTest, ABackupHoldsNoKeyOfCustodyAndNothingInPlain) {
  const std::string base(AsText(state_->custody().BaseKey()->ExposeSecret()));
  const std::string dek(AsText(state_->vault().OpenDek(piece_.streams.at(0).dek)->ExposeSecret()));
  const std::string kek = AsText(*ReadFile(state_->path() / "custody" / "kek-1.key")).data() + 13;
  size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(backup_)) {
    EXPECT_EQ(entry.path().string().find("custody/"), std::string::npos);
    if (!entry.is_regular_file()) continue;
    ++files;
    const Bytes bytes = *ReadFile(entry.path());
    for (const std::string& secret : {base, dek, kek.substr(0, 16)}) {
      EXPECT_EQ(AsText(bytes).find(secret), std::string_view::npos) << entry.path();
    }
  }
  EXPECT_GE(files, 5U);
}

// The rollback that erasure must withstand: an old backup brings the erased back.
TEST_F(StateBackupTest, ABackupFromBeforeARotationIsRefusedAndLeavesNothing) {
  ASSERT_TRUE(KeyDesk(*state_, "cli:ada").Rotate("").ok());
  LoseStore();
  const auto done = RestoreHere();
  EXPECT_EQ(done.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(done.status().message().find("KEK generation 1"), std::string::npos)
      << done.status().message();
  EXPECT_FALSE(fs::exists(scratch_.path() / "state" / "store"));
  EXPECT_TRUE(fs::exists(scratch_.path() / "state" / "custody" / "root.key"));
}

TEST_F(StateBackupTest, ABackupThatAKnownCheckpointIsAheadOfIsRefused) {
  crypto::AuditEvent event;
  event.type = "consent.changed";
  event.actor = "cli";
  event.action = "withdraw";
  ASSERT_TRUE(state_->audit().Record(event).ok());
  ASSERT_TRUE(state_->audit().SignCheckpoint().ok());
  const fs::path witnessed = scratch_.path() / "witnessed.note";
  fs::copy(state_->path() / "checkpoint.note", witnessed);
  LoseStore();
  EXPECT_EQ(RestoreHere().status().code(), StatusCode::kCorrupt) << "remembered beside custody";
  fs::remove(scratch_.path() / "state" / "checkpoint.note");
  RestoreRequest request;
  request.from = backup_;
  request.state = scratch_.path() / "state";
  request.checkpoint = witnessed;
  EXPECT_EQ(Restore(request, clock_, entropy_).status().code(), StatusCode::kCorrupt)
      << "known to a witness";
}

TEST_F(StateBackupTest, ADamagedBackupOrAnotherRootIsRefused) {
  const fs::path sealed = backup_ / "store.sealed";
  const Bytes good = *ReadFile(sealed);
  LoseStore();
  for (const size_t at : {size_t{3}, size_t{40}, good.size() / 2, good.size() - 1}) {
    Bytes bad = good;
    bad[at] ^= 1;
    ASSERT_TRUE(WriteFileAtomically(sealed, bad).ok());
    EXPECT_EQ(RestoreHere().status().code(), StatusCode::kCorrupt) << at;
  }
  ASSERT_TRUE(WriteFileAtomically(sealed, ByteView(good).first(good.size() - 20)).ok());
  EXPECT_EQ(RestoreHere().status().code(), StatusCode::kCorrupt) << "cut";
  ASSERT_TRUE(WriteFileAtomically(sealed, good).ok());
  RestoreRequest elsewhere;
  elsewhere.from = backup_;
  elsewhere.state = scratch_.path() / "elsewhere";
  EXPECT_EQ(Restore(elsewhere, clock_, entropy_).status().code(), StatusCode::kNotFound)
      << "no root, and none is made";
  EXPECT_TRUE(RestoreHere().ok());
}

TEST_F(StateBackupTest, CustodyIsCopiedApartAndComesBackWithTheState) {
  const fs::path custody = scratch_.path() / "vault";
  ASSERT_TRUE(BackUpCustody(state_->path(), custody).ok());
  EXPECT_EQ(BackUpCustody(state_->path(), custody).code(), StatusCode::kConflict);
  state_.reset();
  fs::remove_all(scratch_.path() / "state");
  RestoreRequest request;
  request.from = backup_;
  request.state = scratch_.path() / "state";
  request.custody = custody;
  const auto done = Restore(request, clock_, entropy_);
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  Open();
  EXPECT_TRUE(Opens(piece_));
}

TEST_F(StateBackupTest, NothingIsWrittenOverWhatIsThere) {
  EXPECT_EQ(BackUp(*state_, backup_, "cli:ada").status().code(), StatusCode::kConflict);
  EXPECT_EQ(RestoreHere().status().code(), StatusCode::kConflict) << "the state is alive";
}

}  // namespace
}  // namespace signet::coordinator
