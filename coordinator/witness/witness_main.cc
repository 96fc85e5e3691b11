// signet-witness: cosigns checkpoints of logs that only grow.
#include "coordinator/witness/witness_command.h"

int main(int argc, char** argv) {
  return signet::coordinator::RunWitnessCommand(argc, argv);
}
