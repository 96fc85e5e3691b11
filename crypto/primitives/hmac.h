/// HMAC-SHA-256 (RFC 2104) with the key's two blocks hashed beforehand.
#pragma once

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/secret.h"
#include "crypto/primitives/sha256.h"

namespace signet::crypto {

/// A keyed HMAC-SHA-256. Each Mac starts from the stored mid-states, so a short message costs two
/// compressions. Immutable; safe to share between threads. Compare results that an adversary may
/// choose with ConstantTimeEqual.
class HmacKey {
 public:
  /// Any length; a key over 64 bytes is hashed first (RFC 2104). Copies nothing of `key` itself.
  explicit HmacKey(const SecretBytes& key);

  [[nodiscard]] Digest Mac(ByteView message) const;
  /// The first 16 bytes of Mac, as they are (no UUID version): for values that stay inside.
  [[nodiscard]] Uuid MacUuid(ByteView message) const;

 private:
  // Chaining values after the inner and the outer key block, 8 words each: as secret as the key.
  SecretBytes mid_states_;
};

}  // namespace signet::crypto
