/// Verifies a whole exported log (C2SP tlog-tiles files) with the public key alone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/transparency/checkpoint.h"
#include "crypto/transparency/tiles.h"

namespace signet::crypto {

/// Reads one file of the log by its path below the log's folder; kNotFound when it is absent.
using LogFileSource = std::function<Result<Bytes>(const std::string& path)>;

struct LogVerification {
  Checkpoint checkpoint;
  std::optional<Checkpoint> since;  ///< the older checkpoint that this log was shown to extend
  uint64_t tiles = 0;               ///< hash tiles compared
};

/// Reads `checkpoint`, verifies its signature, hashes every entry, and compares every tile and the
/// root. With `since` (an older checkpoint's note): also that the log extends it. Holds one bundle
/// at a time. kCorrupt names the first thing that is wrong.
Result<LogVerification> VerifyLog(const LogFileSource& files,
                                  const VerifierKey& key,
                                  const std::optional<std::string>& since = std::nullopt);

}  // namespace signet::crypto
