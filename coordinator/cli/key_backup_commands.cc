// `signet keys backup|restore`.

#include <filesystem>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/key_commands.h"
#include "coordinator/keys/state_backup.h"

namespace signet::coordinator {
namespace {

struct BackupOptions {
  std::string out;
  std::string custody_out;
  std::string from;
  std::string custody_from;
  std::string checkpoint;
};

Result<Json> TakeBackup(StateFolder& state, const BackupOptions& backup) {
  ASSIGN_OR_RETURN(Json done, BackUp(state, backup.out, KeyActor()));
  if (!backup.custody_out.empty()) {
    TRY(BackUpCustody(state.path(), backup.custody_out));
    done.Set("custody", backup.custody_out);
  }
  return done;
}

Result<Json> TakeBack(const KeyOptions& options, const BackupOptions& backup) {
  SystemClock clock;
  SystemEntropy entropy;
  const RestoreRequest request{
      backup.from, options.state, backup.custody_from, backup.checkpoint, KeyActor()};
  return Restore(request, clock, entropy);
}

}  // namespace

void AddKeyBackupCommands(CLI::App& keys,
                          const std::shared_ptr<KeyOptions>& options,
                          CommandOutcome& outcome) {
  auto backup = std::make_shared<BackupOptions>();
  CLI::App* take = AddKeyCommand(keys,
                                 "backup",
                                 "Write the state without its custody into a new folder",
                                 "signet keys backup --out /backup/signet-monday",
                                 options);
  take->add_option("--out", backup->out, "New folder")->required();
  take->add_option("--custody-out",
                   backup->custody_out,
                   "Copy custody too, into a folder kept apart: it can undo later erasures");
  take->callback([options, backup, &outcome] {
    PerformKeysOn(
        *options, outcome, [&](StateFolder& state) { return TakeBackup(state, *backup); });
  });

  CLI::App* restore = AddKeyCommand(
      keys,
      "restore",
      "Make a state from a backup; refuses one from before an erasure or a known checkpoint",
      "signet keys restore --from /backup/signet-monday --state /var/lib/signet",
      options);
  restore->add_option("--from", backup->from, "What `keys backup` wrote")->required();
  restore->add_option(
      "--custody-from", backup->custody_from, "Custody's copy, when the state has none");
  restore->add_option(
      "--checkpoint", backup->checkpoint, "The newest checkpoint known elsewhere (a witness)");
  restore->callback([options, backup, &outcome] {
    PerformKeys(*options, outcome, [&] { return TakeBack(*options, *backup); });
  });
}

}  // namespace signet::coordinator
