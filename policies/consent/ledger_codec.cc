#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "policies/consent/ledger.h"
#include "policies/consent/ledger_rules.h"
#include "policies/consent/ledger_state.h"

namespace signet::policies {
namespace {

// ledger  = "SGLP" version(2) keys texts(sources) texts(values) texts(wordings) count(8) subject*
// keys    = count(4) { kind(1) field(purpose) }*
// texts   = count(4) field*                 a field is length(4) bytes
// subject = id(16) count(4) entry*          ids ascend strictly
// entry   = key(2) source(2) value(1) flags(1) wording(2) time(8)
// Tables ascend strictly and hold what is used, so equal ledgers are equal bytes.
constexpr uint32_t kMagic = 0x53474C50;
constexpr uint16_t kVersion = 1;
constexpr size_t kEntryBytes = 16;

// Old numbers to new ones, where the new ones follow the texts' order and leave out the unused.
template <typename Item>
class Renumbering {
 public:
  void Use(const Item& item, size_t id) { used_.emplace(item, id); }
  void Number() {
    uint16_t next = 0;
    for (const auto& entry : used_) {
      if (numbers_.size() <= entry.second) numbers_.resize(entry.second + 1);
      numbers_[entry.second] = next++;
    }
  }
  [[nodiscard]] uint16_t Of(size_t id) const { return numbers_[id]; }
  [[nodiscard]] const std::map<Item, size_t>& items() const { return used_; }

 private:
  std::map<Item, size_t> used_;
  std::vector<uint16_t> numbers_;
};

void AppendTexts(Bytes& bytes, const Renumbering<std::string>& texts) {
  AppendU32(bytes, static_cast<uint32_t>(texts.items().size()));
  for (const auto& entry : texts.items()) AppendField(bytes, entry.first);
}

struct Renumbered {
  Renumbering<LedgerKey> keys;
  Renumbering<std::string> sources;
  Renumbering<std::string> values;
  Renumbering<std::string> wordings;
};

Renumbered NumberAgain(const LedgerPartition::State& state) {
  std::vector<bool> keys(state.keys.size());
  std::vector<bool> sources(state.sources.size());
  std::vector<bool> values(state.values.size());
  std::vector<bool> wordings(state.wordings.size());
  for (const LedgerEntry& entry : state.entries) {
    keys[entry.key] = true;
    sources[entry.source] = true;
    values[entry.value] = true;
    wordings[entry.wording] = true;
  }
  Renumbered again;
  const auto use_texts =
      [](const std::vector<bool>& used, const TextIds& texts, Renumbering<std::string>& to) {
        for (size_t id = 0; id < used.size(); ++id) {
          if (used[id]) to.Use(texts.Text(id), id);
        }
        to.Number();
      };
  for (size_t id = 0; id < keys.size(); ++id) {
    if (keys[id]) again.keys.Use(state.keys[id], id);
  }
  again.keys.Number();
  use_texts(sources, state.sources, again.sources);
  use_texts(values, state.values, again.values);
  use_texts(wordings, state.wordings, again.wordings);
  return again;
}

Status ReadTable(ByteReader& reader, TextIds& texts, size_t max) {
  ASSIGN_OR_RETURN(const uint32_t count, reader.U32());
  std::string last;
  for (uint32_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const ByteView field, reader.Field());
    const std::string text(AsText(field));
    if (text.size() > kFactTextMax || (i > 0 && text <= last)) {
      return Corrupt("a table is out of order");
    }
    if (texts.Add(text, max) < 0) return Corrupt("a table is too long");
    last = text;
  }
  return OkStatus();
}

Status ReadKeys(ByteReader& reader, LedgerPartition::State& state) {
  ASSIGN_OR_RETURN(const uint32_t count, reader.U32());
  for (uint32_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const uint8_t kind, reader.U8());
    ASSIGN_OR_RETURN(const ByteView purpose, reader.Field());
    if (kind > Fact::kLimitSensitive || purpose.size() > kFactTextMax) {
      return Corrupt("a key is wrong");
    }
    LedgerKey key{static_cast<Fact::Kind>(kind), std::string(AsText(purpose))};
    if (i > 0 && !(state.keys.back() < key)) return Corrupt("the keys are out of order");
    if (state.AddKey(key) < 0) return Corrupt("too many keys");
  }
  return OkStatus();
}

Result<LedgerEntry> ReadEntry(ByteReader& reader, const LedgerPartition::State& state) {
  LedgerEntry entry;
  ASSIGN_OR_RETURN(entry.key, reader.U16());
  ASSIGN_OR_RETURN(entry.source, reader.U16());
  ASSIGN_OR_RETURN(entry.value, reader.U8());
  ASSIGN_OR_RETURN(entry.flags, reader.U8());
  ASSIGN_OR_RETURN(entry.wording, reader.U16());
  ASSIGN_OR_RETURN(const uint64_t time, reader.U64());
  entry.time = static_cast<int64_t>(time);
  if (entry.key >= state.keys.size() || entry.source >= state.sources.size() ||
      entry.value >= state.values.size() || entry.wording >= state.wordings.size() ||
      entry.flags > LedgerEntry::kWithdrawal || entry.time < 0) {
    return Corrupt("an entry is out of range");
  }
  return entry;
}

Status ReadSubject(ByteReader& reader, LedgerPartition::State& state) {
  const LedgerRules rules(state);
  SubjectId subject;
  ASSIGN_OR_RETURN(const ByteView id, reader.Take(16));
  std::copy(id.begin(), id.end(), subject.value.begin());
  if (!state.entries.empty() && !(state.entries.back().subject < subject)) {
    return Corrupt("the subjects do not ascend");
  }
  ASSIGN_OR_RETURN(const uint32_t count, reader.U32());
  if (count == 0) return Corrupt("a subject without entries");
  for (uint32_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(LedgerEntry entry, ReadEntry(reader, state));
    entry.subject = subject;
    if (!ValidateFact(state.FactOf(entry)).ok()) return Corrupt("an entry is not a valid fact");
    if (i > 0) {
      const LedgerEntry& last = state.entries.back();
      const bool ascends = last.key != entry.key         ? last.key < entry.key
                           : last.source != entry.source ? last.source < entry.source
                                                         : rules.Before(last, entry);
      if (!ascends) return Corrupt("the entries are out of order");
    }
    state.entries.push_back(entry);
  }
  return OkStatus();
}

Status ReadLedger(ByteView bytes, LedgerPartition::State& state) {
  ByteReader reader(bytes);
  ASSIGN_OR_RETURN(const uint32_t magic, reader.U32());
  ASSIGN_OR_RETURN(const uint16_t version, reader.U16());
  if (magic != kMagic || version != kVersion) return Corrupt("not a ledger of version 1");
  TRY(ReadKeys(reader, state));
  TRY(ReadTable(reader, state.sources, 65535));
  TRY(ReadTable(reader, state.values, 255));
  TRY(ReadTable(reader, state.wordings, 65535));
  ASSIGN_OR_RETURN(const uint64_t count, reader.U64());
  if (count > reader.rest().size() / (20 + kEntryBytes)) return Corrupt("too many subjects");
  state.entries.reserve(reader.rest().size() / kEntryBytes);
  for (uint64_t i = 0; i < count; ++i) {
    TRY(ReadSubject(reader, state));
  }
  return reader.empty() ? OkStatus() : Corrupt("bytes behind the end");
}

}  // namespace

Bytes LedgerPartition::Encode() const {
  const Renumbered again = NumberAgain(*state_);
  Bytes bytes;
  bytes.reserve(64 + state_->entries.size() * (kEntryBytes + 8));
  AppendU32(bytes, kMagic);
  AppendU16(bytes, kVersion);
  AppendU32(bytes, static_cast<uint32_t>(again.keys.items().size()));
  for (const auto& entry : again.keys.items()) {
    bytes.push_back(static_cast<uint8_t>(entry.first.kind));
    AppendField(bytes, entry.first.purpose);
  }
  AppendTexts(bytes, again.sources);
  AppendTexts(bytes, again.values);
  AppendTexts(bytes, again.wordings);
  AppendU64(bytes, subjects());
  ForStretches(state_->entries, SameSubject, [&](std::span<const LedgerEntry> entries) {
    std::vector<LedgerEntry> sorted(entries.begin(), entries.end());
    for (LedgerEntry& entry : sorted) {
      entry.key = again.keys.Of(entry.key);
      entry.source = again.sources.Of(entry.source);
      entry.value = static_cast<uint8_t>(again.values.Of(entry.value));
      entry.wording = again.wordings.Of(entry.wording);
    }
    // Groups move as a whole; within one the order by time is that of memory already.
    std::stable_sort(sorted.begin(), sorted.end(), [](const LedgerEntry& a, const LedgerEntry& b) {
      return a.key != b.key ? a.key < b.key : a.source < b.source;
    });
    Append(bytes, entries.front().subject.value);
    AppendU32(bytes, static_cast<uint32_t>(sorted.size()));
    for (const LedgerEntry& entry : sorted) {
      AppendU16(bytes, entry.key);
      AppendU16(bytes, entry.source);
      bytes.push_back(entry.value);
      bytes.push_back(entry.flags);
      AppendU16(bytes, entry.wording);
      AppendU64(bytes, static_cast<uint64_t>(entry.time));
    }
  });
  return bytes;
}

Result<LedgerPartition> LedgerPartition::Decode(ByteView bytes) {
  LedgerPartition ledger;
  if (const Status read = ReadLedger(bytes, *ledger.state_); !read.ok()) {
    return Corrupt("consent ledger: " + read.message());
  }
  return ledger;
}

}  // namespace signet::policies
