/// AES-256 on single blocks (FIPS 197): a keyed permutation of 16-byte values.
#pragma once

#include <memory>

#include "crypto/base/ids.h"
#include "crypto/base/secret.h"

namespace signet::crypto {

/// One key. Safe to share between threads; keyed contexts are kept and reused.
///
/// Guaranteed: without the key a value says nothing about what it was made from, but for being the
/// same or another; two values never become one. Not guaranteed: integrity (every block opens), and
/// any secrecy of texts longer than a block: it is for 16-byte values that are random or hashes.
class BlockPermutation {
 public:
  static constexpr size_t kKeyBytes = 32;

  /// `key` has 32 bytes, otherwise a CHECK. Copies nothing of it but the key schedule.
  explicit BlockPermutation(const SecretBytes& key);
  BlockPermutation(BlockPermutation&& other) noexcept;
  BlockPermutation& operator=(BlockPermutation&& other) noexcept;
  BlockPermutation(const BlockPermutation&) = delete;
  BlockPermutation& operator=(const BlockPermutation&) = delete;
  ~BlockPermutation();

  [[nodiscard]] Uuid Forward(const Uuid& value) const;
  /// Of Forward's result: the value.
  [[nodiscard]] Uuid Back(const Uuid& value) const;

 private:
  class Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace signet::crypto
