/// Where the log lies in a KvStore.
///
///   audit/state                     version(1) | size(8) | last time in micros(8) | subtree
///   hashes(32 each) audit/entries/<first index>     entries as in a C2SP bundle: length(2) |
///   entry, ...
///                                   A full bundle of 256 lies under its first index; the open
///                                   one may be in several pieces, one per batch.
///   audit/tile/<level>/<index>      hashes of tile level 1 and above; level 0 is hashed anew
///   audit/checkpoint                the last signed checkpoint's note
///   audit/pruned                    8 bytes: entries below this index were removed by retention
/// Indexes are 16 hexadecimal digits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/clock.h"
#include "crypto/transparency/compact_range.h"

namespace signet::crypto {

constexpr std::string_view kAuditPrefix = "audit/";
constexpr std::string_view kAuditStateKey = "audit/state";
constexpr std::string_view kAuditCheckpointKey = "audit/checkpoint";
constexpr std::string_view kAuditPrunedKey = "audit/pruned";
constexpr std::string_view kAuditEntriesPrefix = "audit/entries/";

std::string AuditEntriesKey(uint64_t first_index);
/// The first index that an entries key names; kCorrupt for another key.
Result<uint64_t> FirstIndexOfKey(std::string_view key);
std::string AuditTileKey(unsigned level, uint64_t index);

/// The tree's state after a batch.
struct AuditState {
  CompactRange range;
  Timestamp last_time;

  /// Replaces `out`.
  void EncodeTo(Bytes& out) const;
  static Result<AuditState> Decode(ByteView bytes);
};

}  // namespace signet::crypto
