// `signet validate`, `plan`, `schema`, `explain`: what can be said before a run.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "coordinator/cli/commands.h"
#include "coordinator/cli/console.h"
#include "coordinator/cli/paths.h"
#include "coordinator/cli/plan_page.h"
#include "coordinator/cli/state_access.h"
#include "crypto/base/clock.h"
#include "crypto/base/file.h"
#include "pipelines/plan/open_lineage.h"
#include "pipelines/plan/planner.h"
#include "policies/compile/compile.h"
#include "policies/document/error_catalog.h"

namespace signet::coordinator {
namespace {

struct PlanOptions {
  std::vector<std::string> files;
  std::vector<std::string> params;
  std::string json;
  std::string html;
  std::string openlineage;
  std::string format = "text";
};

Result<pipelines::Planned> Plan(const std::string& file,
                                const PlanOptions& options,
                                bool find_files) {
  SystemClock clock;
  pipelines::PlanRequest request;
  request.file = file;
  ASSIGN_OR_RETURN(request.params, ParseParams(options.params));
  request.now = clock.Now();
  request.bundles = BundlesFolder();
  request.base = std::filesystem::current_path();
  request.find_files = find_files;
  request.derive = find_files;
  request.refuse_unused = true;
  return pipelines::MakePlan(request);
}

Status Validate(const PlanOptions& options) {
  Status first;
  for (const std::string& file : options.files) {
    const Result<pipelines::Planned> planned = Plan(file, options, /*find_files=*/false);
    if (planned.ok()) {
      PrintData(file + ": ok, " + std::to_string(planned->plan.steps.size()) + " steps\n");
    } else {
      PrintError(planned.status());
      if (first.ok()) first = planned.status();
    }
  }
  return first;
}

Status ShowPlan(const PlanOptions& options) {
  ASSIGN_OR_RETURN(const pipelines::Planned planned,
                   Plan(options.files.front(), options, /*find_files=*/true));
  const Json json = planned.plan.ToJson();
  if (!options.json.empty()) {
    TRY(WriteFileAtomically(options.json, AsBytes(json.Pretty() + "\n"), 0644));
  }
  if (!options.html.empty()) {
    TRY(WriteFileAtomically(options.html, AsBytes(PlanPage(planned.plan, planned.policy)), 0644));
  }
  if (!options.openlineage.empty()) {
    SystemClock clock;
    const Json events = pipelines::OpenLineageEvents(planned.plan, clock.Now());
    TRY(WriteFileAtomically(options.openlineage, AsBytes(events.Pretty() + "\n"), 0644));
  }
  if (options.format == "json") {
    PrintJson(json);
  } else {
    PrintData(pipelines::PlanText(planned.plan));
  }
  return OkStatus();
}

int Explain(const std::string& code) {
  const policies::ErrorEntry* entry = policies::FindError(code);
  if (entry == nullptr) {
    PrintError(NotFound("there is no error code '" + code + "'"));
    return 1;
  }
  PrintData(policies::ExplainError(*entry));
  return 0;
}

int Finish(const Status& status, bool told = false) {
  if (!status.ok() && !told) PrintError(status);
  return ExitCode(status.code());
}

}  // namespace

void AddPlanCommands(CLI::App& app, CommandOutcome& outcome) {
  auto options = std::make_shared<PlanOptions>();
  CLI::App* validate = app.add_subcommand("validate", "Check pipelines without looking at data");
  validate->add_option("pipelines", options->files, "YAML files")->required();
  validate->add_option("-p,--param", options->params, "A parameter: name=value")
      ->allow_extra_args(false);
  validate->callback(
      [options, &outcome] { outcome.exit_code = Finish(Validate(*options), /*told=*/true); });

  CLI::App* plan = app.add_subcommand("plan", "Bind a pipeline to its policies and show the proof");
  plan->add_option("pipeline", options->files, "The pipeline's YAML")->required()->expected(1);
  plan->add_option("-p,--param", options->params, "A parameter: name=value")
      ->allow_extra_args(false);
  plan->add_option("--json", options->json, "Write plan and derivation to this file");
  plan->add_option("--openlineage",
                   options->openlineage,
                   "Write OpenLineage events with the columnLineage facet to this file");
  plan->add_option("--html", options->html, "Write a page for people to this file");
  plan->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  plan->callback([options, &outcome] { outcome.exit_code = Finish(ShowPlan(*options)); });

  auto name = std::make_shared<std::string>();
  CLI::App* schema =
      app.add_subcommand("schema", "Print a JSON Schema (pipeline, policy) or a reference");
  schema->add_option("document", *name, "pipeline, policy or reference")
      ->required()
      ->check(CLI::IsMember({"pipeline", "policy", "reference"}));
  schema->callback([name] {
    if (*name == "reference") {
      PrintData(pipelines::PipelineReference());
    } else {
      const Json json = *name == "policy" ? policies::PolicySchema() : pipelines::PipelineSchema();
      PrintData(json.Pretty() + "\n");
    }
  });

  auto code = std::make_shared<std::string>();
  CLI::App* explain = app.add_subcommand("explain", "Explain an error code, such as SIG-1204");
  explain->add_option("code", *code, "The code")->required();
  explain->callback([code, &outcome] { outcome.exit_code = Explain(*code); });
}

}  // namespace signet::coordinator
