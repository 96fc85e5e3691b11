/// Tasks in child processes: each attempt in a process of its own, forked from a zygote.
#pragma once

#include <cstdint>
#include <memory>

#include "crypto/base/status.h"
#include "workers/executor/task_slots.h"

namespace signet::workers {

/// Limits of a task's process; 0 = none.
struct TaskLimits {
  uint64_t memory_bytes_max = 0;  ///< RLIMIT_DATA
  uint64_t file_bytes_max = 0;    ///< RLIMIT_FSIZE
  uint64_t descriptors_max = 0;   ///< RLIMIT_NOFILE
};

/// Forks the zygote: a single-threaded image of this process, from which each task's process is
/// forked. Call it before any thread starts and before any secret is read, so that no task ever
/// holds the worker's own keys.
///
/// A task's process: not dumpable, dies with the zygote, which dies with the agent (PDEATHSIG);
/// ignores SIGINT and SIGTERM; standard input and output are /dev/null; gets its payload and gives
/// its result through a socket pair. A process that ends without a result fails its task with
/// kUnavailable and the way it ended.
Result<std::unique_ptr<TaskSlots>> StartChildSlots(const TaskRunner& runner,
                                                   TaskLimits limits,
                                                   const TaskPreparation& prepare = {});

}  // namespace signet::workers
