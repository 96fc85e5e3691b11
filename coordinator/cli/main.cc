#include "coordinator/cli/commands.h"

int main(int argc, char** argv) {
  return signet::coordinator::RunCli(argc, argv);
}
