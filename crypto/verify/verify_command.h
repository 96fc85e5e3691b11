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
///   signet-verify DIR TRUST [--since CHECKPOINT] [--pruned-below N]      an exported log
///   signet-verify proof FILE TRUST --entry FILE                          a receipt of one entry
///   signet-verify snapshot FOLDER TRUST                                  a served version
///   signet-verify plan PLAN.json TRUST --proof FILE --entry FILE         a plan
///
/// TRUST is `--key K` (a verifier key, or a file that holds one) or `--policy FILE` (tlog-policy).
/// Exit codes: 0 verified, 1 input that cannot be read, 2 usage, 5 what was verified is wrong, or
/// not under the policy's quorum.
VerifyOutcome RunVerifyCommand(const std::vector<std::string>& arguments);

}  // namespace signet::crypto
