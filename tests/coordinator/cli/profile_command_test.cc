// `signet profile` as far as it goes without a run; on a real one see tests/e2e/governance.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/cli/commands.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

int RunProfile(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"signet", "profile"});
  std::vector<char*> argv;
  argv.reserve(arguments.size());
  for (std::string& argument : arguments) argv.push_back(argument.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = RunCli(static_cast<int>(argv.size()), argv.data());
  testing::internal::GetCapturedStdout();
  testing::internal::GetCapturedStderr();
  return code;
}

TEST(ProfileCommand, NeedsAStepAndAStateThatExists) {
  testing_support::ScratchFolder scratch;
  EXPECT_EQ(RunProfile({}), 2);
  EXPECT_EQ(RunProfile({"crm", "--epsilon", "50"}), 2) << "beyond any budget";
  EXPECT_EQ(RunProfile({"crm", "--state", (scratch.path() / "none").string()}), 1);
}

}  // namespace
}  // namespace signet::coordinator
