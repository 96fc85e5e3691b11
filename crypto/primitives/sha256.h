/// SHA-256 (FIPS 180-4).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "crypto/base/bytes.h"

namespace signet::crypto {

/// 32 bytes of a SHA-256 or HMAC-SHA-256.
using Digest = std::array<uint8_t, 32>;

/// One running hash. Holds its state in itself: no allocation, cheap to copy (a copy continues from
/// the same prefix). Not guaranteed: secrecy of what was hashed; the state is not wiped.
class Sha256 {
 public:
  Sha256();
  void Update(ByteView bytes);
  /// The digest of all that was given; the object then starts anew.
  Digest Finish();
  /// The digest of one piece.
  static Digest Of(ByteView bytes);

 private:
  static constexpr size_t kStateBytes = 112;
  alignas(8) std::array<uint8_t, kStateBytes> state_;
};

}  // namespace signet::crypto
