#include "coordinator/keys/rekey.h"

#include <optional>
#include <utility>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/requests/rights_binder.h"

namespace signet::coordinator {
namespace {

constexpr char kCellDekKey[] = "state/cell_dek";

/// One step for each live dataset that rests anywhere.
Result<std::vector<RightsStep>> StepsFor(StateFolder& state) {
  DatasetRegistry registry(state);
  ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, registry.All());
  std::vector<RightsStep> steps;
  for (const LiveDataset& dataset : all) {
    if (dataset.pieces.empty()) continue;
    RightsStep step;
    step.id = "rekey." + dataset.owner + "." + dataset.name;
    step.op = "rekey";
    step.view = "rows";
    step.dataset = dataset;
    step.rewrites = true;
    steps.push_back(std::move(step));
  }
  return steps;
}

/// Every stored partition of the ledger under a new key.
Status ResealLedger(StateFolder& state, LedgerBook& ledger, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const int partitions, state.Partitions());
  for (int partition = 0; partition < partitions; ++partition) {
    TRY(ledger.Store(partition, batch));
  }
  return OkStatus();
}

Status GiveUpCellKey(StateFolder& state, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const std::optional<Bytes> stored, state.store().Get(kCellDekKey));
  if (!stored) return OkStatus();
  TRY(state.vault().DestroyDek(DekId(std::string(AsText(*stored))), batch));
  batch.Delete(kCellDekKey);
  return OkStatus();
}

}  // namespace

Result<Json> RekeyEverything(StateFolder& state,
                             LedgerBook& ledger,
                             const RekeyTools& tools,
                             const std::string& actor,
                             const std::string& why) {
  ASSIGN_OR_RETURN(std::vector<RightsStep> steps, StepsFor(state));
  Json datasets{Json::Object()};
  if (!steps.empty()) {
    RightsBinder binder(state, tools.new_run(), steps, "emergency re-key");
    ASSIGN_OR_RETURN(const RunView view, tools.run(binder.Spec(), binder));
    if (view.state != RunState::kSucceeded) {
      return view.failure.ok() ? Unavailable("the re-key did not finish; repeat it") : view.failure;
    }
    for (const RightsStep& step : steps) {
      const pipelines::TaskResult* result = binder.ResultOf(step.id);
      if (result == nullptr) continue;
      datasets.Set(step.dataset.owner + "/" + step.dataset.name, result->figures);
    }
  }
  crypto::WriteBatch batch;
  TRY(ResealLedger(state, ledger, batch));
  TRY(GiveUpCellKey(state, batch));
  ASSIGN_OR_RETURN(const uint32_t generation, state.vault().RotateKek(batch));
  const Json facts = Json::Of(
      {{"kek_generation", generation}, {"rewritten", datasets.size()}, {"datasets", datasets}});
  crypto::AuditEvent event;
  event.type = "key.rotated";
  event.actor = actor;
  event.action = "rotate everything";
  event.facts = facts;
  event.why = why.empty() ? "emergency re-key" : why;
  ASSIGN_OR_RETURN(const uint64_t index, state.audit().Record(event, std::move(batch)));
  TRY(state.vault().DestroyOldKeks(state.clock().Now()));
  Json done = facts;
  done.Set("audit_index", index);
  return done;
}

}  // namespace signet::coordinator
