/// Looks at a source file before DuckDB does: is it there, whole, text, and split as declared?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"

namespace signet::pipelines {

/// A file that is open for reading.
class SourceFile {
 public:
  /// kNotFound SIG-4001, kUnavailable SIG-4002 (no permission, a folder), kInvalid SIG-4003
  /// (empty).
  static Result<SourceFile> Open(const std::string& path);
  SourceFile(SourceFile&& other) noexcept;
  SourceFile& operator=(SourceFile&& other) noexcept;
  SourceFile(const SourceFile&) = delete;
  SourceFile& operator=(const SourceFile&) = delete;
  ~SourceFile();

  /// "/proc/self/fd/N": DuckDB opens exactly the file that was checked.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] uint64_t bytes() const { return bytes_; }
  [[nodiscard]] bool is_gzip() const { return gzip_; }
  /// Whether it begins and ends with Parquet's magic.
  [[nodiscard]] bool is_parquet() const { return parquet_; }
  /// SIG-4007 when it begins with the mark of UTF-16 or UTF-32.
  [[nodiscard]] Status CheckTextMark() const;
  /// Reads all of it, decompressed, keeping nothing. SIG-4006 unless every gzip member is whole and
  /// its CRC and length agree (DuckDB reads a cut or damaged gzip file without a word); SIG-4008
  /// with the first line that is longer than `line_bytes_max`. For CSV, with its `delimiter` and
  /// `quote`, also SIG-4009 with the line on which a quoted field longer than that begins whose
  /// quote is not closed (DuckDB makes one row of it and of all lines behind). Memory: 128 KiB.
  [[nodiscard]] Status CheckText(size_t line_bytes_max,
                                 std::string_view delimiter = {},
                                 std::string_view quote = {}) const;
  /// Line 1 without byte order mark and line end, decompressed. SIG-4007 when it is not UTF-8,
  /// SIG-4008 when it is longer than `bytes_max`.
  [[nodiscard]] Result<std::string> FirstLine(size_t bytes_max) const;

 private:
  SourceFile(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  Status Inspect();
  int descriptor_ = -1;
  std::string name_;
  uint64_t bytes_ = 0;
  bool gzip_ = false;
  bool parquet_ = false;
  std::string mark_;
};

/// SIG-4009 at that line of the file.
Status UnclosedQuote(const std::string& file, uint64_t line);

/// The fields of a CSV line (RFC 4180 quoting, no line breaks inside).
std::vector<std::string> SplitCsvLine(std::string_view line,
                                      std::string_view delimiter,
                                      std::string_view quote);

/// The delimiter among , ; tab | that splits `line` into most fields (at least two), or empty.
std::string LikelyDelimiter(std::string_view line, std::string_view quote);

}  // namespace signet::pipelines
