/// Reads a log entry's bytes strictly, without building anything: the form that verifiers accept.
#pragma once

#include <cstdint>

#include "crypto/base/bytes.h"
#include "crypto/base/status.h"

namespace signet::crypto {

/// The value of the entry's field `index`. kCorrupt unless the entry is one JSON object in
/// canonical form (RFC 8785): no space outside of texts, keys ascending and unique at every depth,
/// texts in UTF-8 whose only escapes are \" and \\, no control character, numbers as ECMAScript
/// writes them (integers up to 2^53). Depth at most 64. Costs about as much as one hash of the
/// entry.
Result<uint64_t> IndexOfEntry(ByteView entry);

}  // namespace signet::crypto
