#include "tests/e2e/canary/byte_search.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

namespace signet::e2e {

namespace fs = std::filesystem;

namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kBase64Digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string Mapped(std::string_view text, int (*map)(int)) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(map(static_cast<unsigned char>(c)));
  return out;
}

std::string Hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 15];
  }
  return out;
}

/// The base64 characters that depend on the marker alone when `offset` bytes precede it.
std::string Base64Core(std::string_view marker, size_t offset) {
  const std::string text = Base64(std::string(offset, '\0') + std::string(marker));
  const size_t first = (offset * 8 + 5) / 6;
  const size_t last = (offset + marker.size()) * 8 / 6;
  return text.substr(first, last - first);
}

bool Holds(const std::string& bytes, const std::string& needle) {
  return bytes.find(needle) != std::string::npos;
}

}  // namespace

std::string Base64(std::string_view bytes) {
  std::string out;
  unsigned bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    held += 8;
    while (held >= 6) {
      held -= 6;
      out += kBase64Digits[(bits >> held) & 63U];
    }
  }
  if (held > 0) out += kBase64Digits[(bits << (6 - held)) & 63U];
  return out;
}

MarkerSearch::MarkerSearch(std::string_view marker) : lower_(Mapped(marker, std::tolower)) {
  for (const std::string& form : {lower_, Mapped(marker, std::toupper)}) {
    hex_.push_back(Hex(form));
    for (size_t offset = 0; offset < 3; ++offset) base64_.push_back(Base64Core(form, offset));
  }
}

std::string MarkerSearch::FindIn(const std::string& bytes) const {
  for (const std::string& form : base64_) {
    if (Holds(bytes, form)) return "base64";
  }
  const std::string lower = Mapped(bytes, std::tolower);
  if (Holds(lower, lower_)) return "plain";
  for (const std::string& form : hex_) {
    if (Holds(lower, form)) return "hexadecimal";
  }
  return "";
}

std::vector<std::string> MarkerSearch::FilesWith(const fs::path& folder) const {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    if (!file.good() && entry.file_size() != 0) {
      found.push_back(entry.path().string() + " (unreadable)");
      continue;
    }
    const std::string form = FindIn(bytes.str());
    if (!form.empty()) found.push_back(entry.path().string() + " (" + form + ")");
  }
  return found;
}

}  // namespace signet::e2e
