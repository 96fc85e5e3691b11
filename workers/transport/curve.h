/// CURVE key pairs: who a worker or a coordinator is on the network.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::workers {

/// A CurveZMQ (RFC 26) long-term public key.
struct CurvePublicKey {
  std::array<uint8_t, 32> bytes{};
  /// 40 characters of Z85 (RFC 32): what enrolment files and command lines hold.
  [[nodiscard]] std::string Text() const;
  static Result<CurvePublicKey> FromText(std::string_view z85);
  friend auto operator<=>(const CurvePublicKey&, const CurvePublicKey&) = default;
};

/// Whom a door did not let in.
struct Refusals {
  static constexpr size_t kKeysMax = 64;
  uint64_t count = 0;                ///< handshakes
  std::vector<CurvePublicKey> keys;  ///< proved by them; each once, no more than kKeysMax
};

struct CurveKeyPair {
  CurvePublicKey public_key;
  SecretBytes secret_key;  ///< 32 bytes
  /// From libzmq's own source of randomness (libsodium / tweetnacl on getrandom).
  static Result<CurveKeyPair> Generate();
  /// kInvalid when it is not 32 bytes.
  static Result<CurveKeyPair> FromSecret(SecretBytes secret);
};

}  // namespace signet::workers
