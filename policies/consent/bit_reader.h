/// BitReader: fields of a few bits out of web-safe base64, as the IAB's consent strings pack them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/clock.h"
#include "crypto/base/status.h"

namespace signet::policies {

/// Reads most significant bit first. Every read is bounds-checked: kCorrupt beyond the end.
class BitReader {
 public:
  /// The bits of RFC 4648 section 5 ("base64url") without padding; each letter holds six bits, and
  /// what is left of the last byte is kept. kCorrupt for any other letter.
  static Result<BitReader> FromBase64Url(std::string_view text);

  /// An unsigned number of `bits` bits, at most 63.
  Result<uint64_t> Number(int bits);
  Result<bool> Flag();
  /// Deciseconds since 1970 in 36 bits.
  Result<Timestamp> Deciseconds();
  /// `count` letters of six bits each, 0 = 'A'.
  Result<std::string> Letters(int count);
  /// The numbers 1..count whose bit is set.
  Result<std::vector<int>> BitField(int count);
  /// A number from 1 on in Fibonacci coding: the sum of the Fibonacci numbers whose bits are set,
  /// ended by two set bits.
  Result<uint64_t> Fibonacci();
  [[nodiscard]] size_t bits_left() const { return bits_.size() - at_; }

 private:
  std::vector<bool> bits_;
  size_t at_ = 0;
};

}  // namespace signet::policies
