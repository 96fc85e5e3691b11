/// The form of a pseudonym that leaves Signet.
#pragma once

#include "crypto/base/ids.h"
#include "crypto/primitives/sha256.h"

namespace signet::crypto {

/// A UUID of version 8 (RFC 9562 section 5.8) with the first 122 usable bits of `digest`: version
/// nibble 8 in byte 6, variant 10 in byte 8.
Uuid UuidV8(const Digest& digest);

}  // namespace signet::crypto
