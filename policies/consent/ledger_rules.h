/// The rules of the ledger: which times of a source are kept, and what several sources say
/// together.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "policies/consent/ledger_state.h"

namespace signet::policies {

/// The entries of one (subject, key, source): at most one undated, then the dated ones in order.
struct SourceRun {
  std::optional<LedgerEntry> undated;
  std::vector<LedgerEntry> dated;
  /// What lies before it was let go by an earlier Trim.
  std::optional<LedgerEntry> floor;

  /// Puts one stored entry behind those there.
  void Load(const LedgerEntry& entry);
};

enum class Heard {
  kIgnored,  ///< repeated, stale, or weaker than what is there
  kKept,     ///< the same value at another time: remembered, not a change
  kChange,
};

class LedgerRules {
 public:
  /// `state` must outlive the rules.
  explicit LedgerRules(const LedgerPartition::State& state) : state_(state) {}

  /// The order of entries of one group: by time, at one time the protective value last.
  [[nodiscard]] bool Before(const LedgerEntry& a, const LedgerEntry& b) const;

  /// Takes one more statement of the same source into its run. Dated statements may come in any
  /// order; call Trim when all are in.
  Heard Hear(SourceRun& run, const LedgerEntry& entry) const;
  /// Keeps the last run of one value and the last statement of another value before it.
  void Trim(SourceRun& run, Fact::Kind kind) const;

  /// What one source says now: its undated statement, else its last value dated by the change.
  /// `group` is not empty and sorted.
  [[nodiscard]] LedgerEntry Current(std::span<const LedgerEntry> group) const;
  /// What all sources say of one key; `entries` are those of one (subject, key). Nothing when the
  /// sources conflict (jurisdictions) or there is nothing to say.
  [[nodiscard]] std::optional<LedgerEntry> Resolve(std::span<const LedgerEntry> entries) const;

 private:
  [[nodiscard]] Heard HearUndated(SourceRun& run, const LedgerEntry& entry) const;
  [[nodiscard]] std::optional<LedgerEntry> ResolveJurisdiction(
      std::span<const LedgerEntry> entries) const;

  const LedgerPartition::State& state_;
};

/// Calls `use` with each maximal stretch of `entries` that agrees in `same`.
template <typename Same, typename Use>
void ForStretches(std::span<const LedgerEntry> entries, Same same, Use use) {
  for (size_t begin = 0; begin < entries.size();) {
    size_t end = begin + 1;
    while (end < entries.size() && same(entries[begin], entries[end])) ++end;
    use(entries.subspan(begin, end - begin));
    begin = end;
  }
}

inline bool SameSource(const LedgerEntry& a, const LedgerEntry& b) {
  return a.source == b.source;
}
inline bool SameKey(const LedgerEntry& a, const LedgerEntry& b) {
  return a.key == b.key;
}
inline bool SameSubject(const LedgerEntry& a, const LedgerEntry& b) {
  return a.subject == b.subject;
}

}  // namespace signet::policies
