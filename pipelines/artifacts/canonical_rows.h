/// Canonical bytes of a row, and the keyed digest of the multiset of rows (ADR 0002).
///
/// A row is the concatenation over the schema's columns of:
///   00                               NULL
///   01 | 8 bytes big-endian          bool, int, decimal (1/10000), date (days), timestamp (micros)
///   02 | 8 bytes big-endian          double: IEEE 754 bits, -0 as 0, every NaN as 7ff8000000000000
///   03 | 16 bytes                    uuid, RFC 9562 order
///   04 | u32 big-endian n | n bytes  text, bytes
#pragma once

#include "crypto/base/bytes.h"
#include "crypto/primitives/hmac.h"
#include "pipelines/query/chunk.h"
#include "pipelines/record/dataset.h"

namespace signet::pipelines {

/// Replaces `out` by the canonical bytes of row `row`.
void CanonicalRow(const query::Chunk& chunk, size_t row, Bytes& out);

/// Adds all rows of `chunk` to `digest`, each by its HMAC under `key`.
void DigestRows(const query::Chunk& chunk,
                const crypto::HmacKey& key,
                Bytes& scratch,
                MultisetDigest& digest);

}  // namespace signet::pipelines
