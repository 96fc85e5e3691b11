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

TEST(KeyBackupCommands, BackUpAndRestoreAnEmptyState) {
  const testing_support::ScratchFolder scratch;
  const std::string state = (scratch.path() / "state").string();
  const std::string out = (scratch.path() / "out").string();
  ASSERT_EQ(Keys({"init", "--state", state}), 0);
  EXPECT_EQ(Keys({"backup", "--state", state}), 2) << "where to?";
  ASSERT_EQ(Keys({"backup", "--state", state, "--out", out}), 0);
  EXPECT_EQ(Keys({"backup", "--state", state, "--out", out}), 1) << "not over another";
  EXPECT_EQ(Keys({"restore", "--from", out, "--state", state}), 1) << "not over a state";
  std::filesystem::remove_all(scratch.path() / "state" / "store");
  EXPECT_EQ(Keys({"restore", "--from", out, "--state", state}), 0);
  EXPECT_EQ(Keys({"list", "--state", state}), 0);
}

}  // namespace
}  // namespace signet::coordinator
