/// CorrectionBook: values that persons had corrected, kept so that a source that is still wrong
/// does not bring the wrong one back (GDPR Art. 16, 5(1)(d)).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

struct Correction {
  std::string pipeline, dataset, column;
  std::string value;                ///< personal
  std::vector<SubjectId> subjects;  ///< the person, with aliases
};

/// One value "corrections" in the store: field(DEK id) | sealed stream over JSON. A DEK of its own:
/// old copies die with the KEK generation. Belongs to one thread.
class CorrectionBook {
 public:
  explicit CorrectionBook(StateFolder& state) : state_(state) {}

  Result<std::vector<Correction>> All();
  /// What the gate of a pipeline's source needs: [{dataset, column, value, subjects}].
  Result<Json> ForGate(const std::string& pipeline);
  /// Adds one; of the same person, dataset and column the last counts.
  Status Add(Correction correction, crypto::WriteBatch& batch);
  /// Seals the book under a new key.
  Status Reseal(crypto::WriteBatch& batch);
  /// Forgets the persons.
  Status Forget(const std::set<SubjectId>& subjects, crypto::WriteBatch& batch);

 private:
  Status Store(const std::vector<Correction>& all, crypto::WriteBatch& batch);

  StateFolder& state_;
};

}  // namespace signet::coordinator
