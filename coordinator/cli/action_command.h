/// Subcommands whose work is one function of their options.
#pragma once

#include <memory>
#include <utility>

#include <CLI/CLI.hpp>

#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// Adds the subcommand `name_and_help` with `--state` (Options has a `state`). Chosen, it runs
/// `action`, prints a failure, and its exit code is the status' own.
template <typename Options>
CLI::App* AddAction(CLI::App& parent,
                    const std::shared_ptr<Options>& options,
                    std::pair<const char*, const char*> name_and_help,
                    Status (*action)(const Options&),
                    CommandOutcome& outcome) {
  CLI::App* command = parent.add_subcommand(name_and_help.first, name_and_help.second);
  command->add_option("--state", options->state, "The state folder");
  CommandOutcome* const told = &outcome;
  command->callback([options, action, told] {
    const Status status = action(*options);
    if (!status.ok()) PrintError(status);
    told->exit_code = ExitCode(status.code());
  });
  return command;
}

}  // namespace signet::coordinator
