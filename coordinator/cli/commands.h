/// The commands of `signet`, each added to the parser by its own file.
#pragma once

#include <functional>

namespace CLI {
class App;
}  // namespace CLI

namespace signet::coordinator {

/// Exit code of the chosen command; set by its callback.
struct CommandOutcome {
  int exit_code = 0;
};

void AddRunCommand(CLI::App& app, CommandOutcome& outcome);
void AddPlanCommands(CLI::App& app, CommandOutcome& outcome);
void AddPolicyCommands(CLI::App& app, CommandOutcome& outcome);
void AddProfileCommand(CLI::App& app, CommandOutcome& outcome);
void AddAuditCommands(CLI::App& app, CommandOutcome& outcome);
void AddDataCommand(CLI::App& app, CommandOutcome& outcome);
void AddSubjectCommands(CLI::App& app, CommandOutcome& outcome);
void AddConsentCommands(CLI::App& app, CommandOutcome& outcome);
void AddGovernanceReportCommands(CLI::App& app, CommandOutcome& outcome);
void AddRetentionCommands(CLI::App& app, CommandOutcome& outcome);
void AddSegmentCommands(CLI::App& app, CommandOutcome& outcome);
void AddModelCommands(CLI::App& app, CommandOutcome& outcome);
void AddExperimentCommands(CLI::App& app, CommandOutcome& outcome);
void AddKeyCommands(CLI::App& app, CommandOutcome& outcome);
void AddSimCommand(CLI::App& app, CommandOutcome& outcome);
void AddDevCommands(CLI::App& app, CommandOutcome& outcome);
void AddControlCommands(CLI::App& app, CommandOutcome& outcome);
void AddScheduleCommands(CLI::App& app, CommandOutcome& outcome);
void AddOptionReference(CLI::App& app);

/// Parses the arguments and runs the command: the exit code of DESIGN section 10.
int RunCli(int argc, char** argv);

}  // namespace signet::coordinator
