/// The command `signet-verify`: its arguments, its checks, its words.
#pragma once

#include <string>
#include <vector>

namespace signet::crypto {

/// What the program prints, and its exit code (DESIGN section 10).
struct VerifyOutcome {
  int exit_code = 0;
  std::string out;    ///< for standard output
  std::string error;  ///< for standard error
};

/// Runs `signet-verify ARGUMENTS...` (without the program's name). Reads files, writes none.
///
///   signet-verify DIR --key K [--since CHECKPOINT]       an exported log
///   signet-verify proof FILE --key K --entry FILE        a receipt of one entry
///
/// K is a verifier key, or a file that holds one. Exit codes: 0 verified, 1 input that cannot be
/// read, 2 usage, 5 the log or receipt is wrong.
VerifyOutcome RunVerifyCommand(const std::vector<std::string>& arguments);

}  // namespace signet::crypto
