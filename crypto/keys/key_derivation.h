/// Keys that are derived, and therefore never destroyed: one per use and context.
#pragma once

#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "crypto/keys/held_key.h"

namespace signet::crypto {

/// What a derived key is for. Keys of two uses are unrelated, whatever their context.
enum class KeyUse { kLink, kSuppression, kDigest, kRecipient, kLog, kStore, kServe };

/// "link", "suppression", "digest", "recipient", "log", "store", "serve".
std::string_view KeyUseName(KeyUse use);

/// 32 bytes: HKDF-SHA-256(base key of custody, salt "signet/keys", info = field("signet/key/v1") ‖
/// field(use's name) ‖ field(context)), each field with its 4-byte big-endian length. `context`
/// separates keys within a use (a recipient's name; "" when there is one). Erasure must never
/// depend on a derived key: it can always be derived again.
SecretBytes DeriveKey(const SecretBytes& base, KeyUse use, std::string_view context);

/// 16 bytes that tell roots apart and say nothing about them; kept in the store, so that a state is
/// never opened with the custody of another.
Bytes RootCheck(const SecretBytes& base);

/// The key that wraps one DEK: the KEK's derivation over field("signet/dek-wrap/v1") ‖
/// field(binding), `binding` being what the DEK is bound to. Dies with the KEK.
Result<SecretBytes> DekWrappingKey(const HeldKey& kek, ByteView binding);

}  // namespace signet::crypto
