/// Fast read access to DuckDB's column vectors, without DuckDB's header.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/status.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines::query {

/// Rows that a chunk holds at most (DuckDB's vector size).
inline constexpr size_t kChunkRows = 2048;

/// How a vector's values lie in memory.
enum class Physical {
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kInt128,
  kFloat,
  kDouble,
  kText
};

/// One column of a result.
struct ResultColumn {
  std::string name;
  ColumnType type = ColumnType::kText;
  Physical physical = Physical::kText;
  int64_t factor = 1;  ///< stored integer * factor = our unit (decimals of a smaller scale)
};

/// One vector of up to kChunkRows values. Valid until the chunk's next Next(), or, for a function's
/// arguments, during the call. Reading a NULL's value gives garbage: ask IsNull first.
class ColumnView {
 public:
  ColumnView(ColumnType type,
             Physical physical,
             int64_t factor,
             const void* data,
             const uint64_t* validity)
      : data_(data), validity_(validity), factor_(factor), type_(type), physical_(physical) {}

  [[nodiscard]] ColumnType type() const { return type_; }
  [[nodiscard]] bool all_valid() const { return validity_ == nullptr; }
  [[nodiscard]] bool IsNull(size_t row) const {
    return validity_ != nullptr && (validity_[row / 64] >> (row % 64) & 1U) == 0;
  }
  [[nodiscard]] bool Bool(size_t row) const { return At<uint8_t>(row) != 0; }
  /// Integers, dates (days), timestamps (micros UTC), decimals (units of 1/10000).
  [[nodiscard]] int64_t Int64(size_t row) const {
    return physical_ == Physical::kInt64 && factor_ == 1 ? At<int64_t>(row) : WideInt64(row);
  }
  /// Doubles as they are; integers and decimals converted.
  [[nodiscard]] double Double(size_t row) const {
    return physical_ == Physical::kDouble ? At<double>(row) : WideDouble(row);
  }
  /// The text or blob, not copied.
  [[nodiscard]] std::string_view Text(size_t row) const {
    // duckdb_string_t: uint32 length, then 12 bytes of text or a 4-byte prefix and a pointer.
    const char* cell = static_cast<const char*>(data_) + row * 16;
    uint32_t length = 0;
    std::memcpy(&length, cell, sizeof(length));
    if (length <= 12) return {cell + 4, length};
    const char* text = nullptr;
    std::memcpy(&text, cell + 8, sizeof(text));
    return {text, length};
  }
  [[nodiscard]] ByteView Blob(size_t row) const { return AsBytes(Text(row)); }
  [[nodiscard]] Uuid GetUuid(size_t row) const {
    // A hugeint, low word first, whose top bit DuckDB flips so that UUIDs sort as text.
    Uuid uuid{};
    const uint64_t low = __builtin_bswap64(At<uint64_t>(row * 2));
    const uint64_t high = __builtin_bswap64(At<uint64_t>(row * 2 + 1) ^ (uint64_t{1} << 63));
    std::memcpy(uuid.data(), &high, 8);
    std::memcpy(uuid.data() + 8, &low, 8);
    return uuid;
  }

  /// The values in place, `rows` of them. CHECKs that they are stored as 64-bit integers / doubles.
  [[nodiscard]] std::span<const int64_t> Int64s(size_t rows) const;
  [[nodiscard]] std::span<const double> Doubles(size_t rows) const;
  /// Whether Int64s may be called (integers of 64 bits, timestamps, DECIMAL(18,4)).
  [[nodiscard]] bool has_int64s() const { return physical_ == Physical::kInt64 && factor_ == 1; }

 private:
  template <typename T>
  [[nodiscard]] T At(size_t index) const {
    T value;
    std::memcpy(&value, static_cast<const char*>(data_) + index * sizeof(T), sizeof(T));
    return value;
  }
  [[nodiscard]] int64_t WideInt64(size_t row) const;
  [[nodiscard]] double WideDouble(size_t row) const;

  const void* data_;
  const uint64_t* validity_;
  int64_t factor_;
  ColumnType type_;
  Physical physical_;
};

/// Up to kChunkRows rows of a result.
class Chunk {
 public:
  Chunk();
  ~Chunk();
  Chunk(Chunk&&) noexcept;
  Chunk& operator=(Chunk&&) noexcept;
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;

  [[nodiscard]] size_t size() const { return rows_; }
  [[nodiscard]] size_t columns() const { return views_.size(); }
  [[nodiscard]] const ColumnView& column(size_t c) const { return views_[c]; }

  [[nodiscard]] bool IsNull(size_t c, size_t r) const { return views_[c].IsNull(r); }
  [[nodiscard]] bool Bool(size_t c, size_t r) const { return views_[c].Bool(r); }
  [[nodiscard]] int64_t Int64(size_t c, size_t r) const { return views_[c].Int64(r); }
  [[nodiscard]] double Double(size_t c, size_t r) const { return views_[c].Double(r); }
  [[nodiscard]] std::string_view Text(size_t c, size_t r) const { return views_[c].Text(r); }
  [[nodiscard]] ByteView Blob(size_t c, size_t r) const { return views_[c].Blob(r); }
  [[nodiscard]] Uuid GetUuid(size_t c, size_t r) const { return views_[c].GetUuid(r); }

 private:
  friend class Rows;
  struct Handle;  // owns the duckdb_data_chunk
  std::unique_ptr<Handle> handle_;
  size_t rows_ = 0;
  std::vector<ColumnView> views_;
};

/// A result that is read chunk by chunk while DuckDB computes it: memory is bounded by the query,
/// not by the rows read. One result at a time per connection. A result dropped before its end is
/// rolled back with whatever its scan recorded (rejected rows).
class Rows {
 public:
  ~Rows();
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  [[nodiscard]] const std::vector<ResultColumn>& columns() const { return columns_; }
  /// Fills `chunk` with the next rows; false at the end. Errors of the query surface here.
  /// kInvalid when a number needs more than 64 bits.
  Result<bool> Next(Chunk& chunk);

 private:
  friend class Connection;
  struct Handle;
  explicit Rows(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
  std::vector<ResultColumn> columns_;
};

}  // namespace signet::pipelines::query
