/// Verifies a whole log with the public key alone: every entry, every tile, the root, and that it
/// extends an older checkpoint.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/transparency/checkpoint.h"
#include "crypto/transparency/log_hashing.h"
#include "crypto/transparency/log_source.h"

namespace signet::crypto {

struct LogVerification {
  Checkpoint checkpoint;
  std::optional<Checkpoint> since;  ///< the older checkpoint that this log was shown to extend
  uint64_t tiles = 0;
};

/// How to verify a log.
struct LogVerifyOptions {
  std::optional<std::string> since;  ///< an older checkpoint's note, which the log must extend
  uint64_t pruned_below = 0;         ///< see HashLog
  unsigned threads = 0;              ///< see HashLog
};

/// Verifies the checkpoint's signature and HashLog up to it. With `since`: also that the log
/// extends it.
Result<LogVerification> VerifyLog(LogSource& log,
                                  const VerifierKey& key,
                                  const LogVerifyOptions& options = {});

}  // namespace signet::crypto
