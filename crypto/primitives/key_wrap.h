/// AES-256 key wrap with padding (RFC 5649, NIST SP 800-38F KWP): a key under another key.
#pragma once

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::crypto {

/// Wraps `dek` (1 to 4,096 bytes) under `kek` (32 bytes; 16 and 24 also work). Deterministic: equal
/// keys wrap to equal bytes. Not guaranteed: any binding to a context; derive `kek` per context.
/// kInvalid for other lengths.
Result<Bytes> WrapKey(const SecretBytes& kek, const SecretBytes& dek);

/// kCorrupt when the wrapping was changed or made under another KEK.
Result<SecretBytes> UnwrapKey(const SecretBytes& kek, ByteView wrapped);

}  // namespace signet::crypto
