#include "pipelines/artifacts/dataset_reader.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "pipelines/artifacts/stream_file.h"
#include "pipelines/query/table_writer.h"

namespace signet::pipelines {
namespace {

constexpr size_t kWriteBytes = size_t{1} << 20;

/// A stream whose plaintext lies in a memory file.
struct OpenedStream {
  std::string path;
  std::vector<std::string> columns;  ///< the needed ones
};

/// How many rows a stream must have, and whose it is.
struct OpenedRows {
  std::string piece;
  uint64_t rows = 0;
};

/// Gathers small chunks into large writes.
class BufferedFile {
 public:
  explicit BufferedFile(MemoryFile& file) : file_(file) { buffer_.reserve(kWriteBytes); }
  BufferedFile(const BufferedFile&) = delete;
  BufferedFile& operator=(const BufferedFile&) = delete;
  ~BufferedFile() { Wipe(buffer_.data(), buffer_.size()); }
  Status Append(ByteView bytes) {
    if (buffer_.size() + bytes.size() > kWriteBytes) TRY(Flush());
    if (bytes.size() > kWriteBytes) return file_.Append(bytes);
    signet::Append(buffer_, bytes);
    return OkStatus();
  }
  Status Flush() {
    Status status = file_.Append(buffer_);
    buffer_.clear();
    return status;
  }

 private:
  MemoryFile& file_;
  Bytes buffer_;
};

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string CorruptPiece(const Piece& piece) {
  return "dataset '" + piece.dataset + "', partition " + std::to_string(piece.partition);
}

/// What one OpenView does; holds the opened files until they are handed to the connection.
class ViewBuilder {
 public:
  ViewBuilder(query::Connection& connection,
              BlobStore& store,
              const std::string& view,
              const Schema& schema,
              const RowLimits& limits)
      : connection_(connection), store_(store), view_(view), schema_(schema), limits_(limits) {
    needed_ = schema.Names();
    const auto need = [this](const std::string& name) {
      if (!Contains(needed_, name)) needed_.push_back(name);
    };
    for (const std::string& name : limits.filter_columns) need(name);
    if (limits.allowed || !limits.excluded.empty()) need(std::string(kSubjectColumn));
  }

  Status AddPiece(const Piece& piece, const DekLookup& keys) {
    std::vector<OpenedStream> streams;
    std::vector<std::string> found;
    for (const Stream& stream : piece.streams) {
      OpenedStream opened;
      for (const std::string& name : needed_) {
        if (!Contains(stream.columns, name)) continue;
        if (Contains(found, name)) return Corrupt(CorruptPiece(piece) + ": a column twice");
        opened.columns.push_back(name);
        found.push_back(name);
      }
      if (opened.columns.empty()) continue;
      TRY(OpenStream(piece, stream, keys, opened));
      streams.push_back(std::move(opened));
    }
    if (found.size() != needed_.size()) {
      return Corrupt(CorruptPiece(piece) + " lacks a column that was asked for");
    }
    if (piece.rows > 0) pieces_.push_back(std::move(streams));
    return OkStatus();
  }

  Status MakeView() {
    TRY(CheckRows());
    std::string from = pieces_.empty() ? EmptyRows() : AllRows();
    std::string where;
    const auto also = [&where](const std::string& condition) {
      where += (where.empty() ? " WHERE " : " AND ") + condition;
    };
    if (limits_.allowed) {
      const std::string table = "signet_allowed_" + view_;
      TRY(MakeSubjects(table, *limits_.allowed));
      also(SqlName(kSubjectColumn) + " IN (SELECT s FROM " + SqlName(table) + ")");
    }
    if (!limits_.excluded.empty()) {
      const std::string table = "signet_excluded_" + view_;
      TRY(MakeSubjects(table, limits_.excluded));
      also("(" + SqlName(kSubjectColumn) + " IN (SELECT s FROM " + SqlName(table) +
           ")) IS NOT TRUE");
    }
    if (!limits_.row_filter.empty()) also("(" + limits_.row_filter + ")");
    TRY(connection_.Execute("CREATE VIEW " + SqlName(view_) + " AS SELECT " +
                            List(schema_.Names()) + " FROM (" + from + ")" + where));
    for (std::shared_ptr<MemoryFile>& file : files_) connection_.Keep(std::move(file));
    return OkStatus();
  }

 private:
  static std::string List(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + SqlName(name);
    return list;
  }

  Status OpenStream(const Piece& piece,
                    const Stream& stream,
                    const DekLookup& keys,
                    OpenedStream& opened) {
    ASSIGN_OR_RETURN(const SecretBytes* key, keys(stream.dek));
    const StreamHeader expected{
        piece.dataset, piece.kind, stream.label_class, piece.partition, piece.producer, {}};
    ASSIGN_OR_RETURN(MemoryFile file, MemoryFile::Create("signet-view"));
    BufferedFile buffered(file);
    ASSIGN_OR_RETURN(const StreamHeader header,
                     OpenBlobTo(stream, expected, *key, store_, [&buffered](ByteView bytes) {
                       return buffered.Append(bytes);
                     }));
    TRY(buffered.Flush());
    if (header.schema.Names() != stream.columns) {
      return Corrupt(CorruptPiece(piece) + ": other columns than its record says");
    }
    for (const std::string& name : opened.columns) {
      const Column* want = schema_.Find(name);
      if (want != nullptr && header.schema.Find(name)->type != want->type) {
        return Corrupt(CorruptPiece(piece) + ": column '" + name + "' has another type");
      }
    }
    opened.path = file.path();
    opened_.emplace(opened.path, OpenedRows{CorruptPiece(piece), piece.rows});
    files_.push_back(std::make_shared<MemoryFile>(std::move(file)));
    return OkStatus();
  }

  /// Streams are joined by position, so each must have its piece's number of rows. All at once: a
  /// question to the engine costs more than its answer.
  Status CheckRows() {
    if (opened_.empty()) return OkStatus();
    std::string paths;
    for (const auto& opened : opened_) {
      paths += (paths.empty() ? "" : ", ") + SqlLiteral(opened.first);
    }
    Result<std::unique_ptr<query::Rows>> rows =
        connection_.Query("SELECT file_name, num_rows FROM parquet_file_metadata([" + paths + "])");
    if (!rows.ok()) return Corrupt("view '" + view_ + "': a stream is not what its record says");
    query::Chunk chunk;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, (*rows)->Next(chunk));
      if (!more) break;
      for (size_t r = 0; r < chunk.size(); ++r) TRY(CheckOne(chunk.Text(0, r), chunk.Int64(1, r)));
    }
    if (opened_.empty()) return OkStatus();
    return Corrupt(opened_.begin()->second.piece + ": a stream without a number of rows");
  }

  Status CheckOne(std::string_view path, int64_t rows) {
    const auto opened = opened_.find(std::string(path));
    if (opened == opened_.end()) return Corrupt("view '" + view_ + "': a stream of nobody's");
    if (static_cast<uint64_t>(rows) != opened->second.rows) {
      return Corrupt(opened->second.piece + ": another number of rows than its record says");
    }
    opened_.erase(opened);
    return OkStatus();
  }

  [[nodiscard]] std::string EmptyRows() const {
    std::string list;
    for (const std::string& name : needed_) {
      const Column* column = schema_.Find(name);
      // A column of the filter alone: its type is known only from a piece, and there is none.
      const std::string_view type = column != nullptr        ? SqlTypeOf(column->type)
                                    : name == kSubjectColumn ? SqlTypeOf(ColumnType::kUuid)
                                                             : std::string_view("TIMESTAMP");
      list += (list.empty() ? "" : ", ") + ("NULL::" + std::string(type)) + " AS " + SqlName(name);
    }
    return "SELECT " + list + " WHERE false";
  }

  [[nodiscard]] std::string AllRows() const {
    const bool single = std::ranges::all_of(
        pieces_, [](const std::vector<OpenedStream>& streams) { return streams.size() == 1; });
    if (single) {
      std::string paths;
      for (const std::vector<OpenedStream>& streams : pieces_) {
        paths += (paths.empty() ? "" : ", ") + SqlLiteral(streams.front().path);
      }
      return "SELECT " + List(needed_) + " FROM read_parquet([" + paths + "])";
    }
    std::string all;
    for (const std::vector<OpenedStream>& streams : pieces_) {
      if (!all.empty()) all += " UNION ALL ";
      std::string from;
      for (const OpenedStream& stream : streams) {
        if (!from.empty()) from += " POSITIONAL JOIN ";
        from += "(SELECT " + List(stream.columns) + " FROM read_parquet(" +
                SqlLiteral(stream.path) + "))";
      }
      all += "SELECT " + List(needed_) + " FROM " + from;
    }
    return all;
  }

  Status MakeSubjects(const std::string& table, std::span<const SubjectId> subjects) {
    Schema schema;
    schema.columns.push_back({"s", ColumnType::kUuid, {}});
    TRY(connection_.Execute("DROP TABLE IF EXISTS " + SqlName(table)));
    ASSIGN_OR_RETURN(const std::unique_ptr<query::TableWriter> writer,
                     connection_.CreateTable(table, schema));
    size_t row = 0;
    for (const SubjectId& subject : subjects) {
      writer->column(0).SetUuid(row, subject.value);
      if (++row < query::kChunkRows) continue;
      TRY(writer->Flush(row));
      row = 0;
    }
    TRY(writer->Flush(row));
    return writer->Finish();
  }

  query::Connection& connection_;
  BlobStore& store_;
  const std::string& view_;
  const Schema& schema_;
  const RowLimits& limits_;
  std::vector<std::string> needed_;
  std::vector<std::vector<OpenedStream>> pieces_;
  std::vector<std::shared_ptr<MemoryFile>> files_;
  std::map<std::string, OpenedRows> opened_;  ///< by path, until their rows are counted
};

}  // namespace

Status DatasetReader::OpenView(query::Connection& connection,
                               const std::string& view_name,
                               const Schema& schema,
                               const std::vector<Piece>& pieces,
                               const DekLookup& keys,
                               const RowLimits& limits) {
  if (schema.columns.empty()) return Invalid("view '" + view_name + "' has no columns");
  ViewBuilder builder(connection, store_, view_name, schema, limits);
  for (const Piece& piece : pieces) TRY(builder.AddPiece(piece, keys));
  return builder.MakeView();
}

Status DatasetReader::OpenView(query::Connection& connection,
                               const std::string& view_name,
                               const Schema& schema,
                               const std::vector<Piece>& pieces,
                               const DekLookup& keys,
                               std::optional<std::span<const SubjectId>> allowed) {
  RowLimits limits;
  limits.allowed = allowed;
  return OpenView(connection, view_name, schema, pieces, keys, limits);
}

}  // namespace signet::pipelines
