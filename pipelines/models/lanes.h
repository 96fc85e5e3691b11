/// Splits independent work over a few threads; the result never depends on how many there are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

namespace signet::pipelines {

inline constexpr size_t kLanesMax = 16;

/// Runs `work(i)` for every i below `count` on up to `threads` threads. `work` must touch nothing
/// that another i touches.
template <typename Work>
void ForEachIn(size_t count, int threads, const Work& work) {
  const size_t wanted = std::clamp<size_t>(static_cast<size_t>(std::max(threads, 1)), 1, kLanesMax);
  const size_t lanes = std::min(wanted, count);
  const auto lane = [&](size_t first) {
    for (size_t i = first; i < count; i += lanes) work(i);
  };
  std::vector<std::jthread> helpers;
  for (size_t i = 1; i < lanes; ++i) helpers.emplace_back(lane, i);
  if (lanes > 0) lane(0);
}

}  // namespace signet::pipelines
