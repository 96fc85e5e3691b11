/// The lookup index of one snapshot version: sealed RocksDB tables built from the members.
///
/// Nothing plain on disk: a row's key is the first 16 bytes of HMAC(index key, 'T' or 'I' || token or
/// identifier); its value is sealed (AES-256-GCM) with the key as associated data.
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
#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// Reading is safe from any thread.
class SegmentIndex {
 public:
  /// Builds the index from encoded members (pipelines/snapshots/members.h) in the new folder
  /// `path`: writes sorted SST files, then ingests them in one step. A folder that is already there
  /// is kConflict.
  static Result<std::unique_ptr<SegmentIndex>> Build(const std::filesystem::path& path,
                                                     const SecretBytes& index_key, ByteView members,
                                                     Entropy& entropy);
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
