#include "pipelines/query/errors.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <duckdb.h>

namespace signet::pipelines::query {
namespace {

/// Without the class ("Parser Error: ") before and the picture ("LINE 1: ...") behind.
std::string SqlMistake(std::string_view message) {
  if (const size_t picture = message.find("\n\nLINE "); picture != std::string_view::npos) {
    message = message.substr(0, picture);
  }
  if (const size_t head = message.find(" Error: "); head < 20) {  // npos is larger
    message = message.substr(head + 8);
  }
  std::string text;
  for (const char c : message) {
    if (c == '\n') {
      text += "; ";
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      text += c;
    }
  }
  return text;
}

/// The digits behind `label`, or empty.
std::string NumberAfter(std::string_view message, std::string_view label) {
  const size_t at = message.find(label);
  if (at == std::string_view::npos) return {};
  std::string digits;
  for (size_t i = at + label.size(); i < message.size(); ++i) {
    if (message[i] < '0' || message[i] > '9') break;
    digits += message[i];
  }
  return digits;
}

bool Has(std::string_view message, std::string_view part) {
  return message.find(part) != std::string_view::npos;
}

/// "CSV Error on Line: 5 ...": the place and the kind are ours to tell, the quoted line is not.
Status CsvError(std::string_view message) {
  const std::string line = NumberAfter(message, "CSV Error on Line: ");
  const std::string place = line.empty() ? std::string() : "line " + line + ": ";
  if (Has(message, "Maximum line size")) {
    return Invalid(place + "a row longer than the limit of " +
                   NumberAfter(message, "Maximum line size of ") + " bytes")
        .WithDiagnostic("SIG-4008")
        .WithRemedy("look for an unclosed quote there, or raise the source's max_row_bytes");
  }
  if (Has(message, "unicode") || Has(message, "utf-8") || Has(message, "UTF-8")) {
    return Invalid(place + "bytes that are not UTF-8")
        .WithDiagnostic("SIG-4007")
        .WithRemedy("convert the file, for example with iconv -f ISO-8859-1 -t UTF-8");
  }
  if (Has(message, "nterminated quote") || Has(message, "quoted value") || Has(message, "Quote")) {
    return Invalid(place + "a quoted field that is not closed properly")
        .WithDiagnostic("SIG-4009")
        .WithRemedy("close the quote, or set the source's quote character");
  }
  if (Has(message, "Expected Number of Columns")) {
    return Invalid(place + NumberAfter(message, "Found: ") + " fields where " +
                   NumberAfter(message, "Expected Number of Columns: ") + " were expected")
        .WithDiagnostic("SIG-4014")
        .WithRemedy("check the delimiter and the quotes of that line");
  }
  return Invalid(place + "the CSV text cannot be parsed")
      .WithDiagnostic("SIG-4014")
      .WithRemedy("check delimiter, quotes and encoding");
}

Status BadInput(std::string_view message) {
  if (Has(message, "CSV Error")) return CsvError(message);
  if (Has(message, "nvalid unicode") || Has(message, "nvalid UTF") ||
      Has(message, "not valid UTF")) {
    return Invalid("text that is not UTF-8").WithDiagnostic("SIG-4007");
  }
  if (Has(message, "configuration has been locked") || Has(message, "Cannot change")) {
    return Denied("settings of the query engine cannot be changed");
  }
  if (Has(message, "gzip") || Has(message, "GZIP") || Has(message, "miniz")) {
    return Invalid("the compressed file is damaged or cut short").WithDiagnostic("SIG-4006");
  }
  return Invalid("a value that the expression cannot take");
}

Status IoError(std::string_view message) {
  if (Has(message, "gzip") || Has(message, "GZIP") || Has(message, "miniz") ||
      Has(message, "decode")) {
    return Invalid("the compressed file is damaged or cut short")
        .WithDiagnostic("SIG-4006")
        .WithRemedy("fetch the file again; gzip -t FILE tests it");
  }
  if (Has(message, "No files found")) return NotFound("no such file");
  return Unavailable("the query engine could not read or write a file");
}

}  // namespace

Status TranslateError(int type, std::string_view message) {
  switch (type) {
    case DUCKDB_ERROR_PARSER:
    case DUCKDB_ERROR_SYNTAX:
    case DUCKDB_ERROR_BINDER:
    case DUCKDB_ERROR_CATALOG:
      return Invalid(SqlMistake(message));
    case DUCKDB_ERROR_INTERRUPT:
      return Cancelled("the query was cancelled");
    case DUCKDB_ERROR_OUT_OF_MEMORY:
      return Exhausted("the query needs more memory than its limit")
          .WithRemedy("give the worker more memory, or use more partitions");
    case DUCKDB_ERROR_PERMISSION:
      return Denied("the query engine may not touch that file or extension");
    case DUCKDB_ERROR_IO:
      return IoError(message);
    case DUCKDB_ERROR_INVALID_INPUT:
    case DUCKDB_ERROR_CONVERSION:
      return type == DUCKDB_ERROR_CONVERSION && !Has(message, "CSV Error")
                 ? Invalid("a value cannot be converted to the type asked for")
                 : BadInput(message);
    case DUCKDB_ERROR_OUT_OF_RANGE:
    case DUCKDB_ERROR_DECIMAL:
    case DUCKDB_ERROR_DIVIDE_BY_ZERO:
      return Invalid("a number is out of range");
    case DUCKDB_ERROR_CONSTRAINT:
      return Conflict("a row violates a constraint of its table");
    case DUCKDB_ERROR_NOT_IMPLEMENTED:
      return Invalid("the query engine does not support this");
    default:
      return Internal("the query engine failed (kind " + std::to_string(type) + ")");
  }
}

}  // namespace signet::pipelines::query
