/// How a ledger partition lies in memory: one sorted list of small entries and tables of texts.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/base/ids.h"
#include "policies/consent/fact.h"
#include "policies/consent/ledger.h"

namespace signet::policies {

/// One time at which a source said something. 32 bytes: a million subjects with eight each take
/// 256 MB over all partitions.
struct LedgerEntry {
  /// The entry replaced a grant: an undated refusal that is a withdrawal.
  static constexpr uint8_t kWithdrawal = 1;

  SubjectId subject;
  /// 0 = undated.
  int64_t time = 0;
  uint16_t key = 0;
  uint16_t source = 0;
  uint16_t wording = 0;
  uint8_t value = 0;
  uint8_t flags = 0;
};
static_assert(sizeof(LedgerEntry) == 32);

/// Texts by number, at most `max`, each with a mark that is computed once.
class TextIds {
 public:
  using MarkOf = bool (*)(std::string_view text);
  explicit TextIds(MarkOf mark_of = nullptr) : mark_of_(mark_of) {}

  /// The number of `text`, new if need be; -1 when the table is full.
  int Add(std::string_view text, size_t max);
  [[nodiscard]] const std::string& Text(size_t id) const { return texts_[id]; }
  [[nodiscard]] bool Marked(size_t id) const { return marks_[id] != 0; }
  [[nodiscard]] size_t size() const { return texts_.size(); }

 private:
  MarkOf mark_of_;
  std::vector<uint8_t> marks_;
  std::vector<std::string> texts_;
  std::map<std::string, int, std::less<>> ids_;
};

/// True for values that protect the subject: withdrawn; minor, opted out, restricted (all "true").
bool IsProtectiveValue(std::string_view value);
/// True for sources through which the subject itself speaks: "api", "api.*".
bool IsDirectSource(std::string_view source);

/// What a statement is about.
struct LedgerKey {
  Fact::Kind kind = Fact::kSeen;
  std::string purpose;
  friend auto operator<=>(const LedgerKey&, const LedgerKey&) = default;
};

struct LedgerPartition::State {
  std::vector<LedgerKey> keys;
  std::map<LedgerKey, uint16_t> key_ids;
  TextIds sources{IsDirectSource};
  TextIds values{IsProtectiveValue};
  TextIds wordings;
  /// Sorted by (subject, key, source, time, protective last).
  std::vector<LedgerEntry> entries;

  /// The key's number; -1 when the table is full.
  int AddKey(const LedgerKey& key);
  [[nodiscard]] Fact FactOf(const LedgerEntry& entry) const;
  [[nodiscard]] bool IsProtective(const LedgerEntry& entry) const {
    return values.Marked(entry.value);
  }
  [[nodiscard]] bool IsDirect(const LedgerEntry& entry) const {
    return sources.Marked(entry.source);
  }
};

}  // namespace signet::policies
