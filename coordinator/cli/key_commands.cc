// `signet keys init|list`, and what the commands under `signet keys` share.

#include "coordinator/cli/key_commands.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/console.h"
#include "coordinator/cli/state_access.h"
#include "coordinator/keys/key_calls.h"
#include "coordinator/keys/key_desk.h"
#include "crypto/base/text.h"
#include "crypto/keys/custody_settings.h"
#include "crypto/keys/private_file.h"

namespace signet::coordinator {
namespace {

constexpr size_t kSecretTextMax = 1024;

struct InitOptions {
  std::string custody;
  crypto::CustodySettings settings;
};

/// Said again, the same choice is fine; another one is a conflict, which the writer reports.
Status ChooseCustody(const std::string& state, const InitOptions& init) {
  crypto::CustodySettings settings = init.settings;
  ASSIGN_OR_RETURN(settings.kind, crypto::CustodyKindFromName(init.custody));
  ASSIGN_OR_RETURN(const crypto::CustodySettings there, crypto::ReadCustodySettings(state));
  const bool same = there.kind == settings.kind;
  if (same && there.kind != crypto::CustodyKind::kFile) return OkStatus();
  std::error_code ignored;
  const bool exists = std::filesystem::exists(std::filesystem::path(state) / "store", ignored);
  if (exists && same) return OkStatus();
  return crypto::WriteCustodySettings(state, settings);
}

Result<Json> Init(const KeyOptions& options, const InitOptions& init) {
  SystemClock clock;
  SystemEntropy entropy;
  if (!init.custody.empty()) TRY(ChooseCustody(options.state, init));
  ASSIGN_OR_RETURN(const auto state, OpenState(options.state, clock, entropy));
  crypto::WriteBatch batch;
  TRY(state->NoteCustody(batch));
  if (!batch.empty()) {
    const Status written = state->store().Write(batch, crypto::Durability::kSync);
    TRY(state->audit().Committed(written));
    TRY(written);
  }
  return Json::Of({{"custody", state->custody().Describe()},
                   {"kek_generation", state->vault().kek_generation()},
                   {"key", state->audit().key().Text()}});
}

std::string ListText(const Json& list) {
  std::string text = "custody: " + list["custody"].AsString() + "\n";
  for (const Json& generation : list["generations"].items()) {
    text += "KEK generation " + std::to_string(generation["generation"].AsInt()) + ": " +
            generation["state"].AsString();
    if (generation.Has("destroyed_at")) text += " at " + generation["destroyed_at"].AsString();
    if (const int64_t deks = generation["deks"].AsInt(); deks > 0) {
      text += ", wraps " + std::to_string(deks) + " data keys";
    }
    text += "\n";
  }
  for (const Json& member : list["members"].items()) {
    text += member["kind"].AsString() + " " + member["name"].AsString();
    for (const auto& [name, value] : member["labels"].fields()) {
      text += " " + name + "=" + value.AsString();
    }
    if (member.Has("revoked")) text += ", revoked at " + member["revoked"].AsString();
    text += "\n";
    for (const Json& key : member["keys"].items()) {
      text += "  " + key["key"].AsString() + " since " + key["added"].AsString() + "\n";
    }
  }
  return text;
}

void AddInit(CLI::App& keys, const std::shared_ptr<KeyOptions>& options, CommandOutcome& outcome) {
  auto init = std::make_shared<InitOptions>();
  CLI::App* command = AddKeyCommand(keys,
                                    "init",
                                    "Make a state with its keys and print the log's verifier key",
                                    "signet keys init --state /var/lib/signet --custody credential",
                                    options);
  command->add_option("--custody", init->custody, "Where root and KEKs are: chosen once")
      ->check(CLI::IsMember({"file", "credential", "pkcs11"}));
  AddCustodyOptions(*command, init->settings);
  command->callback([options, init, &outcome] {
    // The key alone, so that `signet keys init > audit.vkey` works.
    const Result<Json> made = Init(*options, *init);
    if (!made.ok()) PrintError(made.status());
    if (made.ok() && options->format == "json") PrintJson(*made);
    if (made.ok() && options->format != "json") PrintData((*made)["key"].AsString() + "\n");
    outcome.exit_code = ExitCode(made.status().code());
  });
}

void AddList(CLI::App& keys, const std::shared_ptr<KeyOptions>& options, CommandOutcome& outcome) {
  CLI::App* command = AddKeyCommand(keys,
                                    "list",
                                    "List custody, KEK generations, data keys and members",
                                    "signet keys list --state /var/lib/signet --format json",
                                    options);
  command->callback([options, &outcome] {
    const auto list = [&]() -> Status {
      ASSIGN_OR_RETURN(const Json json, PerformKeyVerb(*options, "list", Json(Json::Object())));
      if (options->format == "json") {
        PrintJson(json);
      } else {
        PrintData(ListText(json));
      }
      return OkStatus();
    };
    const Status status = list();
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
}

}  // namespace

void AddCustodyOptions(CLI::App& command, crypto::CustodySettings& settings) {
  command.add_option(
      "--credential", settings.credential, "credential: its name in LoadCredential=");
  command.add_option("--module", settings.module, "pkcs11: the module's .so file");
  command.add_option("--token", settings.token, "pkcs11: the token's label");
  command.add_option("--object", settings.object, "pkcs11: this state's name in the token");
  command.add_option("--pin-file", settings.pin_file, "pkcs11: file with the PIN, mode 0600");
  command.add_option(
      "--pin-credential", settings.pin_credential, "pkcs11: systemd credential with the PIN");
}

CLI::App* AddKeyCommand(CLI::App& keys,
                        const char* name,
                        const char* help,
                        const char* example,
                        const std::shared_ptr<KeyOptions>& options) {
  CLI::App* command = keys.add_subcommand(name, help);
  command->footer(std::string("Example: ") + example);
  AddControlOptions(*command, *options);
  return command;
}

namespace {

std::string ValueText(const Json& value) {
  if (value.is_string()) return value.AsString();
  if (value.is_int()) return WithThousands(value.AsInt());
  return value.Dump();
}

/// "cells 6,058, rows 3,029".
std::string FieldsText(const Json& object) {
  std::vector<std::string> parts;
  parts.reserve(object.fields().size());
  for (const auto& [name, value] : object.fields()) parts.push_back(name + " " + ValueText(value));
  return Join(parts, ", ");
}

}  // namespace

void PrintOutcome(const Json& outcome, const std::string& format) {
  if (format == "json") {
    PrintJson(outcome);
    return;
  }
  std::string text;
  for (const auto& [name, value] : outcome.fields()) {
    if (!value.is_object()) {
      text += name + ": " + (value.is_string() ? value.AsString() : value.Dump()) + "\n";
      continue;
    }
    text += name + ":" + (value.fields().empty() ? " none" : "") + "\n";
    for (const auto& [part, inner] : value.fields()) {
      text +=
          "  " + part + ": " + (inner.is_object() ? FieldsText(inner) : ValueText(inner)) + "\n";
    }
  }
  PrintData(text);
}

void PerformKeys(const KeyOptions& options,
                 CommandOutcome& outcome,
                 const std::function<Result<Json>()>& action) {
  const Result<Json> done = action();
  if (!done.ok()) {
    PrintError(done.status());
  } else {
    PrintOutcome(*done, options.format);
  }
  outcome.exit_code = ExitCode(done.status().code());
}

void PerformKeysOn(const KeyOptions& options,
                   CommandOutcome& outcome,
                   const std::function<Result<Json>(StateFolder&)>& action) {
  PerformKeys(options, outcome, [&]() -> Result<Json> {
    SystemClock clock;
    SystemEntropy entropy;
    ASSIGN_OR_RETURN(const auto state, OpenExistingState(options.state, clock, entropy));
    ASSIGN_OR_RETURN(Json done, action(*state));
    TRY(state->audit().SignCheckpoint().status());
    return done;
  });
}

Result<Json> PerformKeyVerb(const KeyOptions& options,
                            const std::string& verb,
                            const Json& arguments) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ControlClient> standing, StandingCoordinator(options));
  if (standing != nullptr) return standing->Keys(verb, arguments);
  SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const auto state, OpenExistingState(options.state, clock, entropy));
  ASSIGN_OR_RETURN(Json done, PerformKeyCall(*state, KeyActor(), verb, arguments));
  if (verb != "list") TRY(state->audit().SignCheckpoint().status());
  return done;
}

Result<SecretBytes> ReadSecretText(const std::string& from) {
  SecretBytes text;
  if (from == "-") {
    text = SecretBytes(kSecretTextMax);
    const ByteSpan room = text.ExposeSecretForWrite();
    const size_t got = std::fread(room.data(), 1, room.size(), stdin);
    text = SecretBytes::CopyOf(text.ExposeSecret().first(got));
  } else {
    ASSIGN_OR_RETURN(text, crypto::ReadPrivateFile(from, kSecretTextMax));
  }
  ByteView view = text.ExposeSecret();
  while (!view.empty() && (view.back() == '\n' || view.back() == '\r')) {
    view = view.first(view.size() - 1);
  }
  if (view.empty()) return Invalid("no token was given");
  return SecretBytes::CopyOf(view);
}

std::string KeyActor() {
  return "cli:" + UserName();
}

void AddKeyCommands(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<KeyOptions>();
  CLI::App* keys = app.add_subcommand("keys", "Work with the state's keys");
  keys->require_subcommand(1);
  AddInit(*keys, options, outcome);
  AddList(*keys, options, outcome);
  AddKeyRotationCommands(*keys, options, outcome);
  AddKeyMemberCommands(*keys, options, outcome);
  AddKeyBackupCommands(*keys, options, outcome);
  AddKeyReidentifyCommands(*keys, options, outcome);
}

}  // namespace signet::coordinator
