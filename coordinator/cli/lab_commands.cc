#include "coordinator/cli/lab_commands.h"

#include <CLI/CLI.hpp>

namespace signet::coordinator {

void AddLabCommands(CLI::App& app, CommandOutcome& outcome) {
  CLI::App* lab = app.add_subcommand(
      "lab", "Run one method on a plain file you already hold: no state, no keys, no publishing");
  lab->require_subcommand(1);
  AddLabFit(*lab, outcome);
  AddLabFeatures(*lab, outcome);
  AddLabRecommend(*lab, outcome);
  AddLabCluster(*lab, outcome);
  AddLabProject(*lab, outcome);
  AddLabTrain(*lab, outcome);
  AddLabDrift(*lab, outcome);
  AddLabExperiment(*lab, outcome);
  AddLabUplift(*lab, outcome);
  AddLabOpe(*lab, outcome);
}

}  // namespace signet::coordinator
