/// The lookup index of one snapshot version: a sealed table (RocksDB) built from the members.
///
/// Nothing plain on disk: a row's key is the first 16 bytes of HMAC(index key, 'T' || token) or
/// HMAC(index key, 'I' || identifier); its value (8 bytes of segment bits, or a token) is sealed
/// with AES-256-GCM, nonce and associated data being the row's key. Both keys are random, made for
/// this index alone and kept in memory: the files die with the process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/entropy.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// Reading is safe from any thread.
class SegmentIndex {
 public:
  /// Builds the index from encoded members (pipelines/snapshots/members.h) in the new folder
  /// `path`: writes a sorted SST file, then ingests it in one step. A folder that is already there
  /// is kConflict; a full or read-only disk kUnavailable.
  static Result<std::unique_ptr<SegmentIndex>> Build(const std::filesystem::path& path,
                                                     ByteView members,
                                                     Entropy& entropy);
  /// Removes the folder.
  ~SegmentIndex();
  SegmentIndex(const SegmentIndex&) = delete;
  SegmentIndex& operator=(const SegmentIndex&) = delete;

  /// The token's segment bits; 0 when it is not there. kCorrupt for a changed value.
  [[nodiscard]] Result<uint64_t> SegmentsOf(const Uuid& token) const;
  /// The bits of each token, in order.
  Status SegmentsOf(std::span<const Uuid> tokens, std::span<uint64_t> bits) const;
  /// The token whose released identifier this is.
  [[nodiscard]] Result<std::optional<Uuid>> TokenOf(std::string_view identifier) const;

 private:
  struct Impl;
  explicit SegmentIndex(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::coordinator
