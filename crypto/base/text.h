/// Text helpers with one meaning each: splitting, joining, nearest name, numbers for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"

namespace signet {

std::vector<std::string> Split(std::string_view text, char separator);
std::string Join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view Trim(std::string_view text);
bool IsValidUtf8(std::string_view text);

/// The name in `known` within an edit distance of a third of its length, or empty: "did you mean".
std::string NearestName(std::string_view name, const std::vector<std::string>& known);

/// "1,234,567".
std::string WithThousands(int64_t value);
/// `value` with `decimals` digits, independent of the locale.
std::string FixedText(double value, int decimals);
Result<int64_t> IntegerFromText(std::string_view text);
Result<double> DoubleFromText(std::string_view text);

/// Quotes for SQL: 'it''s' and "a ""name""".
std::string SqlLiteral(std::string_view text);
std::string SqlName(std::string_view name);

}  // namespace signet
