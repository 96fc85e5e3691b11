#include "pipelines/plan/planner.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "pipelines/plan/derivation.h"
#include "pipelines/plan/pipeline_document.h"
#include "pipelines/plan/planning.h"
#include "pipelines/plan/proof_checks.h"
#include "pipelines/plan/unused_columns.h"
#include "pipelines/query/analyse_select.h"
#include "policies/compile/compile.h"
#include "policies/document/diagnostic.h"
#include "policies/document/reader.h"

namespace signet::pipelines {
namespace {

Result<policies::PolicySources> SourcesOf(const PlanRequest& request,
                                          const PipelineDocument& document) {
  const std::filesystem::path base =
      request.file.has_parent_path() ? request.file.parent_path() : ".";
  // One by one first, so that a name that is not found is shown where it stands.
  for (size_t i = 0; i < document.policies.size(); ++i) {
    const Status found =
        policies::FindPolicies({document.policies[i]}, base, request.bundles).status();
    if (found.ok() || found.diagnostic().empty() || i >= document.policy_marks.size()) continue;
    policies::Diagnostics located;
    located.Error(found.diagnostic(), document.policy_marks[i], found.message(), found.remedy());
    return policies::ToStatus(located);
  }
  return policies::FindPolicies(document.policies, base, request.bundles);
}

Result<policies::Policy> PolicyOf(const PlanRequest& request,
                                  const policies::PolicySources& sources) {
  const policies::GroupFloor floor = request.min_group_for_tests.has_value()
                                         ? policies::GroupFloor::kTestState
                                         : policies::GroupFloor::kEnforced;
  ASSIGN_OR_RETURN(policies::Policy policy, policies::CompilePolicies(sources, floor));
  if (request.min_group_for_tests) return policy.WithMinGroupForTests(*request.min_group_for_tests);
  return policy;
}

/// From these sizes on a thread of its own for the SQL pays.
constexpr uintmax_t kAheadBytesMin = uintmax_t{16} << 10U;
constexpr size_t kAheadStatementsMin = 8;

void OpenAhead(const std::filesystem::path& file, query::AnalysisSession& session) {
  std::error_code ignored;
  const uintmax_t bytes = std::filesystem::file_size(file, ignored);
  if (!ignored && bytes >= kAheadBytesMin) session.OpenAhead();
}

void ParseAhead(const PipelineDocument& document, query::AnalysisSession& session) {
  std::vector<std::string> statements;
  for (const StepDecl& step : document.steps) {
    if (step.uses == "sql") statements.push_back(step.options.value["sql"].AsString());
  }
  if (statements.size() >= kAheadStatementsMin) session.ParseAhead(std::move(statements));
}

std::string FilteredColumns(const PlannedInput& input) {
  std::vector<std::string> names = input.schema.Names();
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

PlannedInput PlainInput(std::string name, std::string dataset, DatasetKind kind, Schema schema) {
  PlannedInput input;
  input.name = std::move(name);
  input.dataset = std::move(dataset);
  input.kind = kind;
  input.schema = std::move(schema);
  return input;
}

std::vector<std::string> Planning::DatasetNames() const {
  std::vector<std::string> names;
  for (const auto& [name, dataset] : datasets) {
    if (name[0] != '@') names.push_back(name);
  }
  return names;
}

Result<Planned> MakePlan(const PlanRequest& request) {
  query::AnalysisSession session;  // one engine for all the SQL of this plan
  OpenAhead(request.file, session);
  ASSIGN_OR_RETURN(const policies::Node root, policies::ReadDocument(request.file));
  policies::Diagnostics diagnostics;
  const std::optional<PipelineDocument> document =
      ReadPipeline(root, request.params, request.now, diagnostics);
  TRY(policies::ToStatus(diagnostics));
  ParseAhead(*document, session);
  ASSIGN_OR_RETURN(policies::PolicySources sources, SourcesOf(request, *document));
  ASSIGN_OR_RETURN(policies::Policy policy, PolicyOf(request, sources));
  Planning planning{request, *document, policy, diagnostics, {}, {}, {}, {}};
  planning.plan.pipeline = document->name;
  planning.plan.policy_digest = policy.digest();
  Json params{Json::Object()};
  for (const auto& [name, value] : document->params) params.Set(name, value);
  planning.plan.params = std::move(params);
  planning.plan.as_of = document->as_of;
  planning.plan.seed = document->seed;
  planning.plan.partitions = document->partitions;
  planning.plan.run = document->run;
  PlanSources(planning);
  if (diagnostics.ok()) PlanSteps(planning);
  if (diagnostics.ok()) CheckProof(planning);
  if (diagnostics.ok() && request.refuse_unused) CheckUnusedColumns(planning);
  TRY(policies::ToStatus(diagnostics));
  if (request.derive) planning.plan.derivation = DerivationOf(planning);
  Plan plan = std::move(planning.plan);
  return Planned{std::move(plan), std::move(policy), std::move(sources)};
}

std::string PlanText(const Plan& plan) {
  std::string text = "pipeline " + plan.pipeline + ", as of " + DateText(plan.as_of) + ", " +
                     std::to_string(plan.partitions) + " partitions\n";
  for (const PlannedStep& step : plan.steps) {
    text += "  " + step.id + "  (" + step.op + ", " + std::to_string(step.tasks) +
            (step.tasks == 1 ? " task" : " tasks") +
            (step.purpose.empty() ? "" : ", for " + step.purpose) + ")\n";
    for (const PlannedInput& input : step.inputs) {
      text += "      reads " + input.dataset + ": " + FilteredColumns(input);
      if (input.before) text += "; before " + TimestampText(*input.before);
      if (input.subjects_filtered) text += "; only subjects whom the purpose may use";
      text += "\n";
    }
    for (const PlannedOutput& output : step.outputs) {
      text += "      writes " + output.dataset + " (" + std::string(DatasetKindName(output.kind)) +
              ", " + std::to_string(output.schema.columns.size()) + " columns)\n";
    }
  }
  return text + "plan digest " + plan.Digest() + "\n";
}

}  // namespace signet::pipelines
