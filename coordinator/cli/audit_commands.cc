// `signet audit verify|tail|prove|key|export`.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/state_access.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

struct AuditOptions {
  std::string state = "./.signet";
  std::string out;
  std::string type;
  std::string run;
  uint64_t index = 0;
  uint64_t lines = 20;
  std::string format = "text";
};

using Action = Status (*)(StateFolder&, const AuditOptions&);

Status Verify(StateFolder& state, const AuditOptions& options) {
  TRY(state.audit().VerifyAll());
  ASSIGN_OR_RETURN(const std::string checkpoint, state.audit().SignCheckpoint());
  if (options.format == "json") {
    PrintJson(Json::Of({{"status", "ok"},
                        {"entries", state.audit().size()},
                        {"key", state.audit().key().Text()},
                        {"checkpoint", checkpoint}}));
    return OkStatus();
  }
  PrintData("ok: " + WithThousands(static_cast<int64_t>(state.audit().size())) +
            " entries, every hash, tile and signature agrees\n" + checkpoint);
  return OkStatus();
}

Status Key(StateFolder& state, const AuditOptions& /*options*/) {
  PrintData(state.audit().key().Text() + "\n");
  return OkStatus();
}

Status Export(StateFolder& state, const AuditOptions& options) {
  TRY(state.audit().SignCheckpoint().status());
  TRY(MakeFolders(options.out, 0755));
  TRY(state.audit().Export(options.out));
  PrintNote("exported to " + options.out + "; check it with: signet-verify " + options.out +
            " --key '" + state.audit().key().Text() + "'\n");
  return OkStatus();
}

Status Prove(StateFolder& state, const AuditOptions& options) {
  TRY(state.audit().SignCheckpoint().status());
  ASSIGN_OR_RETURN(const std::string proof, state.audit().ProveInclusion(options.index));
  PrintData(proof);
  return OkStatus();
}

Status Tail(StateFolder& state, const AuditOptions& options) {
  std::vector<std::string> lines;
  TRY(state.audit().reader().Scan(0, [&](uint64_t, ByteView entry) -> Status {
    ASSIGN_OR_RETURN(const Json json, Json::Parse(AsText(entry)));
    if (!options.type.empty() && json["type"].AsString() != options.type) return OkStatus();
    if (!options.run.empty() && json["run"].AsString() != options.run) return OkStatus();
    lines.emplace_back(AsText(entry));
    if (lines.size() > options.lines) lines.erase(lines.begin());
    return OkStatus();
  }));
  for (const std::string& line : lines) PrintData(line + "\n");
  return OkStatus();
}

int Perform(const AuditOptions& options, Action action) {
  SystemClock clock;
  SystemEntropy entropy;
  const auto run = [&]() -> Status {
    ASSIGN_OR_RETURN(const auto state, OpenExistingState(options.state, clock, entropy));
    return action(*state, options);
  };
  const Status status = run();
  if (!status.ok()) PrintError(status);
  return ExitCode(status.code());
}

}  // namespace

void AddAuditCommands(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<AuditOptions>();
  CLI::App* audit = app.add_subcommand("audit", "Read and verify the tamper-evident log");
  audit->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Action action) {
    CLI::App* command = audit->add_subcommand(name, help);
    command->add_option("--state", options->state, "The state folder");
    command->callback(
        [options, action, &outcome] { outcome.exit_code = Perform(*options, action); });
    return command;
  };
  CLI::App* verify = add("verify", "Check every entry, hash and signature", Verify);
  verify->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  add("key", "Print the log's verifier key", Key);
  CLI::App* to = add("export", "Write the log as C2SP tlog-tiles files", Export);
  to->add_option("--out", options->out, "Folder")->required();
  CLI::App* prove = add("prove", "Print a receipt (tlog-proof) for one entry", Prove);
  prove->add_option("index", options->index, "The entry's index")->required();
  CLI::App* tail = add("tail", "Print the last entries, one JSON object a line", Tail);
  tail->add_option("-n,--lines", options->lines, "How many");
  tail->add_option("--type", options->type, "Only this type, such as snapshot.published");
  tail->add_option("--run", options->run, "Only this run");
}

}  // namespace signet::coordinator
