/// Runs `signet` commands in this process against the coordinator of a ControlWorld.
#pragma once

#include <string>
#include <vector>

#include "coordinator/cli/commands.h"
#include "tests/coordinator/api/control_world.h"

namespace signet::coordinator {

class ControlDoor : public ControlWorld {
 protected:
  /// Runs `signet ARGUMENTS --state S`, where S holds the coordinator's socket: the exit code.
  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "signet");
    arguments.insert(arguments.end(), {"--state", scratch_.path().string()});
    std::vector<char*> argv;
    argv.reserve(arguments.size());
    for (std::string& argument : arguments) argv.push_back(argument.data());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = RunCli(static_cast<int>(argv.size()), argv.data());
    out_ = ::testing::internal::GetCapturedStdout();
    error_ = ::testing::internal::GetCapturedStderr();
    return code;
  }
  std::string out_;
  std::string error_;
};

}  // namespace signet::coordinator
