/// LogSource: where the bytes of a log lie; FolderLog: tlog-tiles files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "crypto/base/bytes.h"
#include "crypto/transparency/tiles.h"

namespace signet::crypto {

/// Where a log's bytes lie: files (below) or a store (crypto/audit). All functions may be called
/// from several threads at a time.
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

}  // namespace signet::crypto
