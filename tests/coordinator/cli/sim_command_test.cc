#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/cli/commands.h"

namespace signet::coordinator {
namespace {

int RunCommand(std::vector<std::string> arguments, std::string& out) {
  arguments.insert(arguments.begin(), {"signet", "sim"});
  std::vector<char*> argv;
  argv.reserve(arguments.size());
  for (std::string& argument : arguments) argv.push_back(argument.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = RunCli(static_cast<int>(argv.size()), argv.data());
  out = testing::internal::GetCapturedStdout();
  static_cast<void>(testing::internal::GetCapturedStderr());
  return code;
}

TEST(SimCommand, TheSameSeedsTellTheSame) {
  std::string first;
  std::string again;
  ASSERT_EQ(RunCommand({"--seed", "7", "--runs", "20"}, first), 0);
  ASSERT_EQ(RunCommand({"--seed", "7", "--runs", "20"}, again), 0);
  EXPECT_EQ(first, again);
  EXPECT_NE(first.find("20 simulations from seed 7"), std::string::npos) << first;
}

TEST(SimCommand, NoRunsAreWrongUse) {
  std::string out;
  EXPECT_EQ(RunCommand({"--runs", "0"}, out), 2);
}

}  // namespace
}  // namespace signet::coordinator
