/// Suppression values: what is kept of an erased person so that ingest cannot bring them back.
#pragma once

#include "crypto/base/ids.h"
#include "crypto/base/secret.h"
#include "crypto/primitives/hmac.h"
#include "crypto/pseudonym/cover.h"

namespace signet::crypto {

/// HMAC under the suppression key over a link value without its cover, under a cover of its own if
/// there is one (cover.h). GDPR Art. 17(3)(b): kept to fulfil the erasure. Immutable; safe to share
/// between threads.
class SuppressionHasher {
 public:
  /// `suppression_key` is KeyVault::SuppressionKey(): with 96 bytes the last two thirds are the
  /// covers of links and of the list.
  explicit SuppressionHasher(const SecretBytes& suppression_key);

  /// The value on the suppression list for `link_value` (of LinkHasher). One-way without the key.
  [[nodiscard]] Uuid Of(const Uuid& link_value) const;

 private:
  HmacKey key_;
  Cover links_;
  Cover list_;
};

}  // namespace signet::crypto
