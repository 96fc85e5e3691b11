#include "policies/consent/ledger_rules.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace signet::policies {

void SourceRun::Load(const LedgerEntry& entry) {
  if (entry.time == 0) {
    undated = entry;
    return;
  }
  dated.push_back(entry);
  if (dated.front().value != entry.value) floor = dated.front();
}

bool LedgerRules::Before(const LedgerEntry& a, const LedgerEntry& b) const {
  if (a.time != b.time) return a.time < b.time;
  if (a.value == b.value) return false;
  const bool a_protective = state_.IsProtective(a);
  const bool b_protective = state_.IsProtective(b);
  if (a_protective != b_protective) return b_protective;
  return state_.values.Text(a.value) < state_.values.Text(b.value);
}

Heard LedgerRules::HearUndated(SourceRun& run, const LedgerEntry& entry) const {
  const bool protective = state_.IsProtective(entry);
  if (!run.undated.has_value()) {
    if (run.dated.empty()) {
      run.undated = entry;
      return Heard::kChange;
    }
    // Against dated statements of its own source only a refusal is heard.
    if (!protective || run.dated.back().value == entry.value) return Heard::kIgnored;
    run.undated = entry;
    run.undated->flags |= LedgerEntry::kWithdrawal;
    return Heard::kChange;
  }
  if (run.undated->value == entry.value) return Heard::kIgnored;
  // What was once withdrawn is not granted again without a date.
  if ((run.undated->flags & LedgerEntry::kWithdrawal) != 0) return Heard::kIgnored;
  run.undated = entry;
  if (protective) run.undated->flags |= LedgerEntry::kWithdrawal;
  return Heard::kChange;
}

Heard LedgerRules::Hear(SourceRun& run, const LedgerEntry& entry) const {
  if (entry.time == 0) return HearUndated(run, entry);
  std::vector<LedgerEntry>& dated = run.dated;
  const auto at = std::lower_bound(
      dated.begin(), dated.end(), entry, [this](const LedgerEntry& a, const LedgerEntry& b) {
        return Before(a, b);
      });
  if (at != dated.end() && !Before(entry, *at)) {
    // The same statement: the greater wording stays, so that the order does not matter.
    if (state_.wordings.Text(at->wording) < state_.wordings.Text(entry.wording)) {
      at->wording = entry.wording;
    }
    return Heard::kIgnored;
  }
  if (run.floor.has_value() && Before(entry, *run.floor)) return Heard::kIgnored;
  const bool newest = at == dated.end();
  const bool repeats = at != dated.begin() && (at - 1)->value == entry.value;
  // GPC counts by its last time: an earlier one of the same value says nothing new.
  const bool gpc = state_.keys[entry.key].kind == Fact::kGpc;
  if (gpc && !newest && at->value == entry.value) return Heard::kIgnored;
  dated.insert(at, entry);
  if (newest && run.undated.has_value()) {
    run.undated.reset();
    return Heard::kChange;
  }
  return repeats ? Heard::kKept : Heard::kChange;
}

void LedgerRules::Trim(SourceRun& run, Fact::Kind kind) const {
  std::vector<LedgerEntry>& dated = run.dated;
  if (dated.empty()) return;
  size_t first = dated.size() - 1;
  while (first > 0 && dated[first - 1].value == dated.back().value) --first;
  size_t keep = LedgerPartition::kRunTimesMax;
  // GPC counts by its last time, so the times before it are not needed.
  if (kind == Fact::kGpc) keep = 1;
  const size_t times = dated.size() - first;
  if (times > keep) {
    // The first time dates the change; the last ones meet a late statement best.
    const auto gap =
        dated.begin() + static_cast<std::ptrdiff_t>(kind == Fact::kGpc ? first : first + 1);
    dated.erase(gap, gap + static_cast<std::ptrdiff_t>(times - keep));
  }
  if (first > 1) dated.erase(dated.begin(), dated.begin() + static_cast<std::ptrdiff_t>(first - 1));
}

LedgerEntry LedgerRules::Current(std::span<const LedgerEntry> group) const {
  CHECK(!group.empty());
  if (group.front().time == 0) return group.front();
  if (state_.keys[group.back().key].kind == Fact::kGpc) return group.back();
  size_t first = group.size() - 1;
  while (first > 0 && group[first - 1].value == group.back().value) --first;
  return group[first];
}

std::optional<LedgerEntry> LedgerRules::ResolveJurisdiction(
    std::span<const LedgerEntry> entries) const {
  std::optional<LedgerEntry> found;
  std::optional<LedgerEntry> direct;
  bool conflict = false;
  ForStretches(entries, SameSource, [&](std::span<const LedgerEntry> group) {
    const LedgerEntry current = Current(group);
    if (state_.values.Text(current.value).empty()) return;
    if (state_.IsDirect(current) && (!direct.has_value() || direct->time < current.time)) {
      direct = current;
    }
    if (found.has_value() && found->value != current.value) conflict = true;
    found = current;
  });
  if (direct.has_value()) return direct;
  return conflict ? std::nullopt : found;
}

std::optional<LedgerEntry> LedgerRules::Resolve(std::span<const LedgerEntry> entries) const {
  if (entries.empty()) return std::nullopt;
  if (entries.size() == 1 && state_.keys[entries.front().key].kind != Fact::kJurisdiction) {
    return entries.front();  // one source, said once: by far the most
  }
  if (state_.keys[entries.front().key].kind == Fact::kJurisdiction) {
    return ResolveJurisdiction(entries);
  }
  std::optional<LedgerEntry> dated;
  std::optional<LedgerEntry> undated_refusal;
  std::optional<LedgerEntry> undated_grant;
  ForStretches(entries, SameSource, [&](std::span<const LedgerEntry> group) {
    const LedgerEntry current = Current(group);
    if (current.time == 0) {
      (state_.IsProtective(current) ? undated_refusal : undated_grant) = current;
    } else if (!dated.has_value() || Before(*dated, current)) {
      dated = current;
    }
  });
  if (!dated.has_value()) return undated_refusal.has_value() ? undated_refusal : undated_grant;
  if (state_.IsProtective(*dated) || state_.IsDirect(*dated)) return dated;
  return undated_refusal.has_value() ? undated_refusal : dated;
}

}  // namespace signet::policies
