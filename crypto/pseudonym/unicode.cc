#include "crypto/pseudonym/unicode.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <stdlib.h>
#include <utility>

#include <utf8proc.h>

#include "crypto/base/secret.h"

namespace signet::crypto::unicode {
namespace {

constexpr int kPassesMax = 4;  // folding may open a new composition; two passes suffice in practice

bool IsControl(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0);
}

bool IsSpace(char32_t point) {
  if ((point >= 0x09 && point <= 0x0D) || point == 0x85) return true;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(point))) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return false;
  }
}

const utf8proc_uint8_t* Data(std::string_view text) {
  const void* data = text.data();
  return static_cast<const utf8proc_uint8_t*>(data);
}

/// One pass of normalisation.
bool Map(std::string_view text, Folding folding, std::string& out) {
  int options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_IGNORE;
  if (folding == Folding::kFoldCase) options |= UTF8PROC_CASEFOLD;
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(Data(text),
                                             static_cast<utf8proc_ssize_t>(text.size()),
                                             &mapped,
                                             static_cast<utf8proc_option_t>(options));
  if (size < 0) return false;
  out.resize(static_cast<size_t>(size));
  std::memcpy(out.data(), mapped, out.size());
  Wipe(mapped, out.size());
  free(mapped);  // NOLINT(cppcoreguidelines-no-malloc): utf8proc allocates with malloc
  return true;
}

/// Cuts white space at both ends; false when a control character is left.
bool TrimAndCheck(std::string& text) {
  size_t begin = text.size();
  size_t end = 0;
  bool inner_control = false;
  bool pending_control = false;  // a control character that may turn out to be at the end
  for (size_t at = 0; at < text.size();) {
    utf8proc_int32_t point = 0;
    const utf8proc_ssize_t size =
        utf8proc_iterate(Data(text) + at, static_cast<utf8proc_ssize_t>(text.size() - at), &point);
    if (size <= 0) return false;
    const auto code = static_cast<char32_t>(point);
    if (!IsSpace(code)) {
      if (begin > at) begin = at;
      inner_control = inner_control || pending_control || IsControl(code);
      pending_control = false;
      end = at + static_cast<size_t>(size);
    } else if (begin < at && IsControl(code)) {
      pending_control = true;
    }
    at += static_cast<size_t>(size);
  }
  if (inner_control) return false;
  text = begin < end ? text.substr(begin, end - begin) : std::string();
  return true;
}

}  // namespace

bool IsAscii(std::string_view text) {
  uint8_t all = 0;
  for (const char c : text) all = static_cast<uint8_t>(all | static_cast<uint8_t>(c));
  return all < 0x80;
}

bool Clean(std::string_view text, Folding folding, std::string& out) {
  if (!Map(text, folding, out)) return false;
  std::string again;
  for (int pass = 1; pass < kPassesMax; ++pass) {
    if (!Map(out, folding, again)) return false;
    if (again == out) break;
    std::swap(out, again);
  }
  return TrimAndCheck(out);
}

}  // namespace signet::crypto::unicode
