/// A set of unordered pairs of numbers: the edges of a graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace signet::pipelines {

/// Open addressing over 64-bit pairs; remembers the order of arrival.
class PairSet {
 public:
  PairSet();
  /// Adds {a, b}; a != b. False if it was there.
  bool Add(uint32_t a, uint32_t b);
  [[nodiscard]] size_t size() const { return pairs_.size(); }
  /// Each as (smaller << 32 | larger), in order of arrival.
  [[nodiscard]] const std::vector<uint64_t>& pairs() const { return pairs_; }

 private:
  void Grow();

  std::vector<uint64_t> slots_;  ///< pair; 0 = free ({0, 0} cannot be)
  std::vector<uint64_t> pairs_;
};

}  // namespace signet::pipelines
