/// What the commands under `signet keys` share.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "coordinator/binding/state_folder.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/control_access.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/keys/custody_settings.h"

namespace signet::coordinator {

/// Options that every command has.
struct KeyOptions : ControlOptions {
  std::string why;
};

/// Adds a command with --state and --format, and how to reach a coordinator that holds the state;
/// `example` is shown under its help.
CLI::App* AddKeyCommand(CLI::App& keys,
                        const char* name,
                        const char* help,
                        const char* example,
                        const std::shared_ptr<KeyOptions>& options);

/// Adds the options that say where a root is: --credential, --module, --token, ...
void AddCustodyOptions(CLI::App& command, crypto::CustodySettings& settings);

/// Prints what a command did: one JSON object, or one "name: value" a line.
void PrintOutcome(const Json& outcome, const std::string& format);

/// Runs `action`, prints its outcome or its error, and sets the exit code.
void PerformKeys(const KeyOptions& options,
                 CommandOutcome& outcome,
                 const std::function<Result<Json>()>& action);
/// The same with the state opened.
void PerformKeysOn(const KeyOptions& options,
                   CommandOutcome& outcome,
                   const std::function<Result<Json>(StateFolder&)>& action);

/// Performs `verb` (key_calls.h) where the state is: at the coordinator named by --connect, at the
/// one that stands in the state's folder, or here.
Result<Json> PerformKeyVerb(const KeyOptions& options,
                            const std::string& verb,
                            const Json& arguments);

/// A secret text (a token) from a file, or "-": standard input; never from the command line. The
/// line's end is taken off.
Result<SecretBytes> ReadSecretText(const std::string& from);
/// Who asks, for the log: "cli:USER".
std::string KeyActor();

void AddKeyRotationCommands(CLI::App& keys,
                            const std::shared_ptr<KeyOptions>& options,
                            CommandOutcome& outcome);
void AddKeyMemberCommands(CLI::App& keys,
                          const std::shared_ptr<KeyOptions>& options,
                          CommandOutcome& outcome);
/// `signet keys rotate --all`.
Result<Json> RekeyAll(StateFolder& state, const std::string& why);
void AddKeyReidentifyCommands(CLI::App& keys,
                              const std::shared_ptr<KeyOptions>& options,
                              CommandOutcome& outcome);
void AddKeyBackupCommands(CLI::App& keys,
                          const std::shared_ptr<KeyOptions>& options,
                          CommandOutcome& outcome);

}  // namespace signet::coordinator
