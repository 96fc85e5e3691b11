// PlanBinder's half that keeps records of what a run learns and decides: models and experiments.

#include <string>
#include <utility>

#include "coordinator/binding/experiment_book.h"
#include "coordinator/binding/model_registry.h"
#include "coordinator/binding/plan_binder.h"

namespace signet::coordinator {

using pipelines::DatasetKind;
using pipelines::PlannedOutput;
using pipelines::PlannedStep;
using pipelines::TaskResult;

Status PlanBinder::CommitModel(const PlannedStep& step,
                               const TaskResult& result,
                               crypto::WriteBatch& batch) {
  for (const PlannedOutput& output : step.outputs) {
    const auto found = result.outputs.find(output.name);
    if (output.kind != DatasetKind::kModel || found == result.outputs.end()) continue;
    // The version outlives the run: its bytes must be on disk before the log says so.
    TRY(state_.blobs().Sync());
    ModelVersion version;
    version.name = {plan_.pipeline, step.id, 0};
    version.op = step.op;
    version.run = run_.text();
    version.policy_digest = plan_.policy_digest;
    version.plan_digest = plan_digest_;
    version.figures = result.figures;
    const LiveDataset dataset{
        plan_.pipeline, output.dataset, run_.text(), output.kind, output.schema, found->second};
    ASSIGN_OR_RETURN(Json facts,
                     ModelRegistry(state_).Register(std::move(version), dataset, batch));
    if (!facts.is_null()) TRY(Audit("model.registered", std::move(facts), batch));
  }
  return OkStatus();
}

Status PlanBinder::RegisterExperiments(crypto::WriteBatch& batch) {
  ExperimentBook book(state_);
  for (const PlannedStep& step : plan_.steps) {
    if (step.op != "experiment") continue;
    ASSIGN_OR_RETURN(Json facts,
                     book.Register({plan_.pipeline, step.id, step.options, plan_.as_of}, batch));
    if (!facts.is_null()) TRY(Audit("experiment.registered", std::move(facts), batch));
  }
  return OkStatus();
}

Status PlanBinder::CommitDecision(const PlannedStep& step,
                                  const TaskResult& result,
                                  crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(
      Json facts,
      ExperimentBook(state_).Decide(
          {plan_.pipeline, step.id, step.options, plan_.as_of}, result.figures, batch));
  if (facts.is_null()) return OkStatus();
  return Audit("experiment.decided", std::move(facts), batch);
}

}  // namespace signet::coordinator
