// `signet dev` and `signet coordinator`: a coordinator that stays.

#include <csignal>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/api/control_server.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/door_wiring.h"
#include "coordinator/cli/embedded_run.h"
#include "coordinator/cli/paths.h"
#include "coordinator/cli/rights_door.h"
#include "coordinator/cli/standing_duties.h"
#include "coordinator/cli/state_access.h"
#include "coordinator/cli/worker_list.h"
#include "coordinator/requests/run_notices.h"
#include "coordinator/requests/schedule_keeper.h"
#include "coordinator/schedules/hook_sender.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

// A signal handler may only set a flag.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
volatile std::sig_atomic_t stopping = 0;

void OnSignal(int /*signal*/) {
  stopping = 1;
}

struct DevOptions {
  std::string state = "./.signet";
  int workers = 2;
  std::string listen = "tcp://127.0.0.1:*";
  std::string enrol;  ///< the enrolment door; empty: none
  std::string control_address = "127.0.0.1";
  int control_port = -1;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_ca;
  std::vector<std::string> operators;
};

ControlServerOptions ControlOf(const DevOptions& options, StateFolder& state) {
  ControlServerOptions control;
  control.socket = state.path() / "control.sock";
  control.state = state.path();
  control.bundles = BundlesFolder();
  control.min_group = state.is_test_state() ? 1 : 0;
  control.address = options.control_address;
  control.port = options.control_port;
  control.tls_cert = options.tls_cert;
  control.tls_key = options.tls_key;
  control.tls_ca = options.tls_ca;
  control.operators = std::set<std::string>(options.operators.begin(), options.operators.end());
  return control;
}

std::string Greeting(EmbeddedRunner& runner, const StateFolder& state, int workers, double took_s) {
  std::string text = "coordinator up in " + FixedText(took_s, 2) + " s: workers at " +
                     runner.coordinator().endpoint() + " (key " +
                     runner.coordinator().public_key().Text() + "), " + std::to_string(workers) +
                     " of them here; state " + state.path().string() + "\n";
  if (!runner.left().empty()) {
    text += "resuming " + std::to_string(runner.left().size()) + " run(s) left unfinished\n";
  }
  return text + "try: signet submit PIPELINE.yaml -w | signet get | signet top; Ctrl-C stops it\n";
}

Status Stay(const DevOptions& options) {
  SystemClock clock;
  SystemEntropy entropy;
  const int64_t began = clock.MonotonicMicros();
  WarnAboutSwap();
  ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                   OpenState(options.state, clock, entropy));
  LedgerBook ledger(*state);
  TRY(ledger.LoadVersion());
  WorkerList list(state->path() / "workers");
  EmbeddedOptions embedded;
  embedded.workers = options.workers;
  embedded.listen = options.listen;
  embedded.lasting_identity = true;
  ASSIGN_OR_RETURN(embedded.allowed, list.Read());
  ASSIGN_OR_RETURN(const std::unique_ptr<EmbeddedRunner> runner,
                   EmbeddedRunner::Start(*state, ledger, embedded));
  HookSender hooks(HookSender::OverHttp());
  RunNotices notices(state->store(), clock, hooks);
  runner->host().Tell(notices);
  TRY(notices.Load([&](const RunId& run) { return runner->coordinator().View(run); }));
  ScheduleKeeper schedules(*state, runner->host(), notices, ScheduleKeeper::RealTools());
  TRY(schedules.Load());
  StandingDuties duties(*state, runner->coordinator(), list, clock);
  TRY(duties.Begin(runner->left().size()));
  if (!options.enrol.empty()) {
    ASSIGN_OR_RETURN(const workers::CurveKeyPair identity, StateIdentity(*state));
    TRY(duties.OpenDoor(options.enrol, identity));
    PrintNote("newcomers bring invitations to " + duties.door() + "\n");
  }
  DoorWiring wiring(*state, runner->coordinator(), clock);
  ControlServerOptions control = ControlOf(options, *state);
  control.schedules = &schedules;
  wiring.Wire(control);
  const auto beside = [&] {
    duties.Turn();
    schedules.Turn();
    notices.Turn();
  };
  RightsDoor::Tools tools{
      runner->coordinator(), runner->host(), clock, BundlesFolder(), beside, {}};
  tools.stopping = [] { return stopping != 0; };
  tools.post = [&hooks](const std::string& url, const DueWarning& warning) {
    hooks.Send({warning.request + (warning.late ? ".late" : ".near"), url, warning.ToJson()});
  };
  RightsDoor rights(*state, ledger, std::move(tools));
  control.rights = [&rights](const std::string& verb, const Json& arguments) {
    return rights.Perform(verb, arguments);
  };
  ASSIGN_OR_RETURN(const std::unique_ptr<ControlServer> server,
                   ControlServer::Listen(control, runner->coordinator(), runner->host(), clock));
  const double took_s = static_cast<double>(clock.MonotonicMicros() - began) / 1e6;
  PrintNote(Greeting(*runner, *state, options.workers, took_s));
  if (server->port() >= 0) {
    PrintNote("control door at " + options.control_address + ":" + std::to_string(server->port()) +
              " (mutual TLS)\n");
  }
  Status served = runner->coordinator().Serve([&] {
    beside();
    rights.Turn();
    return stopping != 0;
  });
  rights.Close();
  PrintNote("stopping; runs that have not ended go on at the next start\n");
  return served;
}

void AddStaying(CLI::App& app,
                const char* name,
                const char* help,
                const std::shared_ptr<DevOptions>& options,
                CommandOutcome& outcome) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("--state", options->state, "Folder of keys, log, ledger and artifacts");
  command->add_option("--workers", options->workers, "Worker processes on this machine")
      ->check(CLI::Range(0, 256));
  command->add_option("--listen", options->listen, "Where workers connect: tcp://ADDRESS:PORT");
  command->add_option(
      "--enrol", options->enrol, "Where newcomers redeem invitations: tcp://ADDRESS:PORT");
  command->add_option("--control-address", options->control_address, "TLS control door: address");
  command->add_option("--control-port", options->control_port, "TLS control door: port (0 = any)");
  command->add_option("--tls-cert", options->tls_cert, "The control door's certificate, PEM");
  command->add_option("--tls-key", options->tls_key, "Its key, PEM");
  command->add_option("--tls-ca", options->tls_ca, "Who signs operators, PEM");
  command->add_option("--operator", options->operators, "A certificate identity that may operate");
  command->callback([options, &outcome] {
    (void)std::signal(SIGINT, OnSignal);
    (void)std::signal(SIGTERM, OnSignal);
    const Status status = Stay(*options);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace

void AddDevCommands(CLI::App& app, CommandOutcome& outcome) {
  auto dev = std::make_shared<DevOptions>();
  AddStaying(app, "dev", "A coordinator with two workers on this machine", dev, outcome);
  auto coordinator = std::make_shared<DevOptions>();
  coordinator->workers = 0;
  coordinator->listen = "tcp://127.0.0.1:7440";
  AddStaying(app,
             "coordinator",
             "A coordinator whose workers join from elsewhere (STATE/workers lists their keys)",
             coordinator,
             outcome);
}

}  // namespace signet::coordinator
