/// RFC 6962 hashes: leaf = SHA-256(0x00 || entry), node = SHA-256(0x01 || left || right).
#pragma once

#include "crypto/base/bytes.h"
#include "crypto/primitives/sha256.h"

namespace signet::crypto {

/// Hashes leaves and nodes with one reused context. For one thread at a time.
class TreeHasher {
 public:
  Digest Leaf(ByteView entry);
  Digest Node(const Digest& left, const Digest& right);
  /// The root of the tree without entries: SHA-256("").
  static Digest EmptyRoot();

 private:
  Sha256 sha_;
};

}  // namespace signet::crypto
