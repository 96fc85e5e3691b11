#include "crypto/transparency/log_verifier.h"

#include <string>
#include <vector>

#include "crypto/base/text.h"

namespace signet::crypto {
namespace {

std::string Count(uint64_t n) {
  return WithThousands(static_cast<int64_t>(n));
}

}  // namespace

Result<LogVerification> VerifyLog(LogSource& log,
                                  const VerifierKey& key,
                                  const LogVerifyOptions& options) {
  ASSIGN_OR_RETURN(const std::string note, log.CheckpointNote());
  const Result<Checkpoint> checkpoint = OpenCheckpoint(note, key);
  if (!checkpoint.ok()) return checkpoint.status().WithContext("checkpoint");
  LogVerification result;
  result.checkpoint = *checkpoint;
  std::vector<uint64_t> sizes;
  if (options.since.has_value()) {
    const Result<Checkpoint> older = OpenCheckpoint(*options.since, key);
    if (!older.ok()) return older.status().WithContext("the older checkpoint");
    if (older->size > checkpoint->size) {
      return Corrupt("the log has " + Count(checkpoint->size) + " entries, fewer than the " +
                     Count(older->size) + " of the older checkpoint");
    }
    result.since = *older;
    sizes.push_back(older->size);
  }
  sizes.push_back(checkpoint->size);
  ASSIGN_OR_RETURN(const LogHashes hashes,
                   HashLog(log, checkpoint->size, sizes, options.pruned_below, options.threads));
  if (hashes.roots.back() != checkpoint->root) {
    return Corrupt("the entries do not hash to the checkpoint's root");
  }
  if (result.since.has_value() && hashes.roots.front() != result.since->root) {
    return Corrupt("the log was rewritten: its first " + Count(result.since->size) +
                   " entries are not those of the older checkpoint");
  }
  result.tiles = hashes.tiles;
  return result;
}

}  // namespace signet::crypto
