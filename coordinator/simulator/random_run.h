/// Random runs for the simulator.
#pragma once

#include "coordinator/scheduler/run_spec.h"
#include "coordinator/simulator/dice.h"

namespace signet::coordinator {

/// Of every shared pool of a random run.
inline constexpr int kSharedPoolLimit = 2;

/// A valid DAG of 1 to 6 steps with 1 to 6 tasks each and every feature of RunSpec.
RunSpec RandomRun(int number, Dice& dice);

}  // namespace signet::coordinator
