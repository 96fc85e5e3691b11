/// Sealed cells by (subject, text): a person's number stands in many rows of a file, but is sealed
/// once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
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

  /// What a cell is found by. `text` must outlive the key.
  struct Key {
    Key(const SubjectId& subject, std::string_view text);
    SubjectId subject;
    std::string_view text;
    uint64_t hash;
  };

  /// Asks for the memory that Find will read: once for a chunk of rows, before its first Find.
  void Prefetch(std::span<const Key> keys) const;
  /// The cell that was added for exactly this subject and text; valid as long as the cache.
  [[nodiscard]] std::optional<ByteView> Find(const Key& key) const;
  /// Not for a key that Find knows.
  void Add(const Key& key, ByteView cell);
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
