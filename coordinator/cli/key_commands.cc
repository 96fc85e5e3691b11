// `signet keys init|list`.

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/state_access.h"

namespace signet::coordinator {
namespace {

Status Init(const std::string& path) {
  SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const auto state, OpenState(path, clock, entropy));
  PrintData(state->audit().key().Text() + "\n");
  return OkStatus();
}

Status List(const std::string& path) {
  SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const auto state, OpenExistingState(path, clock, entropy));
  ASSIGN_OR_RETURN(const Json list, state->vault().List());
  PrintData(list.Pretty() + "\n");
  return OkStatus();
}

}  // namespace

void AddKeyCommands(CLI::App& app, CommandOutcome& outcome) {
  auto path = std::make_shared<std::string>("./.signet");
  CLI::App* keys = app.add_subcommand("keys", "Work with the state's keys");
  keys->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Status (*action)(const std::string&)) {
    CLI::App* command = keys->add_subcommand(name, help);
    command->add_option("--state", *path, "The state folder");
    command->callback([path, action, &outcome] {
      const Status status = action(*path);
      if (!status.ok()) PrintError(status);
      outcome.exit_code = ExitCode(status.code());
    });
  };
  add("init", "Make a state with its keys and print the log's verifier key", Init);
  add("list", "List KEK generations and the number of data keys", List);
}

}  // namespace signet::coordinator
