#include "pipelines/artifacts/piece_writer.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "pipelines/artifacts/canonical_rows.h"
#include "pipelines/artifacts/stream_file.h"

namespace signet::pipelines {
namespace {

constexpr int kPartitionsMax = 4096;

/// Rows to write: a table that can be scanned several times, and maybe a condition.
struct Rowset {
  std::string table;  ///< quoted
  std::string where;  ///< " WHERE ..." or empty
};

std::string ColumnList(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + SqlName(name);
  return list;
}

/// Each column as exactly its type: an integer sum is wider in SQL than in a dataset.
std::string TypedList(const Schema& schema) {
  std::string list;
  for (const Column& column : schema.columns) {
    list += (list.empty() ? "" : ", ") + ("CAST(" + SqlName(column.name)) + " AS " +
            std::string(SqlTypeOf(column.type)) + ") AS " + SqlName(column.name);
  }
  return list;
}

/// Drops the table that a SELECT was computed into.
class TemporaryTable {
 public:
  explicit TemporaryTable(query::Connection& connection) : connection_(connection) {}
  TemporaryTable(const TemporaryTable&) = delete;
  TemporaryTable& operator=(const TemporaryTable&) = delete;
  ~TemporaryTable() {
    if (!name_.empty()) (void)connection_.Execute("DROP TABLE IF EXISTS " + SqlName(name_));
  }
  Status Fill(const std::string& select) {
    static std::atomic<uint64_t> counter = 0;
    const std::string name = "signet_piece_" + std::to_string(++counter);
    TRY(connection_.Execute("CREATE TEMP TABLE " + SqlName(name) + " AS " + select));
    name_ = name;
    return OkStatus();
  }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  query::Connection& connection_;
  std::string name_;
};

bool StartsWithWord(std::string_view text, std::string_view word) {
  if (text.size() <= word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if (std::toupper(static_cast<unsigned char>(text[i])) != word[i]) return false;
  }
  return std::isalnum(static_cast<unsigned char>(text[word.size()])) == 0 &&
         text[word.size()] != '_';
}

bool IsSelect(std::string_view text) {
  text = Trim(text);
  if (text.starts_with("(")) return true;
  return StartsWithWord(text, "SELECT") || StartsWithWord(text, "WITH") ||
         StartsWithWord(text, "FROM");
}

/// A stored table is scanned in place; a view or SELECT is computed once, since several scans
/// follow.
Result<std::string> ScannableTable(query::Connection& connection,
                                   const std::string& source,
                                   TemporaryTable& temporary) {
  std::string select = source;
  if (!IsSelect(source)) {
    ASSIGN_OR_RETURN(
        const int64_t stored,
        connection.QueryInt64("SELECT count(*) FROM duckdb_tables() WHERE table_name = " +
                              SqlLiteral(source)));
    if (stored > 0) return SqlName(source);
    select = "SELECT * FROM " + SqlName(source);
  }
  TRY(temporary.Fill(select));
  return SqlName(temporary.name());
}

Status CheckColumns(query::Connection& connection, const std::string& table, const Schema& schema) {
  if (schema.columns.empty()) return Invalid("a dataset needs a column");
  ASSIGN_OR_RETURN(const std::vector<query::ResultColumn> found,
                   connection.Describe("SELECT " + ColumnList(schema.Names()) + " FROM " + table));
  for (size_t i = 0; i < found.size(); ++i) {
    const Column& want = schema.columns[i];
    if (found[i].type == want.type) continue;
    return Invalid("column '" + want.name + "' is " + std::string(ColumnTypeName(found[i].type)) +
                   ", its schema says " + std::string(ColumnTypeName(want.type)));
  }
  return OkStatus();
}

/// The digest of the rows, in one pass over chunks.
Result<MultisetDigest> DigestOf(query::Connection& connection,
                                const Rowset& rowset,
                                const Schema& schema,
                                const crypto::HmacKey& key) {
  ASSIGN_OR_RETURN(
      const std::unique_ptr<query::Rows> rows,
      connection.Query("SELECT " + TypedList(schema) + " FROM " + rowset.table + rowset.where));
  MultisetDigest digest;
  query::Chunk chunk;
  Bytes scratch;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return digest;
    DigestRows(chunk, key, scratch, digest);
  }
}

/// Seals the columns of one label class.
Result<Stream> WriteStream(query::Connection& connection,
                           const Rowset& rowset,
                           const StreamHeader& header,
                           const LeasedDek& dek,
                           BlobStore& store,
                           Entropy& entropy) {
  ASSIGN_OR_RETURN(const MemoryFile file, MemoryFile::Create("signet-piece"));
  TRY(connection.Execute("COPY (SELECT " + TypedList(header.schema) + " FROM " + rowset.table +
                         rowset.where + ") TO " + SqlLiteral(file.path()) +
                         " (FORMAT parquet, COMPRESSION lz4_raw, USE_TMP_FILE false)"));
  BlobSealer sealer(header, dek, entropy);
  TRY(sealer.AppendFile(file));
  return sealer.Finish(store);
}

Status WriteStreams(query::Connection& connection,
                    const Rowset& rowset,
                    const WriteRequest& request,
                    BlobStore& store,
                    Entropy& entropy,
                    Piece& piece) {
  std::map<policies::LabelClass, Schema> classes;
  for (const Column& column : request.schema.columns) {
    classes[column.label.label_class].columns.push_back(column);
  }
  for (auto& [label_class, schema] : classes) {
    const auto dek = request.deks.find(label_class);
    if (dek == request.deks.end() || dek->second.key == nullptr) {
      return Denied("no key was leased to write " +
                    std::string(policies::LabelClassName(label_class)) + " columns of '" +
                    request.dataset + "'");
    }
    StreamHeader header{request.dataset,
                        request.kind,
                        label_class,
                        request.partition,
                        request.producer,
                        std::move(schema)};
    ASSIGN_OR_RETURN(Stream stream,
                     WriteStream(connection, rowset, header, dek->second, store, entropy));
    piece.streams.push_back(std::move(stream));
  }
  return OkStatus();
}

Piece NewPiece(const WriteRequest& request) {
  Piece piece;
  piece.dataset = request.dataset;
  piece.kind = request.kind;
  piece.partition = request.partition;
  piece.producer = request.producer;
  return piece;
}

/// SQL for a row's partition; registers the function it needs.
Result<std::string> PartitionExpression(query::Connection& connection,
                                        const std::string& column,
                                        int partitions) {
  if (!column.empty()) return SqlName(column) + "::BIGINT";
  const Status registered =
      connection.RegisterFunction({"signet_partition_of",
                                   {ColumnType::kUuid, ColumnType::kInt64},
                                   ColumnType::kInt64,
                                   [](const query::Arguments& in, query::ColumnWriter& out) {
                                     for (size_t r = 0; r < in.rows(); ++r) {
                                       if (in.AnyNull(r)) continue;
                                       const auto n = static_cast<uint32_t>(in[1].Int64(r));
                                       out.SetInt64(r, PartitionOf(SubjectId{in[0].GetUuid(r)}, n));
                                     }
                                     return OkStatus();
                                   }});
  // It may be there already, from an earlier call.
  if (!registered.ok() && registered.code() != StatusCode::kConflict) return registered;
  return "signet_partition_of(" + SqlName(kSubjectColumn) + ", " + std::to_string(partitions) + ")";
}

/// Rows per partition; refuses rows that belong to none.
Result<std::vector<uint64_t>> CountPartitions(query::Connection& connection,
                                              const std::string& table,
                                              const std::string& expression,
                                              int partitions) {
  ASSIGN_OR_RETURN(
      const std::unique_ptr<query::Rows> rows,
      connection.Query("SELECT " + expression + ", count(*) FROM " + table + " GROUP BY 1"));
  std::vector<uint64_t> counts(static_cast<size_t>(partitions), 0);
  query::Chunk chunk;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return counts;
    for (size_t r = 0; r < chunk.size(); ++r) {
      const int64_t partition = chunk.IsNull(0, r) ? -1 : chunk.Int64(0, r);
      if (partition < 0 || partition >= partitions) {
        return Invalid("a row belongs to no partition: " + std::to_string(chunk.Int64(1, r)) +
                       " such rows");
      }
      counts[static_cast<size_t>(partition)] += static_cast<uint64_t>(chunk.Int64(1, r));
    }
  }
}

/// The digests of all partitions in one pass.
Status DigestPartitions(query::Connection& connection,
                        const std::string& table,
                        const std::string& expression,
                        const Schema& schema,
                        const crypto::HmacKey& key,
                        std::vector<MultisetDigest>& digests) {
  ASSIGN_OR_RETURN(
      const std::unique_ptr<query::Rows> rows,
      connection.Query("SELECT " + expression + ", " + TypedList(schema) + " FROM " + table));
  query::Chunk chunk;
  Bytes scratch;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    DigestRowsByPartition(chunk, key, scratch, digests);
  }
}

}  // namespace

Result<Piece> WritePiece(query::Connection& connection,
                         const std::string& table_or_select,
                         const WriteRequest& request,
                         const crypto::HmacKey& digest_key,
                         BlobStore& store,
                         Entropy& entropy) {
  TemporaryTable temporary(connection);
  Rowset rowset;
  ASSIGN_OR_RETURN(rowset.table, ScannableTable(connection, table_or_select, temporary));
  TRY(CheckColumns(connection, rowset.table, request.schema)
          .WithContext("dataset '" + request.dataset + "'"));
  Piece piece = NewPiece(request);
  if (request.with_content) {
    ASSIGN_OR_RETURN(const MultisetDigest digest,
                     DigestOf(connection, rowset, request.schema, digest_key));
    piece.content = digest.Hex();
    piece.rows = digest.count();
  } else {
    ASSIGN_OR_RETURN(const int64_t rows,
                     connection.QueryInt64("SELECT count(*) FROM " + rowset.table));
    piece.rows = static_cast<uint64_t>(rows);
  }
  TRY(WriteStreams(connection, rowset, request, store, entropy, piece));
  return piece;
}

Result<std::vector<Piece>> WritePartitioned(query::Connection& connection,
                                            const std::string& table,
                                            const std::string& partition_column,
                                            int partitions,
                                            const WriteRequest& request,
                                            const PartitionKeys& keys,
                                            const crypto::HmacKey& digest_key,
                                            BlobStore& store,
                                            Entropy& entropy) {
  CHECK(partitions > 0 && partitions <= kPartitionsMax);
  TemporaryTable temporary(connection);
  ASSIGN_OR_RETURN(const std::string scanned, ScannableTable(connection, table, temporary));
  TRY(CheckColumns(connection, scanned, request.schema)
          .WithContext("dataset '" + request.dataset + "'"));
  ASSIGN_OR_RETURN(const std::string expression,
                   PartitionExpression(connection, partition_column, partitions));
  ASSIGN_OR_RETURN(const std::vector<uint64_t> counts,
                   CountPartitions(connection, scanned, expression, partitions));
  std::vector<MultisetDigest> digests(static_cast<size_t>(partitions));
  if (request.with_content) {
    TRY(DigestPartitions(connection, scanned, expression, request.schema, digest_key, digests));
  }
  std::vector<Piece> pieces;
  for (int partition = 0; partition < partitions; ++partition) {
    const auto index = static_cast<size_t>(partition);
    if (counts[index] == 0) continue;
    WriteRequest own = request;
    own.partition = partition;
    ASSIGN_OR_RETURN(own.deks, keys(partition));
    Piece piece = NewPiece(own);
    piece.rows = counts[index];
    if (request.with_content) piece.content = digests[index].Hex();
    const Rowset rowset{scanned, " WHERE " + expression + " = " + std::to_string(partition)};
    TRY(WriteStreams(connection, rowset, own, store, entropy, piece));
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace signet::pipelines
