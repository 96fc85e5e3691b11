/// Sealed cells by (subject, text): a person's number stands in many rows of a file, but is sealed
/// once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"

namespace signet::pipelines {

/// For cells of one column, which are a function of subject and text (AES-SIV). One thread at a
/// time. Memory is bounded by `bytes_max` and wiped at the end: it holds plain text. When it is
/// full, nothing more is kept.
class CellCache {
 public:
  explicit CellCache(size_t bytes_max = size_t{256} << 20);
  ~CellCache();
  CellCache(const CellCache&) = delete;
  CellCache& operator=(const CellCache&) = delete;

  /// The cell that was added for exactly this subject and text; valid as long as the cache.
  [[nodiscard]] std::optional<ByteView> Find(const SubjectId& subject, std::string_view text) const;
  /// Not for a pair that Find knows.
  void Add(const SubjectId& subject, std::string_view text, ByteView cell);
  [[nodiscard]] size_t size() const { return size_; }

 private:
  /// subject (16 bytes) | u32 size of text | u32 size of cell | text | cell
  struct Entry {
    uint64_t hash = 0;
    const uint8_t* at = nullptr;  ///< null: free
  };

  uint8_t* Reserve(size_t bytes);
  void Grow();

  size_t bytes_left_;
  size_t size_ = 0;
  std::vector<Entry> slots_;                        // a power of two, at most half full
  std::vector<std::unique_ptr<uint8_t[]>> blocks_;  // kBlockBytes each
  size_t used_;                                     // of the last block
};

}  // namespace signet::pipelines
