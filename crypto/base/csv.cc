#include "crypto/base/csv.h"

#include <algorithm>

namespace signet {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

/// An optional sign, digits, and perhaps a fraction.
bool IsPlainNumber(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  const size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  if (whole.empty() || (point < text.size() && fraction.empty())) return false;
  return std::all_of(whole.begin(), whole.end(), IsDigit) &&
         std::all_of(fraction.begin(), fraction.end(), IsDigit);
}

/// Whether a spreadsheet could evaluate the field.
bool LooksLikeFormula(std::string_view text) {
  if (IsPlainNumber(text)) return false;
  const size_t first = text.find_first_not_of(" \"'\n");
  if (first == std::string_view::npos) return false;
  constexpr std::string_view kStarts = "=+-@\t\r|%";
  if (kStarts.find(text[first]) != std::string_view::npos) return true;
  // Full-width forms of = + - @ (U+FF1D, U+FF0B, U+FF0D, U+FF20) are folded by some programs.
  const std::string_view rest = text.substr(first);
  return rest.starts_with("\xEF\xBC\x9D") || rest.starts_with("\xEF\xBC\x8B") ||
         rest.starts_with("\xEF\xBC\x8D") || rest.starts_with("\xEF\xBC\xA0");
}

}  // namespace

std::string CsvField(std::string_view text) {
  std::string field;
  if (LooksLikeFormula(text)) field += '\'';
  field += text;
  if (field.find_first_of(",;\"\r\n\t") == std::string::npos && !field.starts_with(' ') &&
      !field.ends_with(' ')) {
    return field;
  }
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace signet
