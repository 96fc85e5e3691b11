/// Keys that are derived, and therefore never destroyed: one per use and context.
#pragma once

#include <string_view>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"

namespace signet::crypto {

/// What a derived key is for. Keys of two uses are unrelated, whatever their context.
enum class KeyUse { kLink, kSuppression, kDigest, kRecipient, kLog, kStore, kServe };

/// "link", "suppression", "digest", "recipient", "log", "store", "serve".
std::string_view KeyUseName(KeyUse use);

/// 32 bytes: HKDF-SHA-256(root, salt "signet/keys", info = field("signet/key/v1") ‖ field(use's
/// name) ‖ field(context)), each field with its 4-byte big-endian length. `context` separates keys
/// within a use (a recipient's name; "" when there is one). Erasure must never depend on a derived
/// key: it can always be derived again.
SecretBytes DeriveKey(const SecretBytes& root, KeyUse use, std::string_view context);

/// 16 bytes that tell roots apart and say nothing about them; kept in the store, so that a state is
/// never opened with the custody of another.
Bytes RootCheck(const SecretBytes& root);

/// The key that wraps one DEK: HKDF of a KEK over what the DEK is bound to. Dies with the KEK.
SecretBytes DekWrappingKey(const SecretBytes& kek, ByteView binding);

}  // namespace signet::crypto
