/// The whole of a worker program but the work itself.
#pragma once

#include "workers/executor/task_slots.h"

namespace signet::workers {

/// Reads the command line (--help prints it), hardens the process, forks the zygote that runs tasks
/// with `runner` on what `prepare` made ready, joins the coordinator and serves until it has left.
/// Returns the exit code; says on stderr what went wrong. Call it first in main, while no other
/// thread runs.
int WorkerMain(int argc,
               char** argv,
               const TaskRunner& runner,
               const TaskPreparation& prepare = {});

}  // namespace signet::workers
