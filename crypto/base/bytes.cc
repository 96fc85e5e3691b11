#include "crypto/base/bytes.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace signet {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int DigitValue(std::string_view digits, char c) {
  const size_t at = digits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

template <typename T>
void AppendBigEndian(Bytes& to, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    to.push_back(static_cast<uint8_t>(value >> shift));
  }
}

uint64_t BigEndian(ByteView bytes) {
  uint64_t value = 0;
  for (const uint8_t b : bytes) value = value << 8 | b;
  return value;
}

}  // namespace

ByteView AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string_view AsText(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes ToBytes(std::string_view text) {
  const ByteView view = AsBytes(text);
  return {view.begin(), view.end()};
}

void Append(Bytes& to, ByteView more) {
  to.insert(to.end(), more.begin(), more.end());
}
void AppendU16(Bytes& to, uint16_t value) {
  AppendBigEndian(to, value);
}
void AppendU32(Bytes& to, uint32_t value) {
  AppendBigEndian(to, value);
}
void AppendU64(Bytes& to, uint64_t value) {
  AppendBigEndian(to, value);
}

void AppendField(Bytes& to, ByteView field) {
  CHECK(field.size() <= UINT32_MAX);
  AppendU32(to, static_cast<uint32_t>(field.size()));
  Append(to, field);
}

void AppendField(Bytes& to, std::string_view field) {
  AppendField(to, AsBytes(field));
}

Result<ByteView> ByteReader::Take(size_t n) {
  if (n > rest_.size()) return Corrupt("bytes end early");
  const ByteView taken = rest_.first(n);
  rest_ = rest_.subspan(n);
  return taken;
}

Result<uint8_t> ByteReader::U8() {
  ASSIGN_OR_RETURN(const ByteView b, Take(1));
  return b[0];
}

Result<uint16_t> ByteReader::U16() {
  ASSIGN_OR_RETURN(const ByteView b, Take(2));
  return static_cast<uint16_t>(BigEndian(b));
}

Result<uint32_t> ByteReader::U32() {
  ASSIGN_OR_RETURN(const ByteView b, Take(4));
  return static_cast<uint32_t>(BigEndian(b));
}

Result<uint64_t> ByteReader::U64() {
  ASSIGN_OR_RETURN(const ByteView b, Take(8));
  return BigEndian(b);
}

Result<ByteView> ByteReader::Field() {
  ASSIGN_OR_RETURN(const uint32_t size, U32());
  return Take(size);
}

std::string ToHex(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const uint8_t b : bytes) {
    text.push_back(kHexDigits[b >> 4]);
    text.push_back(kHexDigits[b & 15]);
  }
  return text;
}

Result<Bytes> FromHex(std::string_view text) {
  if (text.size() % 2 != 0) return Invalid("hexadecimal text of odd length");
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = DigitValue(kHexDigits, text[i]);
    const int low = DigitValue(kHexDigits, text[i + 1]);
    if (high < 0 || low < 0) return Invalid("not lower-case hexadecimal");
    bytes.push_back(static_cast<uint8_t>(high * 16 + low));
  }
  return bytes;
}

std::string ToBase64(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = bytes.size() - i;
    const uint32_t group = static_cast<uint32_t>(bytes[i]) << 16 |
                           (left > 1 ? static_cast<uint32_t>(bytes[i + 1]) << 8 : 0U) |
                           (left > 2 ? static_cast<uint32_t>(bytes[i + 2]) : 0U);
    text.push_back(kBase64Digits[group >> 18]);
    text.push_back(kBase64Digits[group >> 12 & 63]);
    text.push_back(left > 1 ? kBase64Digits[group >> 6 & 63] : '=');
    text.push_back(left > 2 ? kBase64Digits[group & 63] : '=');
  }
  return text;
}

Result<Bytes> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return Invalid("base64 text whose length is no multiple of 4");
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  uint32_t group = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool pad = i >= text.size() - padding;
    const int value = pad ? 0 : DigitValue(kBase64Digits, text[i]);
    if (value < 0) return Invalid("not base64");
    group = group << 6 | static_cast<uint32_t>(value);
    if (i % 4 == 3) {
      bytes.push_back(static_cast<uint8_t>(group >> 16));
      bytes.push_back(static_cast<uint8_t>(group >> 8));
      bytes.push_back(static_cast<uint8_t>(group));
      group = 0;
    }
  }
  for (size_t i = 0; i < padding; ++i) {
    if (bytes.back() != 0) return Invalid("base64 with stray bits");
    bytes.pop_back();
  }
  if (ToBase64(bytes) != text) return Invalid("base64 that is not canonical");
  return bytes;
}

}  // namespace signet
