// `signet consent ...`: what persons say about purposes, one by one and in bulk.

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/action_command.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/facts_text.h"
#include "coordinator/cli/identifier_source.h"
#include "coordinator/cli/purpose_check.h"
#include "coordinator/cli/rights_session.h"
#include "coordinator/requests/consent_desk.h"
#include "crypto/base/file.h"
#include "policies/consent/consent_import.h"

namespace signet::coordinator {
namespace {

struct ConsentOptions {
  std::string state = "./.signet";
  std::string from;
  std::string region;
  std::string purpose;
  std::string to;
  std::string source;
  std::string as_of;
  std::string format = "json";
  std::vector<std::string> tcf;
};

Result<LocatedSubject> LocateFrom(RightsSession& session, const ConsentOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<Identifier> identifiers, ReadIdentifiersFrom(options.from));
  Result<LocatedSubject> located = session.desk().Locate(identifiers, options.region);
  if (!located.ok()) {
    return located.status().WithRemedy(
        "check the identifier's type and spelling; phone numbers without + need --region");
  }
  return located;
}

Status Set(const ConsentOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RightsSession> session,
                   RightsSession::Open(options.state));
  TRY(CheckPurpose(session->policy(), options.purpose));
  ASSIGN_OR_RETURN(const LocatedSubject person, LocateFrom(*session, options));
  ASSIGN_OR_RETURN(const Json answer,
                   session->desk().SetConsent(person, options.purpose, options.to == "given"));
  TRY(session->Finish());
  PrintFacts(answer, options.format);
  return OkStatus();
}

Status Show(const ConsentOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RightsSession> session,
                   RightsSession::Open(options.state));
  ASSIGN_OR_RETURN(const LocatedSubject person, LocateFrom(*session, options));
  ConsentDesk desk(
      session->state(), session->ledger(), session->desk().finder(), session->policy());
  ASSIGN_OR_RETURN(const Json shown, desk.Show(person));
  PrintFacts(shown, options.format);
  return OkStatus();
}

Status Gpc(const ConsentOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<Identifier> identifiers, ReadIdentifiersFrom(options.from));
  ASSIGN_OR_RETURN(const std::unique_ptr<RightsSession> session,
                   RightsSession::Open(options.state));
  ConsentDesk desk(
      session->state(), session->ledger(), session->desk().finder(), session->policy());
  ASSIGN_OR_RETURN(const Json answer, desk.Gpc(identifiers, options.region));
  TRY(session->Finish());
  PrintFacts(answer, options.format);
  return OkStatus();
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
  Result<policies::ConsentImport> read = policies::ReadConsentImport(AsText(text), import);
  Wipe(text.data(), text.size());
  if (!read.ok()) return read.status().WithContext(options.from);
  ASSIGN_OR_RETURN(const std::unique_ptr<RightsSession> session,
                   RightsSession::Open(options.state));
  for (const auto& mapped : import.tcf) {
    if (!options.tcf.empty()) TRY(CheckPurpose(session->policy(), mapped.first));
  }
  ConsentDesk desk(
      session->state(), session->ledger(), session->desk().finder(), session->policy());
  ASSIGN_OR_RETURN(const Json answer,
                   desk.Import(*std::move(read), {options.source, options.region}));
  TRY(session->Finish());
  PrintFacts(answer, options.format);
  return OkStatus();
}

CLI::App* AddConsentAction(CLI::App& parent,
                           const std::shared_ptr<ConsentOptions>& options,
                           std::pair<const char*, const char*> name_and_help,
                           Status (*action)(const ConsentOptions&),
                           CommandOutcome& outcome) {
  CLI::App* command = AddAction(parent, options, name_and_help, action, outcome);
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
