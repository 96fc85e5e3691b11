/// The commands under `signet lab`: one method on a plain file that the analyst already holds.
/// No state, no keys, no publishing.
#pragma once

#include "coordinator/cli/commands.h"

namespace signet::coordinator {

void AddLabFit(CLI::App& lab, CommandOutcome& outcome);
void AddLabFeatures(CLI::App& lab, CommandOutcome& outcome);
void AddLabRecommend(CLI::App& lab, CommandOutcome& outcome);
void AddLabCluster(CLI::App& lab, CommandOutcome& outcome);
void AddLabProject(CLI::App& lab, CommandOutcome& outcome);
void AddLabExperiment(CLI::App& lab, CommandOutcome& outcome);
/// `plan` and `assign`, below `signet lab experiment`.
void AddLabExperimentPlan(CLI::App& experiment, CommandOutcome& outcome);
void AddLabUplift(CLI::App& lab, CommandOutcome& outcome);
void AddLabOpe(CLI::App& lab, CommandOutcome& outcome);

void AddLabTrain(CLI::App& lab, CommandOutcome& outcome);
void AddLabDrift(CLI::App& lab, CommandOutcome& outcome);

/// `signet lab` itself; it adds the commands below.
void AddLabCommands(CLI::App& app, CommandOutcome& outcome);

}  // namespace signet::coordinator
