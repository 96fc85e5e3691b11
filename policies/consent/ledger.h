/// LedgerPartition: the consent facts of one partition's subjects, and what follows from them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"
#include "policies/compile/policy.h"
#include "policies/consent/fact.h"
#include "policies/model/purpose.h"
#include "policies/model/subject_state.h"

namespace signet::policies {

struct ApplyOutcome {
  /// Facts that changed the ledger, and those that did not (repeated, stale, undated against a
  /// stronger one).
  uint64_t changes = 0;
  uint64_t ignored = 0;
  /// One record per change, in a fixed order: the leaves of the delta's Merkle root. They name
  /// subjects: seal them.
  std::vector<Bytes> records;
};

/// The ledger of one partition (DESIGN section 5).
///
/// Per subject, statement (kind, purpose) and source it keeps the source's current run: the times
/// at which the source said its current value, and the last time it said something else. Only a
/// change of a source's value is a fact, dated by the first time of its run; so a stale export,
/// repeated with a newer row time, never re-grants. Between sources the latest change wins, a
/// refusal on a tie. Dated facts may arrive in any order and any number of times: the result is the
/// same (exactly so up to kRunTimesMax times per run). Undated facts lose against every dated fact
/// of the API and against a withdrawal; an undated refusal beats what other files say.
class LedgerPartition {
 public:
  static constexpr size_t kRunTimesMax = 16;

  LedgerPartition();
  LedgerPartition(LedgerPartition&&) noexcept;
  LedgerPartition& operator=(LedgerPartition&&) noexcept;
  LedgerPartition(const LedgerPartition&);
  LedgerPartition& operator=(const LedgerPartition&);
  ~LedgerPartition();

  /// kCorrupt for anything that Encode does not write.
  static Result<LedgerPartition> Decode(ByteView bytes);
  /// Equal ledgers give equal bytes.
  [[nodiscard]] Bytes Encode() const;

  /// Applies a batch: kInvalid (and nothing applied) if a fact is invalid.
  Result<ApplyOutcome> Apply(std::span<const Fact> facts);

  /// What the ledger says of one subject; the default state when it does not know it.
  [[nodiscard]] SubjectState StateOf(const SubjectId& subject) const;
  /// The facts in force for one subject, for access requests.
  [[nodiscard]] std::vector<Fact> FactsOf(const SubjectId& subject) const;
  /// The subjects whose data may serve `purpose` under `relation`, ascending.
  [[nodiscard]] std::vector<SubjectId> AllowedFor(const Policy& policy,
                                                  std::string_view purpose,
                                                  Relation relation = Relation::kInternal) const;
  /// Subjects with a tombstone, ascending: every open of a dataset filters them.
  [[nodiscard]] std::vector<SubjectId> Tombstones() const;

  /// Forgets everything about the subject, its tombstone included (the *destroyed* stage).
  void Erase(const SubjectId& subject);
  /// Moves all facts of `from` to `to` (an alias after a merge). Returns how many there were.
  uint64_t Merge(const SubjectId& from, const SubjectId& to);
  /// The same when `from` belongs to another partition, `other`. kExhausted (and nothing moved)
  /// when this ledger's tables are full.
  Result<uint64_t> MergeFrom(LedgerPartition& other, const SubjectId& from, const SubjectId& to);

  [[nodiscard]] size_t subjects() const;

  /// Defined in ledger_state.h, for this room only.
  struct State;

 private:
  std::unique_ptr<State> state_;
};

/// A sorted list of subjects: what a worker gets to filter by. `subjects` must ascend strictly.
Bytes EncodeView(std::span<const SubjectId> subjects);
/// kCorrupt unless the subjects ascend strictly.
Result<std::vector<SubjectId>> DecodeView(ByteView bytes);

}  // namespace signet::policies
