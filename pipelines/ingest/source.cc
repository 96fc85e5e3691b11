#include "pipelines/ingest/source.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crypto/base/text.h"
#include "pipelines/ingest/text_probe.h"

namespace signet::pipelines {
namespace {

/// Longer lines are refused before DuckDB sees them: it means to reject and count such rows, but
/// loses those that fill a unit of its scan (8 MB), and some beside each other, without a word.
constexpr size_t kRowBytesMax = 2 << 20;

std::string RejectsTable(const std::string& name) {
  return "signet_rejects_" + name;
}
std::string ScansTable(const std::string& name) {
  return "signet_scans_" + name;
}

std::string DelimiterName(const std::string& delimiter) {
  return delimiter == "\t" ? std::string("tab") : "'" + delimiter + "'";
}

/// read_csv with every column as text; `c0`, `c1`, ... so that no header can clash with anything.
std::string ReadText(const SourceFile& file,
                     const SourceFormat& format,
                     size_t columns,
                     const std::string& view) {
  std::string types;
  for (size_t i = 0; i < columns; ++i) {
    types += (i == 0 ? "" : ", ") + ("'c" + std::to_string(i)) + "': 'VARCHAR'";
  }
  std::string nulls = "['']";
  if (!format.null_text.empty()) nulls = "['', " + SqlLiteral(format.null_text) + "]";
  std::string sql = "read_csv(" + SqlLiteral(file.path()) +
                    ", auto_detect=false, header=" + (format.header ? "true" : "false") +
                    ", delim=" + SqlLiteral(format.delimiter) +
                    ", quote=" + SqlLiteral(format.quote) + ", escape=" + SqlLiteral(format.quote) +
                    ", columns={" + types + "}, nullstr=" + nulls +
                    ", max_line_size=" + std::to_string(kRowBytesMax) + ", compression='" +
                    (file.is_gzip() ? "gzip" : "none") + "'";
  if (!view.empty()) {
    sql +=
        ", store_rejects=true, rejects_limit=0, rejects_table=" + SqlLiteral(RejectsTable(view)) +
        ", rejects_scan=" + SqlLiteral(ScansTable(view));
  }
  return sql + ")";
}

/// A format that takes a line as one column: the delimiter is a control character.
SourceFormat LineFormat() {
  SourceFormat format;
  format.delimiter = "\x01";
  format.quote = "";
  format.header = false;
  return format;
}

/// Where each declared column is in the file.
struct Layout {
  size_t fields = 0;
  std::vector<size_t> positions;
};

Status LacksColumn(const SourceFile& file,
                   const std::string& column,
                   const std::vector<std::string>& header) {
  const std::string nearest = NearestName(column, header);
  return Invalid("'" + file.name() + "' line 1: the header has no column '" + column + "'")
      .WithDiagnostic("SIG-4004")
      .WithRemedy(nearest.empty()
                      ? "check the column's name, or set header: false when the file has none"
                      : "did you mean '" + nearest + "'?");
}

Status WrongDelimiter(const SourceFile& file,
                      const SourceFormat& format,
                      const std::string& likely) {
  return Invalid("'" + file.name() + "' line 1: the delimiter " + DelimiterName(format.delimiter) +
                 " does not split it, " + DelimiterName(likely) + " would")
      .WithDiagnostic("SIG-4005")
      .WithRemedy("set delimiter: \"" + (likely == "\t" ? std::string("\\t") : likely) +
                  "\" in the source's read");
}

Result<Layout> HeaderLayout(const SourceFile& file,
                            const SourceFormat& format,
                            const std::vector<std::string>& columns,
                            const std::vector<std::string>& header,
                            const std::string& line,
                            IngestFigures& figures) {
  Layout layout;
  layout.fields = header.size();
  const std::string likely = LikelyDelimiter(line, format.quote);
  for (const std::string& column : columns) {
    const auto found = std::ranges::find(header, column);
    if (found == header.end()) {
      if (header.size() == 1 && !likely.empty()) return WrongDelimiter(file, format, likely);
      return LacksColumn(file, column, header);
    }
    if (std::find(found + 1, header.end(), column) != header.end()) {
      return Invalid("'" + file.name() + "' line 1: the header names column '" + column + "' twice")
          .WithDiagnostic("SIG-4011")
          .WithRemedy("rename one of them in the file");
    }
    layout.positions.push_back(static_cast<size_t>(found - header.begin()));
  }
  for (const std::string& name : header) {
    if (std::ranges::find(columns, name) == columns.end()) figures.undeclared.push_back(name);
  }
  return layout;
}

Result<Layout> CsvLayout(const SourceFile& file,
                         const SourceFormat& format,
                         const std::vector<std::string>& columns,
                         IngestFigures& figures) {
  ASSIGN_OR_RETURN(const std::string line, file.FirstLine(kRowBytesMax));
  std::vector<std::string> fields = SplitCsvLine(line, format.delimiter, format.quote);
  if (format.header) {
    for (std::string& field : fields) field = std::string(Trim(field));
    return HeaderLayout(file, format, columns, fields, line, figures);
  }
  if (fields.size() != columns.size()) {
    const std::string likely = LikelyDelimiter(line, format.quote);
    if (fields.size() == 1 && !likely.empty()) return WrongDelimiter(file, format, likely);
    return Invalid("'" + file.name() + "' line 1: " + std::to_string(fields.size()) +
                   " fields where " + std::to_string(columns.size()) + " columns are declared")
        .WithDiagnostic("SIG-4004")
        .WithRemedy("without a header every field must be declared, in order");
  }
  Layout layout;
  layout.fields = fields.size();
  for (size_t i = 0; i < columns.size(); ++i) layout.positions.push_back(i);
  return layout;
}

Status OpenCsv(query::Connection& connection,
               const std::string& name,
               const SourceFile& file,
               const SourceFormat& format,
               const std::vector<std::string>& columns,
               IngestFigures& figures) {
  ASSIGN_OR_RETURN(const Layout layout, CsvLayout(file, format, columns, figures));
  std::string list;
  for (size_t i = 0; i < columns.size(); ++i) {
    list += (i == 0 ? "" : ", ") + ("c" + std::to_string(layout.positions[i])) + " AS " +
            SqlName(columns[i]);
  }
  return connection.Execute("CREATE VIEW " + SqlName(name) + " AS SELECT " + list + " FROM " +
                            ReadText(file, format, layout.fields, name));
}

/// Registers a function that passes its argument on and counts what is not true: the lines that are
/// not one JSON object each are counted while the view is read. Its name is new every time.
Result<std::string> RegisterBadLines(query::Connection& connection,
                                     std::shared_ptr<std::atomic<uint64_t>> counter) {
  static std::atomic<uint64_t> made = 0;
  const std::string name = "signet_good_line_" + std::to_string(++made);
  TRY(connection.RegisterFunction(
      {name,
       {ColumnType::kBool},
       ColumnType::kBool,
       [counter = std::move(counter)](const query::Arguments& in, query::ColumnWriter& out) {
         uint64_t bad = 0;
         for (size_t r = 0; r < in.rows(); ++r) {
           const bool good = !in[0].IsNull(r) && in[0].Bool(r);
           if (!good) ++bad;
           out.SetBool(r, good);
         }
         *counter += bad;
         return OkStatus();
       },
       /*sees_null=*/true}));
  return name;
}

/// A field of the object `o`; NULL for what stands for nothing.
std::string JsonFieldSql(const std::string& column, const std::string& null_text) {
  std::string value = "struct_extract(o, " + SqlLiteral(column) + ")";
  if (!null_text.empty()) value = "nullif(" + value + ", " + SqlLiteral(null_text) + ")";
  return "nullif(" + value + ", '') AS " + SqlName(column);
}

Status OpenJsonl(query::Connection& connection,
                 const std::string& name,
                 const SourceFile& file,
                 const SourceFormat& format,
                 const std::vector<std::string>& columns,
                 IngestFigures& figures) {
  // The first line must be an object that holds at least one declared column.
  ASSIGN_OR_RETURN(const std::string line, file.FirstLine(kRowBytesMax));
  const Result<Json> first = Json::Parse(line);
  if (first.ok() && first->is_object()) {
    const bool any =
        std::ranges::any_of(columns, [&](const std::string& c) { return first->Has(c); });
    if (!any) {
      std::vector<std::string> keys;
      for (const auto& [key, value] : first->fields()) keys.push_back(key);
      return LacksColumn(file, columns.front(), keys);
    }
  }
  figures.bad_lines = std::make_shared<std::atomic<uint64_t>>(0);
  ASSIGN_OR_RETURN(const std::string counts, RegisterBadLines(connection, figures.bad_lines));
  Json shape{Json::Object()};
  std::string list;
  for (const std::string& column : columns) {
    shape.Set(column, "VARCHAR");
    list += (list.empty() ? "" : ", ") + JsonFieldSql(column, format.null_text);
  }
  // CASE keeps json_transform, which raises an error, away from lines that are no objects.
  const std::string good = "(json_valid(c0) AND starts_with(ltrim(c0), '{'))";
  return connection.Execute(
      "CREATE VIEW " + SqlName(name) + " AS SELECT " + list + " FROM (SELECT CASE WHEN " + good +
      " THEN json_transform(c0, " + SqlLiteral(shape.Dump()) + ") END AS o FROM " +
      ReadText(file, LineFormat(), 1, name) + " WHERE " + SqlName(counts) + "(" + good + "))");
}

Status OpenParquet(query::Connection& connection,
                   const std::string& name,
                   const SourceFile& file,
                   const std::vector<std::string>& columns,
                   IngestFigures& figures) {
  if (!file.is_parquet()) {
    return Invalid("'" + file.name() + "' is not a whole Parquet file")
        .WithDiagnostic("SIG-4010")
        .WithRemedy("check the source's format, or fetch the file again");
  }
  const std::string read = "read_parquet(" + SqlLiteral(file.path()) + ")";
  Result<std::unique_ptr<query::Rows>> rows =
      connection.Query("SELECT column_name FROM (DESCRIBE SELECT * FROM " + read + ")");
  if (!rows.ok()) {
    return Invalid("'" + file.name() + "' cannot be read as Parquet").WithDiagnostic("SIG-4010");
  }
  std::vector<std::string> header;
  query::Chunk chunk;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, (*rows)->Next(chunk));
    if (!more) break;
    for (size_t r = 0; r < chunk.size(); ++r) header.emplace_back(chunk.Text(0, r));
  }
  std::string list;
  for (const std::string& column : columns) {
    if (std::ranges::find(header, column) == header.end()) return LacksColumn(file, column, header);
    list += (list.empty() ? "" : ", ") + ("nullif(CAST(" + SqlName(column) + " AS VARCHAR), '')") +
            " AS " + SqlName(column);
  }
  for (const std::string& column : header) {
    if (std::ranges::find(columns, column) == columns.end()) figures.undeclared.push_back(column);
  }
  return connection.Execute("CREATE VIEW " + SqlName(name) + " AS SELECT " + list + " FROM " +
                            read);
}

std::string ReasonOf(const std::string& error_type) {
  if (error_type == "MISSING COLUMNS") return "too_few_fields";
  if (error_type == "TOO MANY COLUMNS") return "too_many_fields";
  if (error_type == "UNQUOTED VALUE") return "bad_quotes";
  if (error_type == "LINE SIZE OVER MAXIMUM") return "row_too_long";
  if (error_type == "INVALID ENCODING") return "not_utf8";
  return "unreadable";
}

/// Adds what read_csv rejected. A line is counted once, by its first defect.
Status CountRejects(query::Connection& connection,
                    const std::string& name,
                    IngestFigures& figures) {
  const std::string table = SqlName(RejectsTable(name));
  ASSIGN_OR_RETURN(
      const std::unique_ptr<query::Rows> rows,
      connection.Query(
          "SELECT kind, count(*), min(line), min(CASE WHEN swallowed THEN line END) FROM "
          "(SELECT line, min_by(error_type::VARCHAR, byte_position) AS kind, "
          "bool_or(error_type = 'UNQUOTED VALUE' AND contains(rtrim(csv_line, "
          "E'\\r\\n'), E'\\n')) AS swallowed FROM " +
          table + " GROUP BY line) GROUP BY kind ORDER BY kind"));
  query::Chunk chunk;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows->Next(chunk));
    if (!more) return OkStatus();
    for (size_t r = 0; r < chunk.size(); ++r) {
      const std::string reason = ReasonOf(std::string(chunk.Text(0, r)));
      figures.quarantined[reason] += static_cast<uint64_t>(chunk.Int64(1, r));
      figures.first_line[reason] = static_cast<uint64_t>(chunk.Int64(2, r));
      if (chunk.IsNull(3, r)) continue;
      return UnclosedQuote(figures.file, static_cast<uint64_t>(chunk.Int64(3, r)));
    }
  }
}

}  // namespace

Result<SourceFormat> SourceFormat::FromJson(const Json& json) {
  SourceFormat format;
  format.options = json;
  for (const char* key : {"format", "delimiter", "quote", "null_text"}) {
    if (json.Has(key) && !json[key].is_string()) {
      return Invalid(std::string("read.") + key + " is a text").WithDiagnostic("SIG-4012");
    }
  }
  if (json.Has("format")) format.format = json["format"].AsString();
  if (json.Has("delimiter")) format.delimiter = json["delimiter"].AsString();
  if (json.Has("quote")) format.quote = json["quote"].AsString();
  if (json.Has("header")) format.header = json["header"].AsBool(/*otherwise=*/true);
  format.null_text = json["null_text"].AsString();
  if (format.delimiter == "\\t" || format.delimiter == "tab") format.delimiter = "\t";
  const std::vector<std::string> known = {"csv", "jsonl", "parquet"};
  if (std::ranges::find(known, format.format) == known.end()) {
    const std::string nearest = NearestName(format.format, known);
    return Invalid("there is no source format '" + format.format + "'")
        .WithDiagnostic("SIG-4012")
        .WithRemedy(nearest.empty() ? "use csv, jsonl or parquet"
                                    : "did you mean '" + nearest + "'?");
  }
  if (format.delimiter.empty() || format.delimiter.size() > 4 || format.quote.size() > 1) {
    return Invalid("a delimiter has 1 to 4 characters, a quote at most one")
        .WithDiagnostic("SIG-4012");
  }
  return format;
}

uint64_t IngestFigures::QuarantinedRows() const {
  uint64_t rows = 0;
  for (const auto& [reason, count] : quarantined) rows += count;
  return rows;
}

Json IngestFigures::ToJson() const {
  Json reasons{Json::Object()};
  for (const auto& [reason, count] : quarantined) reasons.Set(reason, count);
  Json lines{Json::Object()};
  for (const auto& [reason, line] : first_line) lines.Set(reason, line);
  return Json::Of({{"file", file},
                   {"bytes", bytes},
                   {"quarantined", reasons},
                   {"first_line", lines},
                   {"undeclared", Json::Strings(undeclared)}});
}

Status OpenSource(query::Connection& connection,
                  const std::string& name,
                  const std::string& path,
                  const SourceFormat& format,
                  const std::vector<std::string>& columns,
                  IngestFigures& figures) {
  if (columns.empty()) return Invalid("a source needs a column").WithDiagnostic("SIG-4004");
  ASSIGN_OR_RETURN(SourceFile opened, SourceFile::Open(path));
  auto file = std::make_shared<SourceFile>(std::move(opened));
  figures.file = file->name();
  figures.bytes = file->bytes();
  connection.Keep(file);
  if (format.format == "parquet") return OpenParquet(connection, name, *file, columns, figures);
  TRY(file->CheckTextMark());
  const bool csv = format.format == "csv";
  TRY(file->CheckText(
      kRowBytesMax, csv ? format.delimiter : std::string(), csv ? format.quote : std::string()));
  if (format.format == "jsonl") return OpenJsonl(connection, name, *file, format, columns, figures);
  return OpenCsv(connection, name, *file, format, columns, figures);
}

Status FinishSource(query::Connection& connection,
                    const std::string& name,
                    IngestFigures& figures) {
  ASSIGN_OR_RETURN(
      const int64_t rejects,
      connection.QueryInt64("SELECT count(*) FROM duckdb_tables() WHERE table_name = " +
                            SqlLiteral(RejectsTable(name))));
  if (rejects > 0) {
    TRY(CountRejects(connection, name, figures));
    TRY(connection.Execute("DROP TABLE " + SqlName(RejectsTable(name)) + "; DROP TABLE " +
                           SqlName(ScansTable(name))));
  }
  const uint64_t bad = figures.bad_lines == nullptr ? 0 : figures.bad_lines->exchange(0);
  if (bad > 0) figures.quarantined["bad_json"] += bad;
  return connection.Execute("DROP VIEW " + SqlName(name));
}

}  // namespace signet::pipelines
