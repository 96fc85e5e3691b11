/// The zygote: forks one process for each task and tells how each ended.
#pragma once

#include "workers/executor/child_slots.h"
#include "workers/executor/task_slots.h"

namespace signet::workers {

/// What a zygote is for; all of it outlives the zygote.
struct ZygoteWork {
  const TaskRunner& runner;
  const TaskLimits& limits;
  const TaskPreparation& prepare;  ///< may be empty
};

/// The zygote's whole life, in the process forked for it; `control` is its end of the socket.
[[noreturn]] void RunZygote(int control, const ZygoteWork& work, int parent);

}  // namespace signet::workers
