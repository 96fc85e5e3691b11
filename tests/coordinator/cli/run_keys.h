/// `signet keys ...` in this process.
#pragma once

#include <string>
#include <vector>

#include "coordinator/cli/commands.h"

namespace signet::coordinator::command_testing {

/// Its exit code.
inline int Keys(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"signet", "keys"});
  std::vector<char*> argv;
  argv.reserve(arguments.size());
  for (std::string& argument : arguments) argv.push_back(argument.data());
  return RunCli(static_cast<int>(argv.size()), argv.data());
}

}  // namespace signet::coordinator::command_testing
