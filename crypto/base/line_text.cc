#include "crypto/base/line_text.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace signet {
namespace {

struct CodePoint {
  uint32_t value = 0;
  size_t bytes = 0;  ///< 0: not UTF-8
};

/// Decodes one code point, strictly: no overlong forms, no surrogates.
CodePoint Decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  const size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  uint32_t value = lead & (0xFFU >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return {};
    value = value << 6 | (byte & 0x3FU);
  }
  constexpr std::array<uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[bytes] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
    return {};
  }
  return {value, bytes};
}

bool BreaksALine(uint32_t c) {
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return true;
  if (c < 0x061C) return false;
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

void AppendEscape(std::string& out, char kind, uint32_t value) {
  std::array<char, 8> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  out += '\\';
  out += kind;
  out += '{';
  out.append(digits.data(), end.ptr);
  out += '}';
}

}  // namespace

bool IsOneLine(std::string_view text) {
  while (!text.empty()) {
    const CodePoint next = Decode(text);
    if (next.bytes == 0 || BreaksALine(next.value)) return false;
    text.remove_prefix(next.bytes);
  }
  return true;
}

std::string ShownOnOneLine(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint next = Decode(text);
    if (next.bytes == 0) {
      AppendEscape(out, 'x', static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    if (BreaksALine(next.value)) {
      AppendEscape(out, 'u', next.value);
    } else {
      out += text.substr(0, next.bytes);
    }
    text.remove_prefix(next.bytes);
  }
  return out;
}

}  // namespace signet
