// `signet report ...`: the reports of governance, made from what ran.

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/binding/ledger_book.h"
#include "coordinator/cli/action_command.h"
#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/noise_options.h"
#include "coordinator/cli/paths.h"
#include "coordinator/cli/state_access.h"
#include "coordinator/disclosure/segment_counts.h"
#include "coordinator/requests/breach_scope.h"
#include "coordinator/requests/governance_facts.h"
#include "coordinator/requests/policy_in_force.h"
#include "coordinator/requests/receipt_writer.h"
#include "coordinator/requests/request_book.h"
#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "crypto/primitives/sha256.h"
#include "policies/reports/breach.h"
#include "policies/reports/counts.h"
#include "policies/reports/dpia.h"
#include "policies/reports/lineage.h"
#include "policies/reports/request_log.h"
#include "policies/reports/ropa.h"

namespace signet::coordinator {
namespace {

using policies::ReportDocument;

struct ReportOptions {
  std::string state = "./.signet";
  std::string format = "json";
  std::string out;
  std::string since;
  std::string declared;
  std::string view = "gdpr";
  std::string pipeline;
  std::string column;
  std::string proofs;
  std::string recipient = "readers of reports";
  NoiseChoice noise;
  BreachQuestion breach;
};

/// What a report is made from, opened for one command.
struct ReportWorld {
  SystemClock clock;
  SystemEntropy entropy;
  std::unique_ptr<StateFolder> state;
  std::unique_ptr<policies::Policy> policy;
  Timestamp since;
  std::string made;
};

Result<std::unique_ptr<ReportWorld>> OpenWorld(const ReportOptions& options) {
  auto world = std::make_unique<ReportWorld>();
  ASSIGN_OR_RETURN(world->state, OpenExistingState(options.state, world->clock, world->entropy));
  ASSIGN_OR_RETURN(policies::Policy policy, PolicyInForce(*world->state, BundlesFolder()));
  world->policy = std::make_unique<policies::Policy>(std::move(policy));
  if (!options.since.empty()) {
    const Result<Timestamp> since = TimestampFromText(options.since);
    if (!since.ok()) {
      return Invalid("--since takes a date or time")
          .WithRemedy("write it as 2026-11-22 or 2026-11-22T03:38:31Z (UTC)");
    }
    world->since = *since;
  }
  world->made = DateText(world->clock.Now());
  return world;
}

/// Prints or writes the report, and notes in the log that it was made.
Status Deliver(ReportWorld& world, const ReportOptions& options, const ReportDocument& document) {
  std::string text;
  if (options.format == "html") {
    text = document.ToHtml();
  } else if (options.format == "csv") {
    text = document.ToCsv();
  } else {
    text = document.ToJson().Dump() + "\n";
  }
  crypto::AuditEvent event;
  event.type = "report.made";
  event.actor = "cli";
  event.action = "report";
  event.facts =
      Json::Of({{"report", document.kind}, {"digest", ToHex(crypto::Sha256::Of(AsBytes(text)))}});
  TRY(world.state->audit().Record(event).status());
  if (options.out.empty()) {
    PrintData(text);
    return OkStatus();
  }
  return WriteFileAtomically(options.out, AsBytes(text));
}

/// kDenied (exit 3) when what ran goes beyond what was declared.
Status DriftStatus(const std::vector<std::string>& drift) {
  if (drift.empty()) return OkStatus();
  constexpr size_t kShown = 10;
  std::string text = "what ran is not what was declared:";
  for (size_t i = 0; i < std::min(drift.size(), kShown); ++i) text += "\n  " + drift[i];
  if (drift.size() > kShown) text += "\n  and " + std::to_string(drift.size() - kShown) + " more";
  return Denied(text)
      .WithDiagnostic("SIG-4702")
      .WithRemedy("declare it (after an assessment), or stop it");
}

Status Ropa(const ReportOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReportWorld> world, OpenWorld(options));
  ASSIGN_OR_RETURN(const GovernanceFacts facts,
                   GovernanceFacts::Gather(*world->state, world->since));
  const std::vector<policies::HeldData> held = facts.Held();
  const policies::RopaFacts ran{facts.activities(), held};
  ReportDocument document = policies::MakeRopa(*world->policy, ran, world->made);
  std::vector<std::string> drift = policies::DriftFromPolicy(*world->policy, facts.activities());
  if (!options.declared.empty()) {
    ASSIGN_OR_RETURN(const Bytes bytes, ReadFile(options.declared));
    const Result<Json> declared = Json::Parse(AsText(bytes));
    if (!declared.ok()) return declared.status().WithContext(options.declared);
    ASSIGN_OR_RETURN(const std::vector<std::string> more, policies::DriftFrom(*declared, ran));
    drift.insert(drift.end(), more.begin(), more.end());
  }
  document.facts.Set("drift", Json::Strings(drift));
  TRY(Deliver(*world, options, document));
  return DriftStatus(drift);
}

Status Dpia(const ReportOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReportWorld> world, OpenWorld(options));
  ASSIGN_OR_RETURN(const GovernanceFacts facts,
                   GovernanceFacts::Gather(*world->state, world->since));
  ASSIGN_OR_RETURN(const std::vector<RunLineage> lineage, facts.Lineage(options.pipeline));
  std::vector<policies::ColumnLineage> columns;
  for (const RunLineage& run : lineage) {
    columns.insert(columns.end(), run.columns.begin(), run.columns.end());
  }
  std::vector<policies::ProcessingActivity> activities;
  for (const policies::ProcessingActivity& activity : facts.activities()) {
    if (options.pipeline.empty() || activity.pipeline == options.pipeline) {
      activities.push_back(activity);
    }
  }
  const auto view =
      options.view == "cpra" ? policies::AssessmentView::kCpra : policies::AssessmentView::kGdpr;
  return Deliver(
      *world, options, policies::MakeDpia(*world->policy, activities, columns, view, world->made));
}

Status Lineage(const ReportOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReportWorld> world, OpenWorld(options));
  ASSIGN_OR_RETURN(const GovernanceFacts facts,
                   GovernanceFacts::Gather(*world->state, world->since));
  ASSIGN_OR_RETURN(std::vector<RunLineage> lineage, facts.Lineage(options.pipeline));
  RunLineage& newest = lineage.front();
  if (!options.column.empty()) {
    std::erase_if(newest.columns, [&options](const policies::ColumnLineage& column) {
      return column.column != options.column && column.origins.count(options.column) == 0;
    });
    if (newest.columns.empty()) {
      return NotFound("no dataset of " + newest.of.pipeline + " has a column '" + options.column +
                      "' or stems from it");
    }
  }
  return Deliver(*world, options, policies::MakeLineage(newest.of, newest.columns, world->made));
}

Status WriteProofs(ReportWorld& world,
                   const policies::BreachScope& scope,
                   const std::string& path) {
  TRY(world.state->audit().SignCheckpoint().status());
  TRY(MakeFolders(path));
  ReceiptWriter writer(*world.state);
  for (const policies::ReadableDataset& dataset : scope.datasets) {
    for (const uint64_t index : dataset.log_entries) {
      TRY(writer.WriteProof(path, std::to_string(index), index));
    }
  }
  return OkStatus();
}

Status Breach(const ReportOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReportWorld> world, OpenWorld(options));
  ASSIGN_OR_RETURN(const GovernanceFacts facts, GovernanceFacts::Gather(*world->state, {}));
  LedgerBook ledger(*world->state);
  BreachQuestion question = options.breach;
  question.since = world->since;
  BreachFinder finder(*world->state, ledger, facts);
  ASSIGN_OR_RETURN(const policies::BreachScope scope, finder.Find(question));
  if (!options.proofs.empty()) TRY(WriteProofs(*world, scope, options.proofs));
  return Deliver(*world, options, policies::MakeBreach(*world->policy, scope, world->made));
}

Status Counts(const ReportOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReportWorld> world, OpenWorld(options));
  const policies::PublicationRule& rule = world->policy->publication();
  const TellingNote note{"report", "counts", "", options.recipient, world->policy->digest()};
  ASSIGN_OR_RETURN(const policies::CountFacts facts,
                   GatherCounts(*world->state, options.noise, rule, note));
  return Deliver(*world, options, policies::MakeCounts(rule, facts, world->made));
}

Status Requests(const ReportOptions& options) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReportWorld> world, OpenWorld(options));
  ASSIGN_OR_RETURN(const std::vector<KeptRequest> kept, RequestBook(*world->state).All());
  std::vector<policies::RightsRequest> requests;
  for (const KeptRequest& one : kept) {
    if (one.request.received >= world->since) requests.push_back(one.request);
  }
  return Deliver(*world, options, policies::MakeRequestLog(requests, world->clock.Now()));
}

CLI::App* AddReport(CLI::App& parent,
                    const std::shared_ptr<ReportOptions>& options,
                    std::pair<const char*, const char*> name_and_help,
                    Status (*action)(const ReportOptions&),
                    CommandOutcome& outcome) {
  CLI::App* command = AddAction(parent, options, name_and_help, action, outcome);
  command->add_option("--format", options->format, "json, html or csv")
      ->check(CLI::IsMember({"json", "html", "csv"}));
  command->add_option("-o,--out", options->out, "Write to this file (mode 0600), not to stdout");
  command->add_option("--since", options->since, "Only from this date or time on (UTC)");
  return command;
}

}  // namespace

void AddGovernanceReportCommands(CLI::App& app, CommandOutcome& outcome) {
  const auto options = std::make_shared<ReportOptions>();
  CLI::App* report = app.add_subcommand("report", "Reports of governance, from what ran");
  report->require_subcommand(1);
  CLI::App* ropa = AddReport(
      *report, options, {"ropa", "Record of processing activities (GDPR Art. 30)"}, Ropa, outcome);
  ropa->add_option("--declared",
                   options->declared,
                   "An earlier record (JSON): what ran beyond it fails with exit code 3");
  CLI::App* dpia =
      AddReport(*report,
                options,
                {"dpia", "Impact assessment, filled in from lineage; open questions marked"},
                Dpia,
                outcome);
  dpia->add_option("--view", options->view, "gdpr (Art. 35) or cpra (11 CCR section 7152)")
      ->check(CLI::IsMember({"gdpr", "cpra"}));
  CLI::App* lineage = AddReport(*report,
                                options,
                                {"lineage", "Where each column comes from, and by which rule"},
                                Lineage,
                                outcome);
  lineage->add_option(
      "--column", options->column, "Only this column, or what stems from SOURCE.COLUMN");
  for (CLI::App* command : {dpia, lineage}) {
    command->add_option("--pipeline", options->pipeline, "Only this pipeline");
  }
  CLI::App* breach = AddReport(*report,
                               options,
                               {"breach", "What a key, worker or artifact could lay open"},
                               Breach,
                               outcome);
  breach->add_option("--key", options->breach.key, "A data key's id, or kek:N");
  breach->add_option("--worker", options->breach.worker, "A worker, as the log names it");
  breach->add_option("--artifact", options->breach.artifact, "SHA-256 of a sealed file");
  breach->add_option("--proofs", options->proofs, "Write the log's proofs into this folder");
  CLI::App* counts = AddReport(
      *report,
      options,
      {"counts", "People in published segments as far as they may be counted, and the budgets"},
      Counts,
      outcome);
  counts->add_option("--recipient", options->recipient, "Who is told: for ledger and budget");
  AddNoiseOptions(*counts, options->noise, "Noisy counts, each of which costs this much");
  AddReport(*report,
            options,
            {"requests", "Log of requests with the columns of 11 CCR section 7101"},
            Requests,
            outcome);
}

}  // namespace signet::coordinator
