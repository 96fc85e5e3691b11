/// Opens a source file for SQL, every column as text: CSV, JSONL, Parquet, plain or gzip.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "pipelines/query/connection.h"

namespace signet::pipelines {

/// How a source is written (the pipeline's `read:`).
struct SourceFormat {
  std::string format = "csv";  ///< csv | jsonl | parquet
  std::string delimiter = ",";
  std::string quote = "\"";
  bool header = true;     ///< without a header, the declared columns are taken in order
  std::string null_text;  ///< this text means missing; empty text always does
  Json options;           ///< all of it, e.g. time_zone, currency, default_region

  /// kInvalid for an unknown format or an option of the wrong type.
  static Result<SourceFormat> FromJson(const Json& json);
};

/// What was read and what was not. Counts and reasons only, never values.
struct IngestFigures {
  std::string file;                             ///< its name, not its path
  uint64_t bytes = 0;                           ///< as stored (compressed)
  std::map<std::string, uint64_t> quarantined;  ///< rows by reason: "too_few_fields", "bad_json"...
  std::map<std::string, uint64_t> first_line;   ///< of each reason, where it is known
  std::vector<std::string> undeclared;          ///< columns of the file that nobody declared
  std::shared_ptr<std::atomic<uint64_t>> bad_lines;  ///< counts while a JSONL view is read
  [[nodiscard]] uint64_t QuarantinedRows() const;
  [[nodiscard]] Json ToJson() const;
};

/// Makes view `name` over the one file `path` with exactly the declared `columns`, all VARCHAR, in
/// that order; missing text is NULL. The file is opened here, once, and stays open with the
/// connection. It is checked before any row flows; each error is located and names a remedy, none
/// shows a record:
///   SIG-4001 missing file                 SIG-4002 unreadable
///   SIG-4003 empty file                   SIG-4004 a declared column is not in the file
///   SIG-4005 wrong delimiter              SIG-4006 truncated or damaged gzip
///   SIG-4007 not UTF-8                    SIG-4008 a line beyond the limit of 2 MiB
///   SIG-4009 an unclosed quote            SIG-4010 not Parquet
///   SIG-4011 a header that names a column twice
/// A text file is read to its end for that.
/// Rows that cannot be parsed are left out and counted: call FinishSource after the view was read.
Status OpenSource(query::Connection& connection,
                  const std::string& name,
                  const std::string& path,
                  const SourceFormat& format,
                  const std::vector<std::string>& columns,
                  IngestFigures& figures);

/// Adds the rows that were left out while view `name` was read to `figures` and drops the view.
/// Call it once, after exactly one scan that was read to its end. Reasons: too_few_fields,
/// too_many_fields, bad_quotes, row_too_long, not_utf8, bad_json. SIG-4009 when an unclosed quote
/// swallowed further lines.
Status FinishSource(query::Connection& connection, const std::string& name, IngestFigures& figures);

}  // namespace signet::pipelines
