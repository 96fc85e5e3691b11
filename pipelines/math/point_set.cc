#include "pipelines/math/point_set.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <numeric>
#include <thread>
#include <unordered_set>
#include <utility>

namespace signet::pipelines {
namespace {

uint64_t Mixed(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

using Keyed = std::pair<uint64_t, uint32_t>;

constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;

/// Sorts hashes with their rows: by the highest bits first, into heaps that fit the nearest cache.
void SortKeyed(std::vector<Keyed>& keyed) {
  constexpr unsigned kHighBits = 12;
  constexpr size_t kFew = 4096;
  if (keyed.size() < kFew) {
    std::sort(keyed.begin(), keyed.end());
    return;
  }
  std::vector<size_t> next((size_t{1} << kHighBits) + 1, 0);
  for (const Keyed& key : keyed) ++next.data()[(key.first >> (64 - kHighBits)) + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<Keyed> heaps(keyed.size());
  for (const Keyed& key : keyed) heaps.data()[next.data()[key.first >> (64 - kHighBits)]++] = key;
  auto begin = heaps.begin();
  for (size_t heap = 0; heap + 1 < next.size(); ++heap) {
    const auto end = heaps.begin() + static_cast<std::ptrdiff_t>(next[heap]);
    std::sort(begin, end);
    begin = end;
  }
  keyed = std::move(heaps);
}

}  // namespace

PointSet PointSet::Taken(std::span<const uint32_t> order) const {
  PointSet taken;
  taken.columns = columns;
  taken.cells.resize(order.size() * columns);
  double* out = taken.cells.data();
  for (const uint32_t row : order) {
    std::memcpy(out, Row(row), columns * sizeof(double));
    out += columns;
  }
  return taken;
}

PointSet PointSet::Head(size_t rows_max) const {
  const size_t count = std::min(rows_max, rows()) * columns;
  return {{cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(count)}, columns};
}

uint64_t RowHash(std::span<const double> row, uint64_t seed) {
  uint64_t hash = Mixed(seed + kGolden);
  for (const double cell : row) {
    const double value = cell == 0 ? 0.0 : cell;
    hash = Mixed(hash ^ (std::bit_cast<uint64_t>(value) + kGolden));
  }
  return hash;
}

std::vector<uint32_t> CanonicalOrder(const PointSet& points, uint64_t seed) {
  std::vector<Keyed> first(points.rows());
  for (size_t i = 0; i < first.size(); ++i) {
    first[i] = {RowHash({points.Row(i), points.columns}, seed), static_cast<uint32_t>(i)};
  }
  SortKeyed(first);
  // Rows with equal hashes are equal rows (but for chances of 2^-64): each repetition gets a key of
  // its own, so that the head of the order is a sample of rows, not of distinct rows.
  std::vector<Keyed> repeated;
  size_t kept = 0;
  uint64_t last = 0;
  uint64_t repetition = 0;
  for (size_t i = 0; i < first.size(); ++i) {
    repetition = i > 0 && first[i].first == last ? repetition + 1 : 0;
    last = first[i].first;
    if (repetition == 0) {
      first[kept++] = first[i];
    } else {
      repeated.emplace_back(Mixed(last + repetition * kGolden), first[i].second);
    }
  }
  first.resize(kept);
  SortKeyed(repeated);
  std::vector<Keyed> keyed(points.rows());
  std::merge(first.begin(), first.end(), repeated.begin(), repeated.end(), keyed.begin());
  std::vector<uint32_t> order(keyed.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = keyed[i].second;
  return order;
}

size_t DistinctRows(const PointSet& points, size_t limit) {
  std::unordered_set<uint64_t> seen;
  for (size_t i = 0; i < points.rows() && seen.size() < limit; ++i) {
    seen.insert(RowHash({points.Row(i), points.columns}, 0));
  }
  return seen.size();
}

void ForBlocks(size_t blocks, int threads, const std::function<void(size_t)>& work) {
  std::atomic<size_t> next{0};
  const auto run = [&] {
    for (size_t block = next++; block < blocks; block = next++) work(block);
  };
  const size_t helpers = std::min(static_cast<size_t>(std::clamp(threads, 1, 64)), blocks);
  std::vector<std::jthread> pool;
  for (size_t t = 1; t < helpers; ++t) pool.emplace_back(run);
  run();
}

uint64_t SplitMix::Next() {
  state_ += kGolden;
  return Mixed(state_);
}

}  // namespace signet::pipelines
