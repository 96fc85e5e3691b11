// signet-verify: judges an exported audit log without trusting who wrote it.
#include <cstdio>
#include <string>
#include <vector>

#include "crypto/verify/verify_command.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const signet::crypto::VerifyOutcome outcome = signet::crypto::RunVerifyCommand(arguments);
  std::fputs(outcome.out.c_str(), stdout);
  std::fputs(outcome.error.c_str(), stderr);
  return outcome.exit_code;
}
