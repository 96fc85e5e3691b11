/// What a key, a worker or an artifact lays open: asked of the registry, the plans and the log.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "coordinator/binding/dataset_registry.h"
#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/governance_facts.h"
#include "crypto/base/clock.h"
#include "policies/reports/breach.h"

namespace signet::coordinator {

/// Exactly one of the three names is given.
struct BreachQuestion {
  std::string key;       ///< a data key's id, or "kek:N": everything under that generation
  std::string worker;    ///< as the log names it
  std::string artifact;  ///< SHA-256 of a sealed file, hex
  Timestamp since;       ///< leases before it do not count; 0: all
};

/// Belongs to one thread.
class BreachFinder {
 public:
  BreachFinder(StateFolder& state, LedgerBook& ledger, const GovernanceFacts& facts)
      : state_(state), ledger_(ledger), facts_(facts) {}

  /// kInvalid unless one thing is asked about; kNotFound when the state knows no such thing.
  Result<policies::BreachScope> Find(const BreachQuestion& question);

 private:
  void AddStream(const LiveDataset& dataset,
                 const pipelines::Piece& piece,
                 const pipelines::Stream& stream);
  Status AddStreams(const std::string& key, const std::string& artifact);
  Status AddLeases(const BreachQuestion& question);
  void AddLease(const Json& lease, const FrozenRun& run, uint64_t index);
  /// Rows that tasks made, as the log counted them: by "run/step", by task.
  Status ReadRows();
  void AddRows(const FrozenRun& run,
               const std::string& dataset,
               int partition,
               policies::ReadableDataset& readable);
  policies::ReadableDataset& DatasetFor(const std::string& pipeline,
                                        const std::string& dataset,
                                        const std::string& purpose);
  Status CountSubjects();

  StateFolder& state_;
  LedgerBook& ledger_;
  const GovernanceFacts& facts_;
  policies::BreachScope scope_;
  std::map<std::string, std::map<int64_t, uint64_t>> rows_;
  std::set<std::string> counted_;  ///< what AddRows has added, once each
};

}  // namespace signet::coordinator
