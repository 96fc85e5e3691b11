/// Opens a source file for SQL, every column as text: CSV, JSONL, Parquet, plain or gzip.
#pragma once

#include <cstdint>
#include <map>
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
  bool header = true;      ///< without a header, the declared columns are taken in order
  std::string null_text;   ///< this text means missing; empty text always does
  Json options;            ///< all of it, e.g. time_zone, currency, default_region

  /// kInvalid for an unknown format or an option of the wrong type.
  static Result<SourceFormat> FromJson(const Json& json);
};

/// What was read and what was not. Counts and reasons only, never values.
struct IngestFigures {
  std::string file;                             ///< its name, not its path
  uint64_t bytes = 0;                           ///< as stored (compressed)
  std::map<std::string, uint64_t> quarantined;  ///< rows by reason: "too_few_fields", "bad_json"...
  std::vector<std::string> undeclared;          ///< columns of the file that nobody declared
  [[nodiscard]] uint64_t QuarantinedRows() const;
  [[nodiscard]] Json ToJson() const;
};

/// Makes view `name` over the one file `path` with exactly the declared `columns`, all VARCHAR, in
/// that order. The path must be among the database's readable_paths. Checks the file before any row
/// flows; each error is located and names a remedy, none shows a record:
///   SIG-4001 missing file          SIG-4002 unreadable       SIG-4003 empty file
///   SIG-4004 header lacks a declared column (nearest name)   SIG-4005 wrong delimiter (the likely one)
///   SIG-4006 truncated or broken gzip    SIG-4007 not UTF-8 (line)    SIG-4008 a field over 1 MiB
///   SIG-4009 an unclosed quote (line)    SIG-4010 not Parquet         SIG-4011 duplicate header
///   SIG-4013 an undeclared column (only when `columns` is not a subset decision: see figures)
/// Rows that cannot be parsed are left out and counted: call FinishSource after the view was read.
Status OpenSource(query::Connection& connection, const std::string& name, const std::string& path,
                  const SourceFormat& format, const std::vector<std::string>& columns,
                  IngestFigures& figures);

/// Adds the rows that were left out while view `name` was read to `figures` and drops the view. Call
/// it once, after exactly one full scan.
Status FinishSource(query::Connection& connection, const std::string& name, IngestFigures& figures);

}  // namespace signet::pipelines
