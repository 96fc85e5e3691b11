/// What a dataset is made of: kinds, columns with labels, sealed pieces, and the digest of its
/// rows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "policies/model/label.h"

namespace signet::pipelines {

/// The stations of a record (DESIGN section 2). kRaw exists in memory only.
enum class DatasetKind {
  kRaw,
  kTokenised,
  kGoverned,
  kFeatures,
  kScores,
  kSegment,
  kSnapshot,
  kReference,  ///< no subject, broadcast to every partition
  kModel,
  kAggregate,
  kIdentity,
  kFacts,
  kView,
};

/// "governed", "features", ...
std::string_view DatasetKindName(DatasetKind kind);
/// kInvalid for a name that is no kind.
Result<DatasetKind> DatasetKindFromName(std::string_view name);

/// How a value is held. Money is always kDecimal.
enum class ColumnType {
  kBool,
  kInt64,
  kDouble,
  kDecimal,    ///< DECIMAL(18,4); as an int64 in units of 1/10000
  kDate,       ///< days since 1970-01-01
  kTimestamp,  ///< microseconds since 1970-01-01T00:00:00Z
  kText,       ///< UTF-8
  kUuid,       ///< SubjectIds, link values, tokens
  kBytes,
};

/// "bool", "int", "double", "decimal", "date", "timestamp", "text", "uuid", "bytes".
std::string_view ColumnTypeName(ColumnType type);
/// Inverse of ColumnTypeName; kInvalid with "did you mean".
Result<ColumnType> ColumnTypeFromName(std::string_view name);
/// DuckDB's name: "BOOLEAN", "BIGINT", "DOUBLE", "DECIMAL(18,4)", "DATE", "TIMESTAMP", "VARCHAR",
/// "UUID", "BLOB".
std::string_view SqlTypeOf(ColumnType type);

/// The column that names the person, always first and always a kUuid.
inline constexpr std::string_view kSubjectColumn = "subject";

struct Column {
  std::string name;
  ColumnType type = ColumnType::kText;
  policies::Label label;
  friend bool operator==(const Column&, const Column&) = default;
};

/// Columns in order, names unique.
struct Schema {
  std::vector<Column> columns;

  /// The column of that name, or nullptr.
  [[nodiscard]] const Column* Find(std::string_view name) const;
  /// The position of that name, or nothing.
  [[nodiscard]] std::optional<size_t> IndexOf(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> Names() const;
  /// Those of `names`, in that order; kNotFound for a name that is no column.
  [[nodiscard]] Result<Schema> Select(const std::vector<std::string>& names) const;
  /// A list of {name, type, label}: canonical, so that its digest is stable.
  [[nodiscard]] Json ToJson() const;
  /// kInvalid for a duplicate or empty name, or an unknown type.
  static Result<Schema> FromJson(const Json& json);
  friend bool operator==(const Schema&, const Schema&) = default;
};

/// One sealed stream of a piece: the columns of one label class, leased under one key.
struct Stream {
  policies::LabelClass label_class = policies::LabelClass::kOrdinary;
  std::vector<std::string> columns;
  std::string header_digest;  ///< hex; the context under which the stream is sealed
  std::string blob_digest;    ///< hex SHA-256 of the ciphertext; its address in the store
  uint64_t bytes = 0;         ///< of ciphertext
  DekId dek;

  [[nodiscard]] Json ToJson() const;
  static Result<Stream> FromJson(const Json& json);
};

/// Rows of a dataset that one task wrote for one partition.
struct Piece {
  std::string dataset;
  DatasetKind kind = DatasetKind::kFeatures;
  int partition = -1;    ///< -1: not partitioned
  std::string producer;  ///< "run/step/task"
  uint64_t rows = 0;
  std::string content;  ///< hex MultisetDigest of the rows; empty where none was asked for
  std::vector<Stream> streams;

  [[nodiscard]] Json ToJson() const;
  static Result<Piece> FromJson(const Json& json);
};

/// A digest of a multiset of rows: the sum of the rows' keyed digests modulo 2^256, and their count
/// (MSet-Add-Hash of Clarke, Devadas, van Dijk, Gassend and Suh, ASIACRYPT 2003, without its random
/// blinding: equal rows must give equal digests). Independent of order, pieces and partitions.
/// It is only as secret as the key of the rows' digests.
class MultisetDigest {
 public:
  /// Adds one row's HMAC.
  void Add(const std::array<uint8_t, 32>& row);
  void Merge(const MultisetDigest& other);
  [[nodiscard]] uint64_t count() const { return count_; }
  /// 80 hexadecimal digits: the sum (32 bytes, big-endian) and the count (8 bytes, big-endian).
  [[nodiscard]] std::string Hex() const;
  /// kCorrupt unless it is what Hex gives.
  static Result<MultisetDigest> FromHex(std::string_view text);
  friend bool operator==(const MultisetDigest&, const MultisetDigest&) = default;

 private:
  std::array<uint64_t, 4> sum_{};  ///< least significant word first
  uint64_t count_ = 0;
};

/// The digest of a dataset: the merged digests of its pieces. kCorrupt if a piece's is malformed.
Result<MultisetDigest> ContentOf(const std::vector<Piece>& pieces);

}  // namespace signet::pipelines
