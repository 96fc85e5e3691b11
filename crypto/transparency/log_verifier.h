/// Verifies a whole log with the public key alone: every entry, every tile, the root, and that it
/// extends an older checkpoint.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/transparency/checkpoint.h"
#include "crypto/transparency/tiles.h"

namespace signet::crypto {

/// Where a log's bytes lie: files (below) or a store (crypto/audit).
class LogSource {
 public:
  LogSource() = default;
  LogSource(const LogSource&) = delete;
  LogSource& operator=(const LogSource&) = delete;
  virtual ~LogSource() = default;

  /// The last signed checkpoint's note.
  virtual Result<std::string> CheckpointNote() = 0;
  /// The first `width` entries of bundle `index`, or more.
  virtual Result<Bytes> EntryBundle(uint64_t index, uint64_t width) = 0;
  /// The tile's `id.width` hashes, or none when this source does not keep that tile.
  virtual Result<std::optional<Bytes>> HashTile(const TileId& id) = 0;
};

/// A folder of C2SP tlog-tiles files: `checkpoint`, `tile/...`. A full file stands for its partial
/// ones. A missing file is kCorrupt.
class FolderLog final : public LogSource {
 public:
  explicit FolderLog(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Result<std::string> CheckpointNote() override;
  Result<Bytes> EntryBundle(uint64_t index, uint64_t width) override;
  Result<std::optional<Bytes>> HashTile(const TileId& id) override;

 private:
  Result<Bytes> Read(const std::string& partial, const std::string& full);

  std::filesystem::path folder_;
};

/// What hashing a log gave.
struct LogHashes {
  std::vector<Digest> roots;  ///< of the sizes asked for, in their order
  uint64_t tiles = 0;         ///< hash tiles that were compared
};

/// Hashes entries [0, size), each of which must be JSON that carries its own index, and compares
/// every tile of a tree of `size`. `sizes` ascend and are not above `size`. Holds one bundle at a
/// time. kCorrupt names the first thing that is wrong.
Result<LogHashes> HashLog(LogSource& log, uint64_t size, const std::vector<uint64_t>& sizes);

struct LogVerification {
  Checkpoint checkpoint;
  std::optional<Checkpoint> since;  ///< the older checkpoint that this log was shown to extend
  uint64_t tiles = 0;
};

/// Verifies the checkpoint's signature and HashLog up to it. With `since` (an older checkpoint's
/// note): also that the log extends it.
Result<LogVerification> VerifyLog(LogSource& log,
                                  const VerifierKey& key,
                                  const std::optional<std::string>& since = std::nullopt);

}  // namespace signet::crypto
