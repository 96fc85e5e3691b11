/// TaskLog: what a task says while it runs, redacted and capped in the task's own process.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/json.h"
#include "crypto/base/log.h"
#include "workers/executor/task_slots.h"

namespace signet::workers {

/// Nothing that a task says leaves its process but: a phrase that is written in the program,
/// numbers, truth values, and names that the coordinator itself sent with the lease (steps,
/// datasets, columns:
/// `"name"` in quotes somewhere in the payload). Any other text, so whatever could stem from a row,
/// becomes "[text]" here. And not too much of it: kBurst lines at once, kPerSecond in the long run,
/// kLinesMax in all; those left out are counted, and the next line tells how many.
class TaskLog {
 public:
  static constexpr int64_t kBurst = 40;
  static constexpr int64_t kPerSecond = 20;
  static constexpr int64_t kLinesMax = 2'000;
  static constexpr size_t kFactsMax = 12;

  /// `payload` must outlive the log.
  explicit TaskLog(ByteView payload) : payload_(AsText(payload)) {}

  /// The line as it may leave; its fence is not set. False when it is one too many.
  bool Take(LogLevel level,
            std::string_view event,
            const Json& facts,
            int64_t monotonic_micros,
            TaskLine& line);
  /// Lines left out since the last that was not.
  [[nodiscard]] uint32_t dropped() const { return dropped_; }

 private:
  [[nodiscard]] Json Redacted(const Json& facts) const;
  [[nodiscard]] bool IsKnown(std::string_view word) const;

  std::string_view payload_;
  int64_t lines_ = 0;
  int64_t allowance_ = kBurst * 1'000'000;  ///< millionths of a line
  int64_t last_ = -1;
  uint32_t dropped_ = 0;
};

/// Whether the line is of the form that Take gives: what a coordinator checks of a worker's line.
bool IsTaskLine(const TaskLine& line);

void EncodeTaskLine(const TaskLine& line, Bytes& to);
/// kCorrupt for what is no line of a task.
Status DecodeTaskLine(ByteView bytes, TaskLine& line);

}  // namespace signet::workers
