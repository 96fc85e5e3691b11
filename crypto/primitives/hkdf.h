/// HKDF (RFC 5869): keys from a key.
#pragma once

#include <cstddef>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"

namespace signet::crypto {

/// Extract and expand with SHA-256. `n` is at most 8,160 (255 blocks): more is a CHECK. An empty
/// salt stands for 32 zero bytes, as in the RFC. Callers make `info` unambiguous (AppendField).
SecretBytes HkdfSha256(const SecretBytes& key, ByteView salt, ByteView info, size_t n);

/// Expand only, with SHA-512; `prk` must be uniformly random, of 128 bytes at most. `n` is at most
/// 16,320.
SecretBytes HkdfExpandSha512(const SecretBytes& prk, ByteView info, size_t n);

}  // namespace signet::crypto
