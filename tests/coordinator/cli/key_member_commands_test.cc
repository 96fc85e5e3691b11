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

TEST(KeyMemberCommands, InviteOnlyKindsThatThereAre) {
  const testing_support::ScratchFolder scratch;
  const std::string state = (scratch.path() / "state").string();
  ASSERT_EQ(Keys({"init", "--state", state}), 0);
  EXPECT_EQ(Keys({"enrol", "worker", "w1", "--label", "region=eu", "--state", state}), 0);
  EXPECT_EQ(Keys({"enrol", "robot", "r1", "--state", state}), 1);
  EXPECT_EQ(Keys({"enrol", "--state", state}), 1);
  EXPECT_EQ(Keys({"revoke", "worker", "w2", "--state", state}), 1) << "unknown";
  EXPECT_EQ(Keys({"revoke", "worker", "w1", "--state", state}), 0);
}

TEST(KeyMemberCommands, ATokenIsReadFromAPrivateFileOnly) {
  const testing_support::ScratchFolder scratch;
  const std::string state = (scratch.path() / "state").string();
  ASSERT_EQ(Keys({"init", "--state", state}), 0);
  const std::string token = (scratch.path() / "token").string();
  ASSERT_TRUE(WriteFileAtomically(token, AsBytes("guess"), 0644).ok());
  const std::string key(40, 'K');
  EXPECT_EQ(Keys({"enrol", "--token", token, "--key", key, "--state", state}), 1) << "readable";
  std::filesystem::permissions(token, std::filesystem::perms::owner_read);
  EXPECT_EQ(Keys({"enrol", "--token", token, "--key", key, "--state", state}), 3) << "denied";
}

}  // namespace
}  // namespace signet::coordinator
