/// Recipient tokens: what a marketing system sees instead of a SubjectId.
#pragma once

#include <cstdint>

#include "crypto/base/ids.h"
#include "crypto/base/secret.h"
#include "crypto/primitives/hmac.h"

namespace signet::crypto {

/// Token = UUID version 8 of HMAC(K(recipient, token_epoch), SubjectId); K is derived by HKDF from
/// the recipient's key. Immutable; safe to share between threads.
///
/// Guaranteed: tokens of two recipients, or of two epochs, cannot be joined without the keys.
class RecipientTokens {
 public:
  /// `recipient_key` is KeyVault::Derive(KeyUse::kRecipient, recipient's name). `token_epoch`
  /// changes only when the recipient's tokens are rotated on purpose.
  RecipientTokens(const SecretBytes& recipient_key, uint32_t token_epoch);

  [[nodiscard]] Uuid Token(const SubjectId& subject) const;

 private:
  HmacKey key_;
};

}  // namespace signet::crypto
