/// Evidence: what is kept of a log that was found forked, rolled back or damaged.
#pragma once

#include <filesystem>
#include <string>

#include "crypto/base/clock.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"

namespace signet::crypto {

/// What was found, for the file: checkpoints as they were signed, sizes and roots; nothing
/// personal.
struct LogEvidence {
  std::string finding;     ///< the error that was told
  std::string origin;      ///< the log's name
  std::string key;         ///< its verifier key
  std::string remembered;  ///< the checkpoint kept outside the store, or empty
  std::string stored;      ///< the store's last checkpoint, or empty
  std::string witnessed;   ///< what a witness said, or empty
  Json facts;              ///< sizes and roots of what the store holds now
};

/// Writes FOLDER/<time>-<first 16 hex digits of its SHA-256>.json (0644), durable once it returns:
/// the file's path. Files there are never overwritten.
Result<std::filesystem::path> WriteEvidence(const std::filesystem::path& folder,
                                            const LogEvidence& evidence,
                                            Timestamp now);

/// `found` with the evidence's path in its remedy; the evidence is written first. Where it cannot
/// be written, the remedy says so.
Status WithEvidence(const Status& found,
                    const std::filesystem::path& folder,
                    LogEvidence evidence,
                    Timestamp now);

}  // namespace signet::crypto
