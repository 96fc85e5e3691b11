// `signet consent ...`: what persons say about purposes, one by one and in bulk.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/action_command.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/control_access.h"
#include "coordinator/cli/facts_text.h"
#include "coordinator/cli/identifier_source.h"
#include "coordinator/cli/rights_session.h"
#include "crypto/base/file.h"
#include "policies/consent/consent_import.h"

namespace signet::coordinator {
namespace {

struct ConsentOptions : ControlOptions {
  ConsentOptions() { format = "json"; }
  std::string from;
  std::string region;
  std::string purpose;
  std::string to;
  std::string source;
  std::string as_of;
  std::string channel = "cli";
  std::vector<std::string> tcf;
};

/// Performs the call where the state is, and prints the answer.
Status Tell(const ConsentOptions& options, const std::string& verb, const Json& arguments) {
  ASSIGN_OR_RETURN(const Json answer, PerformRights(options, verb, arguments));
  PrintFacts(answer, options.format);
  return OkStatus();
}

Result<Json> ArgumentsOf(const ConsentOptions& options) {
  ASSIGN_OR_RETURN(const std::string people, PeopleTextFrom(options.from));
  return Json::Of({{"people", people}, {"region", options.region}, {"channel", options.channel}});
}

Status Set(const ConsentOptions& options) {
  ASSIGN_OR_RETURN(Json arguments, ArgumentsOf(options));
  arguments.Set("purpose", options.purpose);
  arguments.Set("to", options.to);
  return Tell(options, "consent_set", arguments);
}

Status Show(const ConsentOptions& options) {
  ASSIGN_OR_RETURN(const Json arguments, ArgumentsOf(options));
  return Tell(options, "consent_show", arguments);
}

Status Gpc(const ConsentOptions& options) {
  ASSIGN_OR_RETURN(const Json arguments, ArgumentsOf(options));
  return Tell(options, "gpc", arguments);
}

Status Import(const ConsentOptions& options) {
  policies::ImportOptions import;
  import.source = options.source;
  if (!options.as_of.empty()) {
    ASSIGN_OR_RETURN(import.as_of, TimestampFromText(options.as_of));
  }
  for (const std::string& mapping : options.tcf) {
    TRY(policies::AddTcfPurpose(mapping, import.tcf));
  }
  ASSIGN_OR_RETURN(Bytes text, ReadFile(options.from));
  // A bad export is refused before the state is opened, with its name.
  const Result<policies::ConsentImport> read = policies::ReadConsentImport(AsText(text), import);
  if (!read.ok()) return read.status().WithContext(options.from);
  const Json arguments = Json::Of({{"text", AsText(text)},
                                   {"source", options.source},
                                   {"as_of", options.as_of},
                                   {"region", options.region},
                                   {"channel", options.channel},
                                   {"tcf", Json::Strings(options.tcf)}});
  Wipe(text.data(), text.size());
  return Tell(options, "import", arguments);
}

CLI::App* AddConsentAction(CLI::App& parent,
                           const std::shared_ptr<ConsentOptions>& options,
                           std::pair<const char*, const char*> name_and_help,
                           Status (*action)(const ConsentOptions&),
                           CommandOutcome& outcome) {
  CLI::App* command = AddAction(parent, options, name_and_help, action, outcome);
  AddConnectOptions(*command, *options);
  command->add_option(
      "--region", options->region, "Country of phone numbers without +, such as FI");
  command->add_option("--format", options->format, "json or text")
      ->check(CLI::IsMember({"json", "text"}));
  return command;
}

}  // namespace

void AddConsentCommands(CLI::App& app, CommandOutcome& outcome) {
  const auto options = std::make_shared<ConsentOptions>();
  CLI::App* consent = app.add_subcommand("consent", "The consent ledger");
  consent->require_subcommand(1);
  CLI::App* set = AddConsentAction(
      *consent, options, {"set", "Record what a person says about a purpose"}, Set, outcome);
  set->add_option("--purpose", options->purpose, "The purpose")->required();
  set->add_option("--to", options->to, "given or withdrawn")
      ->required()
      ->check(CLI::IsMember({"given", "withdrawn"}));
  CLI::App* show =
      AddConsentAction(*consent,
                       options,
                       {"show", "Show what the ledger says of a person, and what follows"},
                       Show,
                       outcome);
  CLI::App* gpc =
      AddConsentAction(*consent,
                       options,
                       {"gpc", "Take a browser's Global Privacy Control for an opt-out"},
                       Gpc,
                       outcome);
  for (CLI::App* command : {set, show, gpc}) {
    command->add_option(
        "--from", options->from, "File with lines TYPE VALUE (default: standard input)");
    command->add_option("--channel", options->channel, "How it was said")
        ->check(CLI::IsMember({"cli", "api", "letter", "phone", "web"}));
  }
  CLI::App* import = AddConsentAction(
      *consent,
      options,
      {"import", "Take the export of a consent platform: CSV or JSONL, TCF and GPP strings"},
      Import,
      outcome);
  import->add_option("file", options->from, "The export")->required();
  import->add_option("--source", options->source, "The platform's name")->required();
  import->add_option("--as-of", options->as_of, "The moment of rows that state no time");
  import->add_option("--tcf", options->tcf, "PURPOSE=N+N: the TCF purposes that it stands for");
}

}  // namespace signet::coordinator
