// `signet sim`: the real coordinator under seeded faults.

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/simulator/simulation.h"
#include "crypto/base/log.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

struct SimOptions {
  uint64_t seed = 1;
  int runs = 100;
};

Status Simulate(const SimOptions& options) {
  SetLogSink(nullptr);  // what the simulated processes would log is no news
  uint64_t tasks = 0;
  int crashes = 0;
  const Status status =
      RunSimulations(options.seed, options.runs, {}, [&](const SimulationReport& report) {
        tasks += report.tasks_committed;
        crashes += report.coordinator_crashes + report.worker_crashes;
      });
  if (!status.ok()) return status.WithRemedy("replay it with: signet sim --runs 1 --seed N");
  PrintData("ok: " + std::to_string(options.runs) + " simulations from seed " +
            std::to_string(options.seed) + ", " + WithThousands(static_cast<int64_t>(tasks)) +
            " tasks committed through " + WithThousands(crashes) +
            " crashes, every promise kept\n");
  return OkStatus();
}

}  // namespace

void AddSimCommand(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<SimOptions>();
  CLI::App* sim = app.add_subcommand("sim", "Simulate the coordinator under faults, by seed");
  sim->add_option("--seed", options->seed, "The first seed");
  sim->add_option("--runs", options->runs, "How many seeds")->check(CLI::Range(1, 10'000'000));
  sim->callback([options, &outcome] {
    const Status status = Simulate(*options);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace signet::coordinator
