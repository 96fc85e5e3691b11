/// subject_ref: how the log names a person without saying who it is.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/base/entropy.h"
#include "crypto/base/secret.h"

namespace signet::crypto {

/// Random, new for each event: equal persons give different references.
using EventNonce = std::array<uint8_t, 16>;

EventNonce NewEventNonce(Entropy& entropy);
/// 32 hexadecimal digits; kInvalid otherwise.
Result<EventNonce> EventNonceFromHex(std::string_view hex);

/// "NONCE.HMAC" in hex: HMAC-SHA-256(the subject's log key, "signet subject_ref v1" || nonce). Once
/// that key is destroyed (erasure), nobody can tell whom the entry concerns, nor that two entries
/// concern one person.
std::string SubjectRef(const SecretBytes& log_key, const EventNonce& nonce);
/// Whether `ref` names the subject of `log_key`.
bool IsRefOf(const SecretBytes& log_key, std::string_view ref);

}  // namespace signet::crypto
