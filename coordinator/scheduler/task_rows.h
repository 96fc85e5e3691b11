/// TaskRows: the tasks of one step, of which only those rows exist that differ from the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace signet::coordinator {

/// From kSucceeded on: terminal, never changed again.
enum class TaskState : uint8_t {
  kBlocked,
  kReady,
  kDelayed,
  kLeased,
  kSucceeded,
  kFailed,
  kCancelled,
  kSkipped,
};
inline constexpr size_t kTaskStates = 8;
inline constexpr bool IsTerminal(TaskState state) {
  return state >= TaskState::kSucceeded;
}

struct TaskRow {
  uint64_t fence = 0;  ///< of the current lease
  int64_t since = 0;   ///< monotonic micros of the last change (kDelayed: when it wakes)
  uint16_t attempts = 0;
  uint16_t waits = 0;  ///< unmet partitionwise dependencies
  uint8_t failures = 0;
  uint8_t losses = 0;  ///< attempts lost with their worker
  TaskState state = TaskState::kBlocked;
};
static_assert(sizeof(TaskRow) == 24);

/// A big map is a few ranges of kRange tasks. A range whose tasks are all alike (none has begun, or
/// all have ended alike) is one row; its rows of 24 bytes each are made when the first of its tasks
/// changes, and given back when the last has ended. So a step of a million tasks is accepted in
/// some 40 kB, and never has more rows than the ranges under way.
class TaskRows {
 public:
  static constexpr uint32_t kRange = 1'024;

  /// `count` tasks that look like `all`.
  void Reset(uint32_t count, const TaskRow& all);
  /// Forgets everything: no tasks.
  void Clear();
  [[nodiscard]] size_t size() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// The task's row, to be read; valid until something changes.
  [[nodiscard]] const TaskRow& operator[](size_t task) const;
  /// The task's row, to be changed; valid until Settle or Clear.
  TaskRow& Touch(size_t task);
  /// The end of the longest stretch from `first` on, `last` at most, that is one row; at least
  /// first + 1.
  [[nodiscard]] uint32_t StretchEnd(uint32_t first, uint32_t last) const;
  /// The row of the tasks first ... last-1, to be changed at once: a stretch, as StretchEnd gave
  /// it. A part of a range gets rows of its own, and then all of them have to be touched one by
  /// one: nullptr.
  TaskRow* TouchStretch(uint32_t first, uint32_t last);
  /// The task has ended. When it was the last of its range, and all ended alike, the rows go; what
  /// they knew beyond the state (attempts, fences) goes with them.
  void Settle(size_t task);

  /// Memory that the rows take now.
  [[nodiscard]] size_t bytes() const;

  /// For `for`: reading only.
  class Iterator {
   public:
    Iterator(const TaskRows& rows, size_t at) : rows_(&rows), at_(at) {}
    const TaskRow& operator*() const { return (*rows_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const TaskRows* rows_;
    size_t at_;
  };
  [[nodiscard]] Iterator begin() const { return {*this, 0}; }
  [[nodiscard]] Iterator end() const { return {*this, count_}; }

 private:
  struct Range {
    TaskRow all;                      ///< of each task, while there are no rows
    std::unique_ptr<TaskRow[]> rows;  // NOLINT(modernize-avoid-c-arrays): kRange of them
    uint32_t ended = 0;               ///< of the tasks with rows
  };
  [[nodiscard]] uint32_t SizeOf(size_t range) const;
  void Spread(Range& range) const;

  uint32_t count_ = 0;
  std::vector<Range> ranges_;
};

}  // namespace signet::coordinator
