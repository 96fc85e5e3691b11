#include "coordinator/binding/state_folder.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/transparency/signed_note.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

using StateFolderTest = StateWorld;

TEST_F(StateFolderTest, MakesWhatItNeedsAndTellsTheLogsKey) {
  const Bytes key = ReadFile(state_->path() / "audit.vkey").value();
  EXPECT_EQ(std::string(AsText(key)), state_->audit().key().Text() + "\n");
  EXPECT_TRUE(std::filesystem::is_directory(state_->blobs_path()));
}

TEST_F(StateFolderTest, KeepsItsKeysAndItsLog) {
  const std::string key = state_->audit().key().Text();
  crypto::AuditEvent event;
  event.type = "test.happened";
  event.actor = "test";
  event.action = "happen";
  ASSERT_TRUE(state_->audit().Record(event).ok());
  Reopen();
  EXPECT_EQ(state_->audit().key().Text(), key);
  EXPECT_EQ(state_->audit().size(), 1U);
}

TEST_F(StateFolderTest, ASecondOpenerIsTurnedAway) {
  const auto second = StateFolder::Open(scratch_.path() / "state", clock_, entropy_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable) << second.status().message();
}

TEST_F(StateFolderTest, PartitionsAreFixedByTheFirstRun) {
  EXPECT_EQ(state_->Partitions().value(), 0);
  ASSERT_TRUE(state_->FixPartitions(8).ok());
  ASSERT_TRUE(state_->FixPartitions(8).ok());
  Reopen();
  EXPECT_EQ(state_->Partitions().value(), 8);
  const Status other = state_->FixPartitions(16);
  EXPECT_EQ(other.code(), StatusCode::kInvalid);
  EXPECT_NE(other.remedy().find('8'), std::string::npos);
}

TEST_F(StateFolderTest, SignsNotesWithTheLogsKey) {
  const std::string note = state_->SignNote("hello\n").value();
  EXPECT_EQ(note.rfind("hello\n\n", 0), 0U) << note;
  EXPECT_NE(note.find("signet.local/audit"), std::string::npos);
}

TEST_F(StateFolderTest, IsATestStateOnlyWhenMarked) {
  EXPECT_FALSE(state_->is_test_state());
  ASSERT_TRUE(WriteFileAtomically(state_->path() / "test-state", AsBytes("")).ok());
  EXPECT_TRUE(state_->is_test_state());
}

TEST_F(StateFolderTest, AStoreWithoutItsCustodyIsRefused) {
  state_.reset();
  std::filesystem::remove_all(scratch_.path() / "state" / "custody");
  const auto opened = StateFolder::Open(scratch_.path() / "state", clock_, entropy_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), StatusCode::kCorrupt) << opened.status().message();
}

TEST_F(StateFolderTest, AnOlderCopyOfTheStoreIsRefused) {
  const std::filesystem::path path = scratch_.path() / "state";
  crypto::AuditEvent event;
  event.type = "test.happened";
  event.actor = "test";
  event.action = "happen";
  ASSERT_TRUE(state_->audit().Record(event).ok());
  state_.reset();
  std::filesystem::copy(
      path / "store", scratch_.path() / "copy", std::filesystem::copy_options::recursive);
  Open();
  ASSERT_TRUE(state_->audit().Record(event).ok());
  ASSERT_TRUE(state_->audit().SignCheckpoint().ok());
  state_.reset();
  std::filesystem::remove_all(path / "store");
  std::filesystem::rename(scratch_.path() / "copy", path / "store");
  const auto opened = StateFolder::Open(path, clock_, entropy_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), StatusCode::kCorrupt) << opened.status().message();
}

}  // namespace
}  // namespace signet::coordinator
