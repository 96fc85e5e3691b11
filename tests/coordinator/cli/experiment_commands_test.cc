// `signet experiments register`: the rules of a shipped pipeline, once.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/binding/experiment_book.h"
#include "coordinator/cli/commands.h"
#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

TEST_F(StateWorld, TheRulesOfAPipelineAreRegisteredOnceAndBeforeTheRun) {
  const auto signet = [&](std::vector<std::string> arguments) {
    state_.reset();
    arguments.insert(arguments.begin(), "signet");
    arguments.insert(arguments.end(), {"--state", (scratch_.path() / "state").string()});
    std::vector<char*> argv;
    argv.reserve(arguments.size());
    for (std::string& argument : arguments) argv.push_back(argument.data());
    const int code = RunCli(static_cast<int>(argv.size()), argv.data());
    Open();
    return code;
  };
  const std::vector<std::string> ask = {"experiments",
                                        "register",
                                        "pipelines/definitions/loyalty.yaml",
                                        "-p",
                                        "data=nowhere",
                                        "--why",
                                        "the test begins tomorrow"};
  ASSERT_EQ(signet(ask), 0);
  const std::vector<Json> first = *ExperimentBook(*state_).All();
  EXPECT_EQ(first.size(), 2U);
  const uint64_t entries = state_->audit().size();
  ASSERT_EQ(signet(ask), 0);
  EXPECT_EQ(state_->audit().size(), entries) << "the same rule is one entry";
}

}  // namespace
}  // namespace signet::coordinator
