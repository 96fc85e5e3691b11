/// One field of a CSV file that people will open in a spreadsheet.
#pragma once

#include <string>
#include <string_view>

namespace signet {

/// `text` as a field of RFC 4180, quoted where it must be. A field that a spreadsheet would take
/// for a formula (it starts with = + - @, a tab or a carriage return, also behind spaces or quotes)
/// gets an apostrophe in front, unless it is a plain number such as -12.5.
/// Source: OWASP, "CSV Injection".
std::string CsvField(std::string_view text);

}  // namespace signet
