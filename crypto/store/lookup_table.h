/// LookupTable: a read-only table for fast lookups, built once from sorted rows as RocksDB SST
/// files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"

namespace signet::crypto {

/// Rows are stored as given: the caller seals what must not be plain on disk. Reading is safe from
/// any thread.
class LookupTable {
 public:
  /// Takes one row; keys strictly ascend (by bytes), else kInvalid.
  using RowSink = std::function<Status(ByteView key, ByteView value)>;
  /// Receives the value of `keys[index]`, valid during the call.
  using ValueVisitor = std::function<Status(size_t index, ByteView value)>;

  /// Keys that one read of the table looks up together.
  static constexpr size_t kBatchMax = 256;

  /// Builds the table in the new folder `path`: `rows` gives every row to the sink; the sorted file
  /// is then ingested in one step. kConflict when the folder is there already; kUnavailable with a
  /// remedy for a full or read-only disk.
  static Result<std::unique_ptr<LookupTable>> Build(
      const std::filesystem::path& path, const std::function<Status(const RowSink&)>& rows);

  ~LookupTable();
  LookupTable(const LookupTable&) = delete;
  LookupTable& operator=(const LookupTable&) = delete;

  /// Visits the value of each key that is there, in order of the keys given.
  Status Find(std::span<const ByteView> keys, const ValueVisitor& visit) const;

 private:
  class Impl;
  explicit LookupTable(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::crypto
