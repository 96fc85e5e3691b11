/// ErasureSweep: the destroying half of erasures, for many persons in one pass over what they
/// touch.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "coordinator/binding/delta_book.h"
#include "coordinator/binding/ledger_book.h"
#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/subject_finder.h"
#include "crypto/base/json.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

class ErasureSweep {
 public:
  /// The references must outlive the sweep.
  ErasureSweep(StateFolder& state, LedgerBook& ledger, SubjectFinder& finder)
      : state_(state), ledger_(ledger), finder_(finder), deltas_(state) {}

  /// kDenied, naming the hold, when a dataset that would be rewritten is held.
  Status CheckHolds();
  /// Rewrites every live dataset that names persons, in the people's partitions, under new keys;
  /// identities last. {"owner/name": {pieces, rewritten, rows_removed}}. Idempotent: a second pass
  /// removes nothing.
  Result<Json> Rewrite(std::span<const LocatedSubject> people);
  /// Flags the models that learnt from a dataset of `datasets` (as Rewrite returns) that lost rows;
  /// from `barred` on they are out of use. Returns their names.
  Result<std::vector<std::string>> FlagModels(const Json& datasets,
                                              uint64_t persons,
                                              Timestamp barred,
                                              crypto::WriteBatch& batch);
  /// Forgets the people's rows in the ledger and its sealed deltas, and gives every live key a new
  /// KEK generation, which it returns. After the batch is written: DestroyOldKeys.
  Result<uint32_t> Forget(std::span<const LocatedSubject> people, crypto::WriteBatch& batch);
  Status DestroyOldKeys();
  /// The day on which the last copy of the old generation is gone: today, or when the operator's
  /// backups of custody end (`signet retention set --custody-copies`).
  Result<std::string> LastCopyDies();

 private:
  Result<bool> LearntFrom(const LiveDataset& model, const Json& datasets);

  StateFolder& state_;
  LedgerBook& ledger_;
  SubjectFinder& finder_;
  DeltaBook deltas_;
};

/// Seconds for which the operator keeps copies of custody; 0 = none are made.
Result<int64_t> CustodyCopiesSeconds(StateFolder& state);
Status SetCustodyCopiesSeconds(StateFolder& state, int64_t seconds);

}  // namespace signet::coordinator
