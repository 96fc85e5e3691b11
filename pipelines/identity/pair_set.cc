#include "pipelines/identity/pair_set.h"

#include <utility>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

constexpr size_t kSlotsFirst = 1024;

/// The finaliser of MurmurHash3: pairs of small numbers are not random.
uint64_t Mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

}  // namespace

PairSet::PairSet() : slots_(kSlotsFirst, 0) {}

bool PairSet::Add(uint32_t a, uint32_t b) {
  CHECK(a != b);
  if (a > b) std::swap(a, b);
  const uint64_t pair = uint64_t{a} << 32 | b;
  if (pairs_.size() * 2 >= slots_.size()) Grow();
  const size_t mask = slots_.size() - 1;
  size_t slot = Mix(pair) & mask;
  while (slots_[slot] != 0 && slots_[slot] != pair) slot = (slot + 1) & mask;
  if (slots_[slot] == pair) return false;
  slots_[slot] = pair;
  pairs_.push_back(pair);
  return true;
}

void PairSet::Grow() {
  slots_.assign(slots_.size() * 2, 0);
  const size_t mask = slots_.size() - 1;
  for (const uint64_t pair : pairs_) {
    size_t slot = Mix(pair) & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = pair;
  }
}

}  // namespace signet::pipelines
