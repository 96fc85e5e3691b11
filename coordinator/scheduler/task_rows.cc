#include "coordinator/scheduler/task_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "crypto/base/status.h"

namespace signet::coordinator {

void TaskRows::Reset(uint32_t count, const TaskRow& all) {
  count_ = count;
  ranges_ = std::vector<Range>((static_cast<size_t>(count) + kRange - 1) / kRange);
  for (Range& range : ranges_) range.all = all;
}

void TaskRows::Clear() {
  count_ = 0;
  std::vector<Range>().swap(ranges_);
}

uint32_t TaskRows::SizeOf(size_t range) const {
  const size_t before = range * kRange;
  return static_cast<uint32_t>(std::min<size_t>(kRange, count_ - before));
}

const TaskRow& TaskRows::operator[](size_t task) const {
  CHECK(task < count_);
  const Range& range = ranges_[task / kRange];
  return range.rows == nullptr ? range.all : range.rows[task % kRange];
}

void TaskRows::Spread(Range& range) const {
  const uint32_t size = SizeOf(static_cast<size_t>(&range - ranges_.data()));
  range.rows = std::make_unique<TaskRow[]>(size);  // NOLINT(modernize-avoid-c-arrays)
  std::fill_n(range.rows.get(), size, range.all);
  range.ended = IsTerminal(range.all.state) ? size : 0;
}

TaskRow& TaskRows::Touch(size_t task) {
  CHECK(task < count_);
  Range& range = ranges_[task / kRange];
  if (range.rows != nullptr) return range.rows[task % kRange];
  // One task alone needs no row besides the range's own.
  if (SizeOf(task / kRange) == 1) return range.all;
  Spread(range);
  return range.rows[task % kRange];
}

uint32_t TaskRows::StretchEnd(uint32_t first, uint32_t last) const {
  const size_t at = first / kRange;
  if (ranges_[at].rows != nullptr) return first + 1;
  const auto end = static_cast<uint32_t>(at * kRange) + SizeOf(at);
  return std::min(end, last);
}

TaskRow* TaskRows::TouchStretch(uint32_t first, uint32_t last) {
  const size_t at = first / kRange;
  Range& range = ranges_[at];
  if (range.rows != nullptr) return last == first + 1 ? &range.rows[first % kRange] : nullptr;
  if (first % kRange == 0 && last - first == SizeOf(at)) return &range.all;
  Spread(range);
  return last == first + 1 ? &range.rows[first % kRange] : nullptr;
}

void TaskRows::Settle(size_t task) {
  const size_t at = task / kRange;
  Range& range = ranges_[at];
  if (range.rows == nullptr) return;
  const uint32_t size = SizeOf(at);
  if (++range.ended < size) return;
  const TaskState state = range.rows[0].state;
  const bool alike = std::all_of(range.rows.get(),
                                 range.rows.get() + size,
                                 [state](const TaskRow& row) { return row.state == state; });
  if (!alike) return;
  const int64_t since = range.rows[task % kRange].since;
  range.all = TaskRow();
  range.all.state = state;
  range.all.since = since;
  range.rows.reset();
}

size_t TaskRows::bytes() const {
  size_t bytes = ranges_.size() * sizeof(Range);
  for (size_t at = 0; at < ranges_.size(); ++at) {
    if (ranges_[at].rows != nullptr) bytes += SizeOf(at) * sizeof(TaskRow);
  }
  return bytes;
}

}  // namespace signet::coordinator
