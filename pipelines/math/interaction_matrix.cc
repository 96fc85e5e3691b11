#include "pipelines/math/interaction_matrix.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "crypto/base/check.h"

namespace signet::pipelines {
namespace {

constexpr size_t kBlock = 64;

}  // namespace

InteractionMatrix::InteractionMatrix(std::vector<size_t> starts,
                                     std::vector<Interaction> cells,
                                     size_t items)
    : starts_(std::move(starts)), cells_(std::move(cells)), items_(items) {
  CHECK(!starts_.empty() && starts_.front() == 0 && starts_.back() == cells_.size());
  for (size_t row = 0; row < customers(); ++row) {
    CHECK(starts_[row] <= starts_[row + 1]);
    for (size_t i = starts_[row]; i < starts_[row + 1]; ++i) {
      CHECK(cells_[i].item < items_ && (i == starts_[row] || cells_[i - 1].item < cells_[i].item));
    }
  }
}

InteractionMatrix InteractionMatrix::Transposed() const {
  std::vector<size_t> starts(items_ + 1, 0);
  for (const Interaction& cell : cells_) ++starts[cell.item + 1];
  for (size_t i = 0; i < items_; ++i) starts[i + 1] += starts[i];
  std::vector<Interaction> cells(cells_.size());
  std::vector<size_t> next(starts.begin(), starts.end() - 1);
  for (size_t row = 0; row < customers(); ++row) {
    for (const Interaction& cell : Row(row)) {
      cells[next[cell.item]++] = {static_cast<uint32_t>(row), cell.count, cell.last};
    }
  }
  return {std::move(starts), std::move(cells), customers()};
}

InteractionMatrix InteractionMatrix::Trimmed(size_t most) const {
  std::vector<size_t> starts = {0};
  std::vector<Interaction> cells;
  cells.reserve(cells_.size());
  for (size_t row = 0; row < customers(); ++row) {
    std::vector<Interaction> kept(Row(row).begin(), Row(row).end());
    if (kept.size() > most) {
      std::stable_sort(kept.begin(), kept.end(), [](const Interaction& a, const Interaction& b) {
        return a.count > b.count;
      });
      kept.resize(most);
      std::sort(kept.begin(), kept.end(), [](const Interaction& a, const Interaction& b) {
        return a.item < b.item;
      });
    }
    cells.insert(cells.end(), kept.begin(), kept.end());
    starts.push_back(cells.size());
  }
  return {std::move(starts), std::move(cells), items_};
}

float InteractionMatrix::Weight(float count) {
  return std::log1p(count);
}

void ForEachBlock(size_t count, int threads, const std::function<void(size_t, size_t)>& work) {
  std::atomic<size_t> next{0};
  const auto run = [&] {
    while (true) {
      const size_t first = next.fetch_add(kBlock);
      if (first >= count) return;
      work(first, std::min(count, first + kBlock));
    }
  };
  std::vector<std::jthread> helpers;
  for (int i = 1; i < threads; ++i) helpers.emplace_back(run);
  run();
}

}  // namespace signet::pipelines
