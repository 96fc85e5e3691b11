#include "crypto/pseudonym/normalise.h"

#include <algorithm>

#include "crypto/pseudonym/phone.h"
#include "crypto/pseudonym/unicode.h"

namespace signet::crypto {
namespace {

constexpr size_t kValueBytesMax = 4096;  // no identifier is longer; guards the hot loop

bool IsAsciiSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool IsAsciiControl(char c) {
  return (c >= 0 && c < 0x20) || c == 0x7F;
}

std::string_view TrimAscii(std::string_view text) {
  while (!text.empty() && IsAsciiSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsAsciiSpace(text.back())) text.remove_suffix(1);
  return text;
}

char FoldAscii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// `value` cleaned, in `buffer` or where it lies; false when it cannot identify.
bool Clean(std::string_view value,
           unicode::Folding folding,
           std::string& buffer,
           std::string_view& clean) {
  if (value.size() > kValueBytesMax) return false;
  if (unicode::IsAscii(value)) {
    clean = TrimAscii(value);
    return !clean.empty() && std::none_of(clean.begin(), clean.end(), IsAsciiControl);
  }
  if (!unicode::Clean(value, folding, buffer)) return false;
  clean = buffer;
  return !clean.empty();
}

void AppendFolded(std::string_view text, std::string& out) {
  // The part beyond ASCII is folded already.
  const size_t before = out.size();
  out += text;
  std::transform(out.begin() + static_cast<std::ptrdiff_t>(before),
                 out.end(),
                 out.begin() + static_cast<std::ptrdiff_t>(before),
                 FoldAscii);
}

bool AppendCard(std::string_view clean, std::string& out) {
  const size_t before = out.size();
  for (const char c : clean) {
    if (c != ' ' && c != '-') out += FoldAscii(c);
  }
  if (!unicode::IsAscii(clean)) {
    // What a separator kept apart (a letter and an accent) may compose now.
    std::string composed;
    if (!unicode::Clean(
            std::string_view(out).substr(before), unicode::Folding::kFoldCase, composed)) {
      composed.clear();
    }
    out.resize(before);
    out += composed;
  }
  return out.size() != before;
}

bool AppendEmail(std::string_view clean, std::string& out) {
  const size_t before = out.size();
  AppendFolded(clean, out);
  std::string_view email = std::string_view(out).substr(before);
  size_t scheme = 0;
  if (email.substr(0, 7) == "mailto:") scheme = 7;
  email.remove_prefix(scheme);
  while (!email.empty() && email.back() == '.') email.remove_suffix(1);
  const size_t at = email.find('@');
  const bool usable = at != std::string_view::npos && at > 0 && at + 1 < email.size() &&
                      email.find('@', at + 1) == std::string_view::npos &&
                      email.find(' ') == std::string_view::npos && email[at + 1] != '.';
  if (!usable) {
    out.resize(before);
    return false;
  }
  const size_t size = email.size();
  out.erase(before, scheme);
  out.resize(before + size);
  return true;
}

}  // namespace

bool Normalise(LinkType type,
               std::string_view value,
               std::string_view default_region,
               std::string& out) {
  thread_local std::string buffer;
  const bool exact = type == LinkType::kCookie || type == LinkType::kPhone;
  std::string_view clean;
  if (!Clean(value,
             exact ? unicode::Folding::kKeepCase : unicode::Folding::kFoldCase,
             buffer,
             clean)) {
    return false;
  }
  switch (type) {
    case LinkType::kId:
    case LinkType::kDevice:
      AppendFolded(clean, out);
      return true;
    case LinkType::kCookie:
      out += clean;
      return true;
    case LinkType::kCard:
      return AppendCard(clean, out);
    case LinkType::kEmail:
      return AppendEmail(clean, out);
    case LinkType::kPhone:
      return phone::AppendE164(clean, default_region, out);
  }
  return false;
}

bool IsPhoneRegion(std::string_view region) {
  return phone::IsRegion(region);
}

}  // namespace signet::crypto
