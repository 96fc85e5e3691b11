#include "coordinator/keys/rekey.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "coordinator/binding/cell_key.h"
#include "coordinator/binding/correction_book.h"
#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/delta_book.h"
#include "coordinator/binding/signal_book.h"
#include "coordinator/binding/suppression_book.h"
#include "coordinator/requests/request_book.h"
#include "coordinator/requests/rights_binder.h"
#include "crypto/pseudonym/cover.h"
#include "pipelines/identity/identity_table.h"

namespace signet::coordinator {
namespace {

constexpr size_t kKeyBytes = 32;

/// The keys that one re-key makes, and the change of the state that goes with them.
class Rekey {
 public:
  Rekey(StateFolder& state, const RekeyTools& tools) : state_(state), tools_(tools) {}

  /// Before any task: what is made here is written with the last one.
  Status MakeKeys() {
    renewal_ = state_.entropy().RandomSecret(kKeyBytes);
    ASSIGN_OR_RETURN(covers_, state_.vault().MakeCovers(batch_));
    ASSIGN_OR_RETURN(const std::optional<DekId> before, CellKeyOf(state_));
    if (!before) return OkStatus();
    ASSIGN_OR_RETURN(cell_, state_.vault().OpenDek(*before));
    ASSIGN_OR_RETURN(const DekId next, NewCellKey(state_, batch_));
    ASSIGN_OR_RETURN(cell_next_, state_.vault().OpenDek(next));
    return OkStatus();
  }

  /// Returns {dataset: figures}.
  Result<Json> Datasets() {
    ASSIGN_OR_RETURN(std::vector<RightsStep> steps, Steps());
    Json figures{Json::Object()};
    if (steps.empty()) {
      crypto::WriteBatch batch;
      TRY(WhatStandsUnderCovers(batch));
      TRY(state_.store().Write(batch, crypto::Durability::kSync));
    } else {
      RightsBinder binder(state_, tools_.new_run(), steps, "emergency re-key");
      binder.TakeTogether(
          [this](crypto::WriteBatch& batch) { return WhatStandsUnderCovers(batch); });
      ASSIGN_OR_RETURN(const RunView view, tools_.run(binder.Spec(), binder));
      if (view.state != RunState::kSucceeded) {
        return view.failure.ok() ? Unavailable("the re-key did not finish; repeat it")
                                 : view.failure;
      }
      for (const RightsStep& step : steps) {
        const pipelines::TaskResult* result = binder.ResultOf(step.id);
        CHECK_FACTS(result != nullptr, step.id);
        figures.Set(step.dataset.owner + "/" + step.dataset.name, result->figures);
      }
    }
    TRY(state_.vault().TakeCovers());
    return figures;
  }

  [[nodiscard]] size_t suppressed() const { return suppressed_; }
  [[nodiscard]] size_t requests() const { return requests_; }

 private:
  /// One step for each live dataset that rests anywhere.
  Result<std::vector<RightsStep>> Steps() {
    DatasetRegistry registry(state_);
    ASSIGN_OR_RETURN(const std::vector<LiveDataset> all, registry.All());
    ASSIGN_OR_RETURN(const LiveDataset keyring,
                     registry.Find(kStateOwner, pipelines::kKeyringDataset));
    std::vector<RightsStep> steps;
    for (const LiveDataset& dataset : all) {
      if (dataset.pieces.empty()) continue;
      RightsStep step;
      step.id = "rekey." + dataset.owner + "." + dataset.name;
      step.op = "rekey";
      step.view = "rows";
      step.dataset = dataset;
      step.rewrites = true;
      Lend(step, keyring);
      steps.push_back(std::move(step));
    }
    return steps;
  }

  /// What a dataset's rows hold that has keys of its own.
  void Lend(RightsStep& step, const LiveDataset& keyring) const {
    const LiveDataset& dataset = step.dataset;
    if (dataset.owner == kStateOwner && dataset.name == pipelines::kIdentityDataset) {
      step.options = Json::Of({{"renew", "links"}});
      step.lends["covers"] = &covers_.links;
    } else if (dataset.owner == kStateOwner && dataset.name == pipelines::kKeyringDataset) {
      step.options = Json::Of({{"renew", "keyring"}});
      step.lends["renewal"] = &renewal_;
    } else if (HasCells(dataset)) {
      step.options = Json::Of({{"renew", "cells"}, {"source", dataset.name}});
      step.lends["renewal"] = &renewal_;
      if (!cell_.empty()) step.lends["cell"] = &cell_;
      if (!cell_next_.empty()) step.lends["cell_next"] = &cell_next_;
      if (!keyring.pieces.empty()) step.also.push_back({"keyring", keyring});
    }
  }

  static bool HasCells(const LiveDataset& dataset) {
    const auto& columns = dataset.schema.columns;
    return dataset.kind == pipelines::DatasetKind::kGoverned &&
           std::any_of(columns.begin(), columns.end(), [](const pipelines::Column& column) {
             return column.type == pipelines::ColumnType::kBytes;
           });
  }

  Status WhatStandsUnderCovers(crypto::WriteBatch& batch) {
    batch.Append(batch_);
    const crypto::CoverChange list(covers_.suppression);
    SuppressionBook book(state_);
    ASSIGN_OR_RETURN(const pipelines::SuppressionList before, book.Load());
    std::vector<Uuid> values;
    values.reserve(before.size());
    for (const Uuid& value : before.values()) values.push_back(list.Of(value));
    suppressed_ = values.size();
    if (!values.empty()) {
      SuppressionBook::Put(pipelines::SuppressionList(std::move(values)), batch);
    }
    TRY(SignalBook(state_).Renew(list, batch));
    ASSIGN_OR_RETURN(requests_,
                     RequestBook(state_).Renew(crypto::CoverChange(covers_.links), batch));
    return OkStatus();
  }

  StateFolder& state_;
  const RekeyTools& tools_;
  crypto::WriteBatch batch_;  // of the keys made
  SecretBytes renewal_;
  crypto::KeyVault::NewCovers covers_;
  SecretBytes cell_;
  SecretBytes cell_next_;
  size_t suppressed_ = 0;
  size_t requests_ = 0;
};

/// Every stored partition of the ledger under a new key.
Status ResealLedger(StateFolder& state, LedgerBook& ledger, crypto::WriteBatch& batch) {
  ASSIGN_OR_RETURN(const int partitions, state.Partitions());
  for (int partition = 0; partition < partitions; ++partition) {
    TRY(ledger.Store(partition, batch));
  }
  return OkStatus();
}

}  // namespace

Result<Json> RekeyEverything(StateFolder& state,
                             LedgerBook& ledger,
                             const RekeyTools& tools,
                             const std::string& actor,
                             const std::string& why) {
  Rekey rekey(state, tools);
  TRY(rekey.MakeKeys());
  ASSIGN_OR_RETURN(const Json datasets, rekey.Datasets());
  TRY(DeltaBook(state).Reseal());
  crypto::WriteBatch batch;
  TRY(ResealLedger(state, ledger, batch));
  TRY(CorrectionBook(state).Reseal(batch));
  ASSIGN_OR_RETURN(const uint32_t generation, state.vault().RotateKek(batch));
  const Json facts = Json::Of({{"kek_generation", generation},
                               {"rewritten", datasets.size()},
                               {"datasets", datasets},
                               {"suppressed_links", rekey.suppressed()},
                               {"requests", rekey.requests()}});
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
