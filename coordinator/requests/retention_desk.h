/// RetentionDesk: destroys what is due, by its keys; a legal hold stops it.
#pragma once

#include <string>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/legal_holds.h"
#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "policies/compile/policy.h"

namespace signet::coordinator {

/// What a sweep found due.
struct RetentionDue {
  std::vector<LiveDataset> datasets;
  std::vector<LiveDataset> models;     ///< flagged, and their term is over
  std::vector<std::string> held;       ///< due, and kept: "pipeline/dataset"
  std::vector<std::string> snapshots;  ///< "recipient/snapshot/version", not current

  [[nodiscard]] Json ToJson() const;
};

/// Called by `signet retention sweep` and by schedules. Belongs to one thread.
class RetentionDesk {
 public:
  RetentionDesk(StateFolder& state, const policies::Policy& policy)
      : state_(state), policy_(policy), registry_(state), holds_(state) {}

  /// What is due now: datasets older (by their run) than the policy's retention of their kind;
  /// versions of snapshots that are not served any more and have expired or are older than it;
  /// models that learnt from the erased, after their term. Nothing is changed.
  Result<RetentionDue> Due();
  /// Destroys it: keys first, with the entry in the log, then a new KEK generation, then
  /// ciphertext. {datasets, models, snapshots, held, kek_generation}. Nothing due, nothing written.
  Result<Json> Sweep();

 private:
  Result<std::vector<std::string>> DueSnapshots();
  Status RemoveSnapshots(const std::vector<std::string>& names);

  StateFolder& state_;
  const policies::Policy& policy_;
  DatasetRegistry registry_;
  LegalHolds holds_;
};

}  // namespace signet::coordinator
