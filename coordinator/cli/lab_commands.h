/// The commands under `signet lab`: one method on a plain file that the analyst already holds.
/// No state, no keys, no publishing.
#pragma once

#include "coordinator/cli/commands.h"

namespace signet::coordinator {

/// `signet lab` itself; it adds the commands below.
void AddLabCommands(CLI::App& app, CommandOutcome& outcome);

}  // namespace signet::coordinator
