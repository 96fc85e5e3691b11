// signet-witness: cosigns checkpoints of logs that only grow.
#include <cstdio>
#include <exception>

#include "coordinator/witness/witness_command.h"

int main(int argc, char** argv) try {
  return signet::coordinator::RunWitnessCommand(argc, argv);
} catch (const std::exception&) {
  // Its text may quote what a peer sent.
  (void)std::fputs("internal error: an exception reached main\n", stderr);
  return 70;
}
