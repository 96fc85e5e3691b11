/// The zygote: forks one process for each task and tells how each ended.
#pragma once

#include "workers/executor/child_slots.h"
#include "workers/executor/task_slots.h"

namespace signet::workers {

/// The zygote's whole life, in the process forked for it; `control` is its end of the socket.
[[noreturn]] void RunZygote(int control,
                            const TaskRunner& runner,
                            const TaskLimits& limits,
                            int parent);

}  // namespace signet::workers
