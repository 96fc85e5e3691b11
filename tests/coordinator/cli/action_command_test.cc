#include "coordinator/cli/action_command.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

struct Options {
  std::string state = ".signet";
};

Status Take(const Options& options) {
  return options.state == "here" ? OkStatus() : NotFound("there is no state");
}

int ExitCodeOf(const char* line) {
  CLI::App app("test", "signet");
  CommandOutcome outcome;
  AddAction(app, std::make_shared<Options>(), {"take", "Takes it"}, Take, outcome);
  app.parse(line);
  return outcome.exit_code;
}

TEST(ActionCommand, TheExitCodeIsTheStatusOwnAndTheErrorIsPrinted) {
  EXPECT_EQ(ExitCodeOf("take --state here"), 0);
  testing::internal::CaptureStderr();
  EXPECT_EQ(ExitCodeOf("take"), ExitCode(StatusCode::kNotFound));
  EXPECT_NE(testing::internal::GetCapturedStderr().find("there is no state"), std::string::npos);
}

TEST(ActionCommand, WhatIsNotChosenDoesNotRun) {
  EXPECT_EQ(ExitCodeOf(""), 0);
}

}  // namespace
}  // namespace signet::coordinator
