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
                                const std::string& table,
                                const Schema& schema,
                                const crypto::HmacKey& key) {
  ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows,
                   connection.Query("SELECT " + TypedList(schema) + " FROM " + table));
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
                           const std::string& table,
                           const StreamHeader& header,
                           const LeasedDek& dek,
                           BlobStore& store,
                           Entropy& entropy) {
  ASSIGN_OR_RETURN(const MemoryFile file, MemoryFile::Create("signet-piece"));
  TRY(connection.Execute("COPY (SELECT " + TypedList(header.schema) + " FROM " + table + ") TO " +
                         SqlLiteral(file.path()) +
                         " (FORMAT parquet, COMPRESSION lz4_raw, USE_TMP_FILE false)"));
  BlobSealer sealer(header, dek, entropy);
  TRY(sealer.AppendFile(file));
  return sealer.Finish(store);
}

Status WriteStreams(query::Connection& connection,
                    const std::string& table,
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
                     WriteStream(connection, table, header, dek->second, store, entropy));
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

/// The rows of one table as a piece.
Result<Piece> WriteTable(query::Connection& connection,
                         const std::string& table,
                         const WriteRequest& request,
                         const crypto::HmacKey& digest_key,
                         BlobStore& store,
                         Entropy& entropy) {
  Piece piece = NewPiece(request);
  if (request.with_content) {
    ASSIGN_OR_RETURN(const MultisetDigest digest,
                     DigestOf(connection, table, request.schema, digest_key));
    piece.content = digest.Hex();
    piece.rows = digest.count();
  } else {
    ASSIGN_OR_RETURN(const int64_t rows, connection.QueryInt64("SELECT count(*) FROM " + table));
    piece.rows = static_cast<uint64_t>(rows);
  }
  TRY(WriteStreams(connection, table, request, store, entropy, piece));
  return piece;
}

/// Sends each row of a source to the table of its partition; refuses rows that belong to none.
Status Split(query::Connection& connection,
             const std::string& source,
             const std::string& partition_column,
             const Schema& schema,
             PartitionTables& tables) {
  const bool by_subject = partition_column.empty();
  const std::string first =
      by_subject ? SqlName(kSubjectColumn) : SqlName(partition_column) + "::BIGINT";
  ASSIGN_OR_RETURN(
      const std::unique_ptr<query::Rows> rows,
      connection.Query("SELECT " + first + ", " + TypedList(schema) + " FROM " + source));
  const auto count = static_cast<uint32_t>(tables.partitions());
  std::vector<uint32_t> partition_of_row;
  uint64_t lost = 0;
  query::Chunk chunk;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) break;
    partition_of_row.assign(chunk.size(), PartitionTables::kLeftOut);
    for (size_t r = 0; r < chunk.size(); ++r) {
      int64_t partition = -1;
      if (!chunk.IsNull(0, r)) {
        partition =
            by_subject ? PartitionOf(SubjectId{chunk.GetUuid(0, r)}, count) : chunk.Int64(0, r);
      }
      if (partition >= 0 && partition < static_cast<int64_t>(count)) {
        partition_of_row[r] = static_cast<uint32_t>(partition);
      } else {
        ++lost;
      }
    }
    TRY(tables.Add(chunk, 1, partition_of_row));
  }
  if (lost > 0) {
    return Invalid("a row belongs to no partition: " + std::to_string(lost) + " such rows");
  }
  return tables.Finish();
}

}  // namespace

Result<Piece> WritePiece(query::Connection& connection,
                         const std::string& table_or_select,
                         const WriteRequest& request,
                         const crypto::HmacKey& digest_key,
                         BlobStore& store,
                         Entropy& entropy) {
  TemporaryTable temporary(connection);
  ASSIGN_OR_RETURN(const std::string table, ScannableTable(connection, table_or_select, temporary));
  TRY(CheckColumns(connection, table, request.schema)
          .WithContext("dataset '" + request.dataset + "'"));
  return WriteTable(connection, table, request, digest_key, store, entropy);
}

Result<std::vector<Piece>> WritePartitioned(query::Connection& connection,
                                            const std::string& table,
                                            const Partitioning& by,
                                            const WriteRequest& request,
                                            const PieceSink& sink) {
  CHECK(by.count > 0 && by.count <= kPartitionsMax);
  static std::atomic<uint64_t> counter = 0;
  const std::string source = IsSelect(table) ? "(" + table + ")" : SqlName(table);
  TRY(CheckColumns(connection, source, request.schema)
          .WithContext("dataset '" + request.dataset + "'"));
  PartitionTables tables(connection,
                         "signet_split_" + std::to_string(++counter),
                         request.schema,
                         static_cast<size_t>(by.count));
  TRY(Split(connection, source, by.column, request.schema, tables));
  return WritePartitionTables(connection, tables, by, request, sink);
}

Result<std::vector<Piece>> WritePartitionTables(query::Connection& connection,
                                                PartitionTables& tables,
                                                const Partitioning& by,
                                                const WriteRequest& request,
                                                const PieceSink& sink) {
  CHECK(by.count > 0 && static_cast<size_t>(by.count) <= tables.partitions());
  std::vector<Piece> pieces;
  for (int partition = 0; partition < by.count; ++partition) {
    const auto index = static_cast<size_t>(partition);
    if (tables.rows(index) == 0) continue;
    WriteRequest own = request;
    own.partition = partition;
    ASSIGN_OR_RETURN(own.deks, by.keys(partition));
    const std::string table = SqlName(tables.table(index));
    ASSIGN_OR_RETURN(Piece piece,
                     WriteTable(connection, table, own, sink.digest_key, sink.store, sink.entropy));
    pieces.push_back(std::move(piece));
    TRY(tables.Drop(index));
  }
  return pieces;
}

}  // namespace signet::pipelines
