/// A real state folder in a scratch folder, which can be closed and opened again.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "pipelines/artifacts/sealed_blob.h"
#include "tests/support/environment.h"

namespace signet::coordinator {

class StateWorld : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    Result<std::unique_ptr<StateFolder>> opened =
        StateFolder::Open(scratch_.path() / "state", clock_, entropy_);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    state_ = std::move(opened).value();
  }
  /// As after the end of the process: everything in memory is gone.
  void Reopen() {
    state_.reset();
    Open();
  }
  void Write(const crypto::WriteBatch& batch) {
    const Status written = state_->store().Write(batch, crypto::Durability::kSync);
    ASSERT_TRUE(written.ok()) << written.message();
  }
  [[nodiscard]] bool Opens(const DekId& id) const { return state_->vault().OpenDek(id).ok(); }

  /// A piece of one sealed stream under a new key, durable.
  pipelines::Piece NewPiece(const std::string& dataset, const std::string& text) {
    crypto::WriteBatch batch;
    const DekId id = state_->vault().NewDek({dataset, "run", 0, "ordinary"}, batch).value();
    Write(batch);
    const SecretBytes key = state_->vault().OpenDek(id).value();
    pipelines::StreamHeader header;
    header.dataset = dataset;
    header.partition = 0;
    header.producer = "run/step/0";
    pipelines::Piece piece;
    piece.dataset = dataset;
    piece.partition = 0;
    piece.producer = header.producer;
    piece.rows = 1;
    piece.streams = {
        pipelines::SealBlob(header, AsBytes(text), {id, &key}, state_->blobs(), entropy_).value()};
    return piece;
  }
  [[nodiscard]] bool HasBlob(const pipelines::Piece& piece) const {
    return state_->blobs().Get(piece.streams.at(0).blob_digest).ok();
  }
  [[nodiscard]] bool Opens(const pipelines::Piece& piece) const {
    return Opens(piece.streams.at(0).dek);
  }

  testing_support::ScratchFolder scratch_;
  ManualClock clock_{Timestamp{1'790'000'000'000'000}};
  SystemEntropy entropy_;
  std::unique_ptr<StateFolder> state_;
};

}  // namespace signet::coordinator
