#include "policies/consent/ledger.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "policies/consent/ledger_rules.h"
#include "policies/consent/ledger_state.h"

namespace signet::policies {
namespace {

constexpr size_t kKeysMax = 4096;
constexpr size_t kSourcesMax = 65535;
constexpr size_t kWordingsMax = 65535;
constexpr size_t kValuesMax = 255;

// An incoming statement with the fact it came from.
struct Incoming {
  LedgerEntry entry;
  const Fact* fact = nullptr;
};

bool IsKind(const LedgerPartition::State& state, const LedgerEntry& entry, Fact::Kind kind) {
  return state.keys[entry.key].kind == kind;
}

// A change's leaf: version(1) subject(16) kind(1) time(8), then purpose, value, source, wording as
// fields (length(4) bytes).
Bytes RecordOf(const Fact& fact) {
  Bytes record;
  record.push_back(1);
  Append(record, fact.subject.value);
  record.push_back(static_cast<uint8_t>(fact.kind));
  AppendU64(record, static_cast<uint64_t>(fact.time_micros));
  for (const std::string* text : {&fact.purpose, &fact.value, &fact.source, &fact.wording}) {
    AppendField(record, *text);
  }
  return record;
}

}  // namespace

int TextIds::Add(std::string_view text, size_t max) {
  if (const auto found = ids_.find(text); found != ids_.end()) return found->second;
  if (texts_.size() >= max) return -1;
  const int id = static_cast<int>(texts_.size());
  texts_.emplace_back(text);
  marks_.push_back(mark_of_ != nullptr && mark_of_(text) ? 1 : 0);
  ids_.emplace(std::string(text), id);
  return id;
}

int LedgerPartition::State::AddKey(const LedgerKey& key) {
  if (const auto found = key_ids.find(key); found != key_ids.end()) return found->second;
  if (keys.size() >= kKeysMax) return -1;
  const auto id = static_cast<uint16_t>(keys.size());
  keys.push_back(key);
  key_ids.emplace(key, id);
  return id;
}

Fact LedgerPartition::State::FactOf(const LedgerEntry& entry) const {
  return {entry.subject,
          keys[entry.key].kind,
          keys[entry.key].purpose,
          values.Text(entry.value),
          entry.time,
          sources.Text(entry.source),
          wordings.Text(entry.wording)};
}

bool IsProtectiveValue(std::string_view value) {
  return value == "withdrawn" || value == "true";
}

bool IsDirectSource(std::string_view source) {
  return source == kSourceApi || source.substr(0, 4) == "api.";
}

namespace {

// Applies a batch to a state: both lists are sorted by subject, so one pass merges them.
class Applier {
 public:
  explicit Applier(LedgerPartition::State& state) : state_(state), rules_(state) {}

  Status Take(std::span<const Fact> facts) {
    for (const Fact& fact : facts) {
      TRY(ValidateFact(fact));
    }
    incoming_.reserve(facts.size());
    for (const Fact& fact : facts) {
      TRY(TakeOne(fact));
    }
    std::stable_sort(incoming_.begin(), incoming_.end(), [](const Incoming& a, const Incoming& b) {
      return InOrder(a.entry, b.entry);
    });
    return OkStatus();
  }

  ApplyOutcome Run() {
    std::vector<LedgerEntry> old = std::move(state_.entries);
    state_.entries.clear();
    state_.entries.reserve(old.size() + incoming_.size());
    size_t at = 0;
    for (size_t begin = 0; begin < incoming_.size();) {
      const SubjectId subject = incoming_[begin].entry.subject;
      size_t end = begin;
      while (end < incoming_.size() && incoming_[end].entry.subject == subject) ++end;
      for (; at < old.size() && old[at].subject < subject; ++at) state_.entries.push_back(old[at]);
      const size_t old_begin = at;
      while (at < old.size() && old[at].subject == subject) ++at;
      MergeSubject(std::span(old).subspan(old_begin, at - old_begin),
                   std::span(incoming_).subspan(begin, end - begin));
      begin = end;
    }
    for (; at < old.size(); ++at) state_.entries.push_back(old[at]);
    return std::move(outcome_);
  }

 private:
  // Dated before undated within a group: an undated statement is heard against all dated ones.
  static bool InOrder(const LedgerEntry& a, const LedgerEntry& b) {
    if (a.subject != b.subject) return a.subject < b.subject;
    if (a.key != b.key) return a.key < b.key;
    if (a.source != b.source) return a.source < b.source;
    return a.time != 0 && b.time == 0;
  }

  Status TakeOne(const Fact& fact) {
    // Only the subject itself takes a GPC signal back.
    const bool gpc_off =
        fact.kind == Fact::kGpc && fact.value == "false" && !IsDirectSource(fact.source);
    if (gpc_off) {
      ++outcome_.ignored;
      return OkStatus();
    }
    const bool seen = fact.kind == Fact::kSeen;
    const int key = state_.AddKey({fact.kind, fact.purpose});
    const int source = state_.sources.Add(seen ? std::string_view() : fact.source, kSourcesMax);
    const int value = state_.values.Add(fact.value, kValuesMax);
    const int wording = state_.wordings.Add(seen ? std::string_view() : fact.wording, kWordingsMax);
    if (key < 0 || source < 0 || value < 0 || wording < 0) {
      return Exhausted("the consent ledger names too many purposes, sources, values or wordings");
    }
    LedgerEntry entry;
    entry.subject = fact.subject;
    entry.time = seen ? 0 : fact.time_micros;
    entry.key = static_cast<uint16_t>(key);
    entry.source = static_cast<uint16_t>(source);
    entry.value = static_cast<uint8_t>(value);
    entry.wording = static_cast<uint16_t>(wording);
    incoming_.push_back({entry, &fact});
    return OkStatus();
  }

  void Note(Heard heard, const Incoming& incoming) {
    if (heard == Heard::kChange) {
      ++outcome_.changes;
      outcome_.records.push_back(RecordOf(*incoming.fact));
    } else {
      ++outcome_.ignored;
    }
  }

  // A tombstone is all that stays of its subject: no statement behind it is kept.
  bool MergeTombstone(std::span<const LedgerEntry> old, std::span<const Incoming> incoming) {
    std::optional<LedgerEntry> stone;
    for (const LedgerEntry& entry : old) {
      if (IsKind(state_, entry, Fact::kTombstone)) stone = entry;
    }
    const bool was_there = stone.has_value();
    const Incoming* first = nullptr;
    for (const Incoming& one : incoming) {
      if (!IsKind(state_, one.entry, Fact::kTombstone)) continue;
      const bool better = !stone.has_value() || StoneBefore(one.entry, *stone);
      if (better) stone = one.entry;
      if (better || first == nullptr) first = &one;
    }
    if (!stone.has_value()) return false;
    state_.entries.push_back(*stone);
    for (const Incoming& one : incoming) {
      Note(!was_there && &one == first ? Heard::kChange : Heard::kIgnored, one);
    }
    return true;
  }

  // Which of two tombstones stays, whatever their order: the earlier, then by source and wording.
  bool StoneBefore(const LedgerEntry& a, const LedgerEntry& b) const {
    if (a.time != b.time) return a.time < b.time;
    const std::string& a_source = state_.sources.Text(a.source);
    const std::string& b_source = state_.sources.Text(b.source);
    if (a_source != b_source) return a_source < b_source;
    return state_.wordings.Text(a.wording) < state_.wordings.Text(b.wording);
  }

  void MergeSubject(std::span<const LedgerEntry> old, std::span<const Incoming> incoming) {
    if (MergeTombstone(old, incoming)) return;
    size_t at = 0;
    for (size_t begin = 0; begin < incoming.size();) {
      const LedgerEntry& head = incoming[begin].entry;
      size_t end = begin;
      while (end < incoming.size() && incoming[end].entry.key == head.key &&
             incoming[end].entry.source == head.source) {
        ++end;
      }
      const auto before = [&](const LedgerEntry& entry) {
        return entry.key != head.key ? entry.key < head.key : entry.source < head.source;
      };
      for (; at < old.size() && before(old[at]); ++at) state_.entries.push_back(old[at]);
      SourceRun run;
      for (; at < old.size() && old[at].key == head.key && old[at].source == head.source; ++at) {
        run.Load(old[at]);
      }
      for (const Incoming& one : incoming.subspan(begin, end - begin)) {
        Note(rules_.Hear(run, one.entry), one);
      }
      rules_.Trim(run, state_.keys[head.key].kind);
      if (run.undated.has_value()) state_.entries.push_back(*run.undated);
      state_.entries.insert(state_.entries.end(), run.dated.begin(), run.dated.end());
      begin = end;
    }
    for (; at < old.size(); ++at) state_.entries.push_back(old[at]);
  }

  LedgerPartition::State& state_;
  LedgerRules rules_;
  std::vector<Incoming> incoming_;
  ApplyOutcome outcome_;
};

std::span<const LedgerEntry> EntriesOf(const LedgerPartition::State& state,
                                       const SubjectId& subject) {
  struct Less {
    bool operator()(const LedgerEntry& a, const SubjectId& b) const { return a.subject < b; }
    bool operator()(const SubjectId& a, const LedgerEntry& b) const { return a < b.subject; }
  };
  const auto range = std::equal_range(state.entries.begin(), state.entries.end(), subject, Less());
  return {range.first, range.second};
}

}  // namespace

LedgerPartition::LedgerPartition() : state_(std::make_unique<State>()) {}
LedgerPartition::LedgerPartition(LedgerPartition&&) noexcept = default;
LedgerPartition& LedgerPartition::operator=(LedgerPartition&&) noexcept = default;
LedgerPartition::LedgerPartition(const LedgerPartition& other)
    : state_(std::make_unique<State>(*other.state_)) {}
LedgerPartition& LedgerPartition::operator=(const LedgerPartition& other) {
  if (this != &other) state_ = std::make_unique<State>(*other.state_);
  return *this;
}
LedgerPartition::~LedgerPartition() = default;

Result<ApplyOutcome> LedgerPartition::Apply(std::span<const Fact> facts) {
  Applier applier(*state_);
  TRY(applier.Take(facts));
  return applier.Run();
}

SubjectState LedgerPartition::StateOf(const SubjectId& subject) const {
  SubjectState found;
  const LedgerRules rules(*state_);
  ForStretches(EntriesOf(*state_, subject), SameKey, [&](std::span<const LedgerEntry> entries) {
    const std::optional<LedgerEntry> entry = rules.Resolve(entries);
    if (!entry.has_value()) return;
    const LedgerKey& key = state_->keys[entry->key];
    const bool protective = state_->IsProtective(*entry);
    switch (key.kind) {
      case Fact::kSeen:
        break;
      case Fact::kConsent:
        found.consents[key.purpose] = protective ? ConsentState::kWithdrawn : ConsentState::kGiven;
        break;
      case Fact::kJurisdiction:
        found.jurisdiction = state_->values.Text(entry->value);
        break;
      case Fact::kMinor:
        found.minor = protective;
        break;
      case Fact::kOptOutSale:
        found.opt_out_sale = protective;
        break;
      case Fact::kGpc:
        found.gpc = protective;
        break;
      case Fact::kRestriction:
        if (protective) found.restrictions.insert(key.purpose);
        break;
      case Fact::kTombstone:
        found.tombstone = true;
        break;
      case Fact::kLimitSensitive:
        found.limit_sensitive = protective;
        break;
    }
  });
  return found;
}

std::vector<Fact> LedgerPartition::FactsOf(const SubjectId& subject) const {
  std::vector<Fact> facts;
  const LedgerRules rules(*state_);
  ForStretches(EntriesOf(*state_, subject), SameKey, [&](std::span<const LedgerEntry> entries) {
    ForStretches(entries, SameSource, [&](std::span<const LedgerEntry> group) {
      facts.push_back(state_->FactOf(rules.Current(group)));
    });
  });
  return facts;
}

std::vector<SubjectId> LedgerPartition::Tombstones() const {
  std::vector<SubjectId> subjects;
  for (const LedgerEntry& entry : state_->entries) {
    if (IsKind(*state_, entry, Fact::kTombstone)) subjects.push_back(entry.subject);
  }
  return subjects;
}

void LedgerPartition::Erase(const SubjectId& subject) {
  std::erase_if(state_->entries,
                [&](const LedgerEntry& entry) { return entry.subject == subject; });
}

uint64_t LedgerPartition::Merge(const SubjectId& from, const SubjectId& to) {
  const Result<uint64_t> moved = MergeFrom(*this, from, to);
  CHECK(moved.ok());
  return *moved;
}

Result<uint64_t> LedgerPartition::MergeFrom(LedgerPartition& other,
                                            const SubjectId& from,
                                            const SubjectId& to) {
  std::vector<Fact> kept;
  for (const LedgerEntry& entry : EntriesOf(*state_, to)) kept.push_back(state_->FactOf(entry));
  const State& theirs = *other.state_;
  std::vector<Fact> facts;
  uint64_t count = 0;
  for (const LedgerEntry& entry : EntriesOf(theirs, from)) {
    ++count;
    Fact fact = theirs.FactOf(entry);
    // Of two undated statements of one source nobody knows which is the later: a refusal stays.
    const bool contested = std::any_of(kept.begin(), kept.end(), [&](const Fact& mine) {
      return fact.time_micros == 0 && mine.time_micros == 0 && mine.kind == fact.kind &&
             mine.purpose == fact.purpose && mine.source == fact.source;
    });
    if (contested && !theirs.IsProtective(entry)) continue;
    fact.subject = to;
    facts.push_back(std::move(fact));
  }
  if (count == 0) return count;
  TRY(Apply(facts).status());
  other.Erase(from);
  return count;
}

size_t LedgerPartition::subjects() const {
  size_t count = 0;
  ForStretches(state_->entries, SameSubject, [&](std::span<const LedgerEntry>) { ++count; });
  return count;
}

}  // namespace signet::policies
