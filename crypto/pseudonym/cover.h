/// Covers: the outer layer of link values and of the suppression list, which an emergency re-key
/// replaces.
///
///   link value        = C(link cover, HMAC(link key, identifier))
///   suppression value = C(suppression cover, HMAC(suppression key, HMAC(link key, identifier)))
///
/// C is AES-256 on one block. Nobody can hash an identifier again that we do not keep, yet whoever
/// has the state can take a cover off and put another on: values made before are worth nothing to
/// who has the old keys. A state that never was re-keyed has no covers.
#pragma once

#include <optional>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/secret.h"
#include "crypto/primitives/block_permutation.h"

namespace signet::crypto {

/// One cover, or none. Immutable; safe to share between threads.
class Cover {
 public:
  /// No cover: values stay as they are.
  Cover() = default;
  /// 32 bytes; none at all: no cover. Another size is a CHECK.
  explicit Cover(ByteView key);

  [[nodiscard]] Uuid On(const Uuid& value) const {
    return cipher_ ? cipher_->Forward(value) : value;
  }
  /// Takes it off again.
  [[nodiscard]] Uuid Off(const Uuid& value) const { return cipher_ ? cipher_->Back(value) : value; }

 private:
  std::optional<BlockPermutation> cipher_;
};

/// From one cover to the next.
class CoverChange {
 public:
  /// `keys`: the next cover's 32 bytes, behind those of the one before, if there was one.
  explicit CoverChange(const SecretBytes& keys);

  [[nodiscard]] Uuid Of(const Uuid& covered) const { return next_.On(before_.Off(covered)); }

 private:
  Cover before_;
  Cover next_;
};

}  // namespace signet::crypto
