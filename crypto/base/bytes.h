/// Bytes and the text forms of bytes (hex, base64).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/status.h"

namespace signet {

using Bytes = std::vector<uint8_t>;
using ByteView = std::span<const uint8_t>;
using ByteSpan = std::span<uint8_t>;

/// The bytes of a text, not copied.
ByteView AsBytes(std::string_view text);
/// The text whose bytes these are, not copied; not necessarily UTF-8.
std::string_view AsText(ByteView bytes);
Bytes ToBytes(std::string_view text);
void Append(Bytes& to, ByteView more);

/// Appends an unsigned integer in big-endian order.
void AppendU16(Bytes& to, uint16_t value);
void AppendU32(Bytes& to, uint32_t value);
void AppendU64(Bytes& to, uint64_t value);
/// Appends a 32-bit big-endian length and the bytes: the unambiguous way to hash several fields.
void AppendField(Bytes& to, ByteView field);
void AppendField(Bytes& to, std::string_view field);

/// Reads what the Append functions wrote; every read is bounds-checked.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}
  Result<uint8_t> U8();
  Result<uint16_t> U16();
  Result<uint32_t> U32();
  Result<uint64_t> U64();
  Result<ByteView> Take(size_t n);
  Result<ByteView> Field();
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] ByteView rest() const { return rest_; }

 private:
  ByteView rest_;
};

/// Lower-case hexadecimal.
std::string ToHex(ByteView bytes);
Result<Bytes> FromHex(std::string_view text);
/// RFC 4648 section 4, with padding; decoding is strict (canonical only).
std::string ToBase64(ByteView bytes);
Result<Bytes> FromBase64(std::string_view text);

}  // namespace signet
