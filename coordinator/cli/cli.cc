#include <string>

#include <CLI/CLI.hpp>

#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/lab_commands.h"
#include "crypto/base/log.h"
#include "crypto/base/secret.h"

namespace signet::coordinator {
namespace {

constexpr int kUsage = 2;

}  // namespace

int RunCli(int argc, char** argv) {
  if (const Status hardened = HardenProcess(); !hardened.ok()) {
    PrintError(hardened);
    return ExitCode(hardened.code());
  }
  SetLogSink([](LogLevel level, std::string_view event, const Json& facts) {
    if (level >= LogLevel::kWarning) PrintNote(LogLine(level, event, facts) + "\n");
  });
  CLI::App app("Signet: customer data to segments that may lawfully be used, with proof", "signet");
  app.require_subcommand(1);
  app.set_version_flag("--version", "signet 0.1.0");
  CommandOutcome outcome;
  AddRunCommand(app, outcome);
  AddPlanCommands(app, outcome);
  AddPolicyCommands(app, outcome);
  AddProfileCommand(app, outcome);
  AddDataCommand(app, outcome);
  AddAuditCommands(app, outcome);
  AddSegmentCommands(app, outcome);
  AddModelCommands(app, outcome);
  AddExperimentCommands(app, outcome);
  AddSubjectCommands(app, outcome);
  AddConsentCommands(app, outcome);
  AddRetentionCommands(app, outcome);
  AddGovernanceReportCommands(app, outcome);
  AddKeyCommands(app, outcome);
  AddSimCommand(app, outcome);
  AddDevCommands(app, outcome);
  AddControlCommands(app, outcome);
  AddScheduleCommands(app, outcome);
  AddLabCommands(app, outcome);
  AddOptionReference(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kUsage;
  }
  return outcome.exit_code;
}

}  // namespace signet::coordinator
