/// SignalBook: opt-out signals of browsers and devices that nobody is known by yet.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/clock.h"
#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/pseudonym/cover.h"
#include "crypto/store/kv_store.h"
#include "policies/consent/fact.h"

namespace signet::coordinator {

/// A kept signal whose browser now belongs to somebody, as `resolve` found.
struct KnownSignal {
  std::string value;  ///< the record's name
  SubjectId subject;
  Timestamp time;  ///< when it was given
};

/// Records "gpc/pending/<value>" = microseconds of the first signal, where value is the suppression
/// hash of the link: like an entry of the suppression list it names nobody without the key. Each
/// run's `resolve` is told of them and answers which are known by now; the ledger takes those in
/// with the run's other facts, before anything is published. Belongs to one thread.
class SignalBook {
 public:
  /// No more are kept: who floods the door with browsers fills no disk. The newest is refused.
  static constexpr size_t kSignalsMax = 200'000;

  explicit SignalBook(StateFolder& state) : state_(state) {}

  /// Keeps a signal for each link; one that is there keeps its time. kExhausted.
  Status Keep(std::span<const Uuid> links, Timestamp now, crypto::WriteBatch& batch);
  /// Puts every signal under the next cover of the suppression list.
  Status Renew(const crypto::CoverChange& change, crypto::WriteBatch& batch);
  /// How many are kept.
  Result<size_t> Count();
  /// [[value, microseconds]]: the option `signals` of `resolve`; empty when there are none.
  Result<Json> ForResolve();
  /// What `resolve` answered: [{value, subject, time}].
  static Result<std::vector<KnownSignal>> FromResult(const Json& list);
  /// The fact of a signal; its record is taken out of the book in `batch`.
  static policies::Fact Take(const KnownSignal& signal, crypto::WriteBatch& batch);

 private:
  StateFolder& state_;
};

}  // namespace signet::coordinator
