#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/legal_holds.h"
#include "tests/coordinator/cli/run_governance.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

int Retention(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "retention");
  return command_testing::RunCommand(AddRetentionCommands, std::move(arguments));
}

TEST(RetentionCommands, AHoldIsPutListedAndReleased) {
  const testing_support::ScratchFolder scratch;
  const std::string state = (scratch.path() / "state").string();
  EXPECT_EQ(Retention({"list", "--state", state}), 1) << "no state";
  SystemClock clock;
  SystemEntropy entropy;
  ASSERT_TRUE(StateFolder::Open(state, clock, entropy).ok());
  EXPECT_EQ(Retention({"hold", "shop", "--state", state}), 2) << "without a reason";
  EXPECT_EQ(Retention({"hold", "shop", "--reason", "claim", "--state", state}), 0);
  {
    const auto opened = std::move(StateFolder::Open(state, clock, entropy)).value();
    EXPECT_EQ(LegalHolds(*opened).All()->size(), 1U);
  }
  EXPECT_EQ(Retention({"list", "--format", "text", "--state", state}), 0);
  EXPECT_EQ(Retention({"release", "web", "--state", state}), 1);
  EXPECT_EQ(Retention({"release", "shop", "--state", state}), 0);
  EXPECT_EQ(Retention({"set", "--custody-copies", "soon", "--state", state}), 1);
  EXPECT_EQ(Retention({"set", "--custody-copies", "30d", "--state", state}), 0);
}

}  // namespace
}  // namespace signet::coordinator
