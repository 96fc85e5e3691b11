#include "coordinator/binding/root_swap.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;

/// Folders with a word in each, in place of stores and keys.
class RootSwapTest : public ::testing::Test {
 protected:
  void Put(const std::string& name, const std::string& text) {
    const fs::path path = state_ / name;
    ASSERT_TRUE(MakeFolders(path.parent_path()).ok());
    ASSERT_TRUE(WriteFileAtomically(path, AsBytes(text)).ok());
  }
  [[nodiscard]] std::string Text(const std::string& name) const {
    const Result<Bytes> bytes = ReadFile(state_ / name);
    return bytes.ok() ? std::string(AsText(*bytes)) : "(none)";
  }
  void MakeState() {
    fs::remove_all(state_);
    Put("store/CURRENT", "old");
    Put("custody/root.key", "old");
    Put("custody.json", "old");
    Put("checkpoint.note", "old");
    Put("coordinator.key", "old");
    Put("serving/ads/current", "old");
    Put("blobs/ab/cd", "kept");
  }
  void Stage(bool ready) {
    Put("root.next/store/CURRENT", "new");
    Put("root.next/custody/root.key", "new");
    Put("root.next/checkpoint.note", "new");
    Put("root.next/coordinator.key", "new");
    Put("root.next/files", "files");
    if (ready) {
      ASSERT_TRUE(MarkRootReady(state_).ok());
    }
  }
  void ExpectNew() {
    EXPECT_EQ(Text("store/CURRENT"), "new");
    EXPECT_EQ(Text("custody/root.key"), "new");
    EXPECT_EQ(Text("custody.json"), "(none)") << "files need no settings";
    EXPECT_EQ(Text("checkpoint.note"), "new");
    EXPECT_EQ(Text("coordinator.key"), "new");
    EXPECT_EQ(Text("blobs/ab/cd"), "kept");
    for (const char* gone :
         {"root.next", "store.old", "custody.old", "coordinator.key.old", "serving"}) {
      EXPECT_FALSE(fs::exists(state_ / gone)) << gone;
    }
  }

  testing_support::ScratchFolder scratch_;
  fs::path state_ = scratch_.path() / "state";
};

TEST_F(RootSwapTest, WithoutTheMarkWhatACrashLeftGoesAndTheOldRootStays) {
  MakeState();
  Stage(/*ready=*/false);
  ASSERT_TRUE(FinishRootSwap(state_).ok());
  EXPECT_TRUE(fs::exists(state_ / "root.next")) << "another process may be at work there";
  ASSERT_TRUE(DropRootStaging(state_).ok());
  EXPECT_EQ(Text("store/CURRENT"), "old");
  EXPECT_EQ(Text("custody/root.key"), "old");
  EXPECT_EQ(Text("custody.json"), "old");
  EXPECT_FALSE(fs::exists(state_ / "root.next"));
  EXPECT_TRUE(fs::exists(state_ / "serving"));
}

TEST_F(RootSwapTest, ACrashBetweenAnyTwoStepsIsFinishedByTheNextCall) {
  for (int steps = 0; steps < 30; ++steps) {
    SCOPED_TRACE(steps);
    MakeState();
    Stage(/*ready=*/true);
    const Status first = FinishRootSwap(state_, steps);
    const bool whole = first.ok();
    EXPECT_TRUE(whole || first.code() == StatusCode::kCancelled) << first.message();
    ASSERT_TRUE(FinishRootSwap(state_).ok());
    ExpectNew();
    ASSERT_TRUE(FinishRootSwap(state_).ok()) << "nothing is left to do";
    ExpectNew();
    if (whole) return;
  }
  FAIL() << "a swap has fewer steps";
}

TEST_F(RootSwapTest, AStateWithoutAStagingIsLeftAlone) {
  MakeState();
  EXPECT_EQ(MarkRootReady(state_).code(), StatusCode::kNotFound);
  ASSERT_TRUE(FinishRootSwap(state_).ok());
  EXPECT_EQ(Text("store/CURRENT"), "old");
}

}  // namespace
}  // namespace signet::coordinator
