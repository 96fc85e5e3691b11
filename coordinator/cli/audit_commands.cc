// `signet audit verify|prove|key|export`, and the group that the other files add to.
#include "coordinator/cli/audit_commands.h"

#include <filesystem>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/state_access.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"

namespace signet::coordinator {
namespace {

Status Verify(StateFolder& state, const AuditOptions& options) {
  TRY(state.audit().VerifyAll());
  ASSIGN_OR_RETURN(const std::string checkpoint, state.audit().SignCheckpoint());
  if (options.format == "json") {
    PrintJson(Json::Of({{"status", "ok"},
                        {"entries", state.audit().size()},
                        {"pruned_below", state.audit().reader().pruned_below()},
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
  const uint64_t pruned = state.audit().reader().pruned_below();
  PrintNote("exported to " + options.out + "; check it with: signet-verify " + options.out +
            " --key '" + state.audit().key().Text() + "'" +
            (pruned > 0 ? " --pruned-below " + std::to_string(pruned) : "") + "\n");
  return OkStatus();
}

Status Prove(StateFolder& state, const AuditOptions& options) {
  TRY(state.audit().SignCheckpoint().status());
  ASSIGN_OR_RETURN(const std::string proof, state.audit().ProveInclusion(options.index));
  if (!options.out.empty()) {
    ASSIGN_OR_RETURN(const Bytes entry, state.audit().reader().EntryBytes(options.index));
    TRY(WriteFileAtomically(options.out, entry, 0644));
  }
  PrintData(proof);
  return OkStatus();
}

int Perform(const AuditOptions& options, AuditAction action) {
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

CLI::App* AddAuditAction(CLI::App& audit,
                         const char* name,
                         const char* help,
                         const std::shared_ptr<AuditOptions>& options,
                         AuditAction action,
                         CommandOutcome& outcome) {
  CLI::App* command = audit.add_subcommand(name, help);
  command->add_option("--state", options->state, "The state folder");
  command->callback([options, action, &outcome] { outcome.exit_code = Perform(*options, action); });
  return command;
}

void AddAuditCommands(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<AuditOptions>();
  CLI::App* audit = app.add_subcommand("audit", "Read and verify the tamper-evident log");
  audit->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, AuditAction action) {
    return AddAuditAction(*audit, name, help, options, action, outcome);
  };
  CLI::App* verify = add("verify", "Check every entry, hash and signature", Verify);
  verify->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  add("key", "Print the log's verifier key", Key);
  CLI::App* to = add("export", "Write the log as C2SP tlog-tiles files", Export);
  to->add_option("--out", options->out, "Folder")->required();
  CLI::App* prove = add("prove", "Print a receipt (tlog-proof) for one entry", Prove);
  prove->add_option("index", options->index, "The entry's index")->required();
  prove->add_option("--entry", options->out, "Also write the entry's bytes to this file");
  AddAuditTail(*audit, options, outcome);
  AddAuditOutside(*audit, options, outcome);
}

}  // namespace signet::coordinator
