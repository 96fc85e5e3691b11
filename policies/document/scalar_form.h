/// The forms of plain scalars: the YAML 1.2 core schema, less what surprises.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace signet::policies {

/// Decimal, 0o17 and 0x1F integers that fit 64 bits. Digits with leading zeros are not numbers here
/// (a postal code 00100 keeps its zeros).
std::optional<int64_t> CoreInteger(std::string_view text);
/// Integers and decimal fractions with or without exponent; finite only.
std::optional<double> CoreNumber(std::string_view text);

}  // namespace signet::policies
