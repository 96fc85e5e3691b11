#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/cli/key_commands.h"
#include "crypto/base/file.h"
#include "tests/coordinator/cli/run_keys.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

using command_testing::Keys;

TEST(KeyRotationCommands, RotateAStateAndSayWhereThereIsNone) {
  const testing_support::ScratchFolder scratch;
  const std::string state = (scratch.path() / "state").string();
  EXPECT_EQ(Keys({"rotate", "--state", state}), 1) << "there is no state";
  ASSERT_EQ(Keys({"init", "--state", state}), 0);
  EXPECT_EQ(Keys({"rotate", "--state", state, "--why", "test"}), 0);
  EXPECT_FALSE(std::filesystem::exists(scratch.path() / "state" / "custody" / "kek-1.key"));
  EXPECT_EQ(Keys({"shred", "--state", state}), 2) << "what?";
  EXPECT_EQ(Keys({"shred", "scores", "--state", state}), 1) << "of which pipeline?";
  EXPECT_EQ(Keys({"shred", "shop/scores", "--partitions", "3-1", "--state", state}), 1);
}

}  // namespace
}  // namespace signet::coordinator
