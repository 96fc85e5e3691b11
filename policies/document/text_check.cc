#include "policies/document/text_check.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>

#include "crypto/base/text.h"

namespace signet::policies {
namespace {

size_t SequenceLength(std::string_view text, size_t at) {
  size_t length = 1;
  while (at + length < text.size() &&
         (static_cast<unsigned char>(text[at + length]) & 0xC0) == 0x80) {
    ++length;
  }
  return length;
}

uint32_t CodePoint(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead;
  uint32_t value = lead & (0xFFU >> (sequence.size() + 1));
  for (const char c : sequence.substr(1)) {
    value = (value << 6) | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return value;
}

// C0 (less tab and line breaks), DEL, C1, line separators, bidirectional marks and overrides
// (CVE-2021-42574), a byte order mark within the text.
bool IsRefused(uint32_t c) {
  if (c == '\t' || c == '\n') return false;
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0x200E ||
         c == 0x200F || c == 0x061C || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

Mark MarkAt(const std::shared_ptr<const SourceText>& source, std::string_view text, size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  return PlaceOf(source, line, static_cast<int>(at - start), 1);
}

}  // namespace

int CountCharacters(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

Mark PlaceOf(const std::shared_ptr<const SourceText>& source,
             int line,
             int byte_column,
             int length) {
  Mark mark{source->name, std::max(line, 0) + 1, std::max(byte_column, 0) + 1, length, source};
  const auto index = static_cast<size_t>(mark.line) - 1;
  if (index < source->lines.size()) {
    const std::string_view text = source->lines[index];
    mark.column = 1 + CountCharacters(text.substr(0, static_cast<size_t>(mark.column) - 1));
  }
  return mark;
}

bool CheckText(const std::shared_ptr<const SourceText>& source,
               std::string_view text,
               Diagnostics& diagnostics) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = SequenceLength(text, at);
    const std::string_view sequence = text.substr(at, length);
    if (!IsValidUtf8(sequence)) {
      diagnostics.Error(
          "SIG-1002",
          MarkAt(source, text, at),
          "the document is not UTF-8 at byte " + WithThousands(static_cast<int64_t>(at)));
      return false;
    }
    const bool line_break = sequence == "\r" && at + 1 < text.size() && text[at + 1] == '\n';
    if (IsRefused(CodePoint(sequence)) && !line_break) {
      diagnostics.Error(
          "SIG-1003", MarkAt(source, text, at), "the document holds a control character");
      return false;
    }
    at += length;
  }
  return true;
}

bool HasControlCharacter(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = SequenceLength(text, at);
    if (IsRefused(CodePoint(text.substr(at, length)))) return true;
    at += length;
  }
  return false;
}

}  // namespace signet::policies
