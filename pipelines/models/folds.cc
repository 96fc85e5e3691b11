#include "pipelines/models/folds.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crypto/base/check.h"

namespace signet::pipelines {

uint64_t SaltedKey(uint64_t key, uint64_t salt) {
  uint64_t z = key + (salt + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

uint64_t TextKey(std::string_view text) {
  uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char letter : text) {
    hash ^= static_cast<unsigned char>(letter);
    hash *= 0x100000001B3ULL;
  }
  return SaltedKey(hash, 0);
}

std::vector<int> DealtFolds(std::span<const uint64_t> keys,
                            std::span<const int> strata,
                            int folds,
                            uint64_t salt) {
  CHECK(keys.size() == strata.size() && folds > 0);
  std::unordered_map<uint64_t, int> stratum_of;
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto [found, fresh] = stratum_of.emplace(keys[i], strata[i]);
    if (!fresh) found->second = std::max(found->second, strata[i]);
  }
  struct Dealt {
    int stratum;
    uint64_t hash, key;
  };
  std::vector<Dealt> order;
  order.reserve(stratum_of.size());
  for (const auto& entry : stratum_of) {
    order.push_back({entry.second, SaltedKey(entry.first, salt), entry.first});
  }
  std::sort(order.begin(), order.end(), [](const Dealt& a, const Dealt& b) {
    if (a.stratum != b.stratum) return a.stratum < b.stratum;
    return a.hash != b.hash ? a.hash < b.hash : a.key < b.key;
  });
  std::unordered_map<uint64_t, int> fold_of;
  for (size_t i = 0; i < order.size(); ++i) {
    fold_of[order[i].key] = static_cast<int>(i % static_cast<size_t>(folds));
  }
  std::vector<int> result;
  result.reserve(keys.size());
  for (const uint64_t key : keys) result.push_back(fold_of.at(key));
  return result;
}

std::vector<int> LatestFold(std::span<const double> times, double share) {
  std::vector<double> sorted;
  for (const double time : times) {
    sorted.push_back(std::isnan(time) ? std::numeric_limits<double>::lowest() : time);
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<int> fold(times.size(), 0);
  if (sorted.empty()) return fold;
  const auto from = static_cast<size_t>(static_cast<double>(sorted.size()) * (1 - share));
  double least = sorted[std::min(from, sorted.size() - 1)];
  // If the boundary's time reaches down to the first row, only later times are taken.
  if (least == sorted.front()) {
    const auto later = std::upper_bound(sorted.begin(), sorted.end(), least);
    if (later == sorted.end()) return fold;
    least = *later;
  }
  for (size_t i = 0; i < times.size(); ++i) fold[i] = times[i] >= least ? 1 : 0;
  return fold;
}

}  // namespace signet::pipelines
