/// LeaseLog: the leases of runs that are no pipelines (rights, re-keys, re-identification), in the
/// log with the writes that they are about.
#pragma once

#include <string>
#include <utility>

#include "coordinator/binding/lease_book.h"
#include "coordinator/binding/state_folder.h"
#include "crypto/base/ids.h"
#include "crypto/store/kv_store.h"

namespace signet::coordinator {

/// A binder of such a run passes its calls on. Belongs to one thread; `state` must outlive it.
class LeaseLog {
 public:
  /// `why` is what the keys are leased for: "GDPR Art. 12", "re-key".
  LeaseLog(StateFolder& state, RunId run, std::string why)
      : state_(state), run_(std::move(run)), why_(std::move(why)) {}

  [[nodiscard]] LeaseBook& leases() { return leases_; }
  /// See RunBinder. What cannot be written waits for the next write.
  bool BeforeWrite(crypto::WriteBatch& batch);
  /// The run ended: what is still out has expired.
  void RunFinished(crypto::WriteBatch& batch);
  void BatchWritten(bool durable);

 private:
  Status Append(const std::string& type, Json facts, crypto::WriteBatch& batch);

  StateFolder& state_;
  RunId run_;
  std::string why_;
  LeaseBook leases_;
};

}  // namespace signet::coordinator
