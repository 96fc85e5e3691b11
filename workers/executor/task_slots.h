/// TaskSlots: where an agent's tasks run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/log.h"
#include "crypto/base/status.h"

namespace signet::workers {

/// Tells how far a task is, 0 ... 1. Cheap to call often.
using ProgressFn = std::function<void(double)>;
/// The work itself: a payload in, a result out. Runs in the task's own process.
using TaskRunner = std::function<Result<Bytes>(ByteView payload, const ProgressFn& progress)>;
/// Makes what every task's process begins with. Runs once, in the zygote, before its first task;
/// it leaves no thread behind, and sees neither a task nor a key.
using TaskPreparation = std::function<void()>;

struct TaskEnd {
  uint64_t fence = 0;
  Status status;
  Bytes result;  ///< when the status is ok
};

struct TaskPulse {
  uint64_t fence = 0;
  double progress = 0;
  int64_t cpu_ms = 0;
};

/// What a running task said: our own words, numbers, and names that came with its lease (TaskLog).
struct TaskLine {
  uint64_t fence = 0;
  LogLevel level = LogLevel::kInfo;
  std::string event;
  std::string facts;     ///< a flat JSON object; empty = none
  uint32_t dropped = 0;  ///< lines before it that were left out
};

/// Starts, watches and kills tasks, named by their leases' fences. Belongs to one thread; nothing
/// here waits.
class TaskSlots {
 public:
  virtual ~TaskSlots() = default;
  /// Begins a task; its payload is wiped once handed over. kUnavailable when it cannot start.
  virtual Status Start(uint64_t fence, Bytes payload) = 0;
  /// Ends a task: it is interrupted, which takes effect when it next reports progress, and killed
  /// (SIGKILL) if it has not ended within 2 s. No end is reported. Unknown fences are ignored.
  virtual void Kill(uint64_t fence) = 0;
  /// The tasks that ended since the last call.
  virtual std::vector<TaskEnd> TakeEnded() = 0;
  virtual std::vector<TaskPulse> Pulses() = 0;
  /// What tasks have said since the last call.
  virtual std::vector<TaskLine> TakeLines() { return {}; }
  /// Descriptors whose readability means that TakeEnded may have something.
  virtual std::vector<int> Descriptors() = 0;
};

}  // namespace signet::workers
