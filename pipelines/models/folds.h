/// Who trains and who judges: folds by a hash of the person, alike in outcome, or by time.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace signet::pipelines {

/// 64 bits of a text, the same on every machine (FNV-1a, finished by SplitMix64).
uint64_t TextKey(std::string_view text);
/// Another number for the same key.
uint64_t SaltedKey(uint64_t key, uint64_t salt);

/// A fold from 0 to folds - 1 for each row. Rows of one key share a fold; the keys of each stratum
/// are dealt out in the order of their salted hash, so that folds are alike in size and outcome and
/// do not depend on row order. A key's stratum is the largest of its rows'.
std::vector<int> DealtFolds(std::span<const uint64_t> keys,
                            std::span<const int> strata,
                            int folds,
                            uint64_t salt);

/// 1 for the rows of the latest times, about `share` of them, 0 for the others; rows of one time
/// stay together; a missing time (NaN) counts as earliest.
std::vector<int> LatestFold(std::span<const double> times, double share);

}  // namespace signet::pipelines
