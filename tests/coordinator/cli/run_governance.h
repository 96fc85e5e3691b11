/// Runs one of the governance commands in this process: its exit code.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/commands.h"

namespace signet::coordinator::command_testing {

using AddCommands = void (*)(CLI::App& app, CommandOutcome& outcome);

/// 2 for arguments that do not parse.
inline int RunCommand(AddCommands add, std::vector<std::string> arguments) {
  CLI::App app("test", "signet");
  CommandOutcome outcome;
  add(app, outcome);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? 0 : 2;
  }
  return outcome.exit_code;
}

}  // namespace signet::coordinator::command_testing
