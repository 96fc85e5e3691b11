// `signet subject erase` and `signet consent set`: what a person asks for.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/embedded_run.h"
#include "coordinator/cli/identifier_source.h"
#include "coordinator/cli/paths.h"
#include "coordinator/cli/state_access.h"
#include "coordinator/requests/rights_desk.h"
#include "crypto/base/text.h"
#include "policies/compile/compile.h"

namespace signet::coordinator {
namespace {

struct SubjectOptions {
  std::string state = "./.signet";
  std::string from;
  std::string region;
  std::string purpose;
  std::string consent;
};

using Action = Result<Json> (*)(RightsDesk&, const LocatedSubject&, const SubjectOptions&);

Result<Json> Erase(RightsDesk& desk,
                   const LocatedSubject& subject,
                   const SubjectOptions& /*options*/) {
  return desk.Erase(subject);
}

/// A fact about a purpose that no shipped policy declares would bind nobody.
Status CheckPurpose(const std::string& purpose) {
  ASSIGN_OR_RETURN(
      const policies::PolicySources sources,
      policies::FindPolicies({"gdpr", "ccpa"}, std::filesystem::current_path(), BundlesFolder()));
  ASSIGN_OR_RETURN(const policies::Policy policy, policies::CompilePolicies(sources));
  if (policy.FindPurpose(purpose) != nullptr) return OkStatus();
  const std::string nearest = NearestName(purpose, policy.PurposeNames());
  return Invalid("no policy declares the purpose '" + purpose + "'")
      .WithDiagnostic("SIG-3017")
      .WithRemedy(nearest.empty() ? "purposes: " + Join(policy.PurposeNames(), ", ")
                                  : "did you mean '" + nearest + "'?");
}

Result<Json> SetConsent(RightsDesk& desk,
                        const LocatedSubject& subject,
                        const SubjectOptions& options) {
  TRY(CheckPurpose(options.purpose));
  return desk.SetConsent(subject, options.purpose, options.consent == "given");
}

Status Perform(const SubjectOptions& options, Action action) {
  SystemClock clock;
  SystemEntropy entropy;
  ASSIGN_OR_RETURN(const std::vector<Identifier> identifiers, ReadIdentifiersFrom(options.from));
  ASSIGN_OR_RETURN(const std::unique_ptr<StateFolder> state,
                   OpenExistingState(options.state, clock, entropy));
  LedgerBook ledger(*state);
  TRY(ledger.LoadVersion());
  // What a process that died left unfinished ends first: it would bring back what it has read.
  EmbeddedOptions embedded;
  embedded.workers = 1;
  embedded.left = LeftRuns::kFinish;
  ASSIGN_OR_RETURN(const std::unique_ptr<EmbeddedRunner> runner,
                   EmbeddedRunner::Start(*state, ledger, embedded));
  RightsDesk desk(
      *state,
      ledger,
      [&runner](const RunSpec& spec, RunBinder& binder) { return runner->Run(spec, binder); },
      [&state] { return NewRunId(*state); });
  const Result<LocatedSubject> located = desk.Locate(identifiers, options.region);
  if (!located.ok()) {
    return located.status().WithRemedy(
        "check the identifier's type and spelling; phone numbers without + need --region");
  }
  const LocatedSubject& subject = *located;
  ASSIGN_OR_RETURN(const Json receipt, action(desk, subject, options));
  TRY(DatasetRegistry(*state).CollectGarbage());
  TRY(state->audit().SignCheckpoint().status());
  PrintJson(receipt);
  return OkStatus();
}

CLI::App* AddAction(CLI::App& parent,
                    const char* name,
                    const char* help,
                    const std::shared_ptr<SubjectOptions>& options,
                    Action action,
                    CommandOutcome& outcome) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->add_option("--state", options->state, "The state folder");
  command->add_option(
      "--from", options->from, "File with lines TYPE VALUE (default: standard input)");
  command->add_option(
      "--region", options->region, "Country of phone numbers without +, such as FI");
  command->callback([options, action, &outcome] {
    const Status status = Perform(*options, action);
    if (!status.ok()) PrintError(status);
    outcome.exit_code = ExitCode(status.code());
  });
  return command;
}

}  // namespace

void AddSubjectCommands(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<SubjectOptions>();
  CLI::App* subject = app.add_subcommand("subject", "Requests of one person");
  subject->require_subcommand(1);
  AddAction(*subject,
            "erase",
            "Erase a person: withdrawn at once, then destroyed, with receipts",
            options,
            Erase,
            outcome);
  CLI::App* consent = app.add_subcommand("consent", "The consent ledger");
  consent->require_subcommand(1);
  CLI::App* set = AddAction(
      *consent, "set", "Record what a person says about a purpose", options, SetConsent, outcome);
  set->add_option("--purpose", options->purpose, "The purpose")->required();
  set->add_option("--to", options->consent, "given or withdrawn")
      ->required()
      ->check(CLI::IsMember({"given", "withdrawn"}));
}

}  // namespace signet::coordinator
