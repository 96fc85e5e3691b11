/// AES-256-GCM (NIST SP 800-38D) for single messages; streams have sealed_stream.h.
#pragma once

#include <cstddef>
#include <memory>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::crypto {

/// One key. Safe to share between threads; keyed contexts are kept and reused.
///
/// Guaranteed: Open returns only what Seal was given under this key, nonce and aad.
/// Not guaranteed: anything once a nonce repeats (callers count, or draw 12 random bytes for at
/// most 2^32 messages a key); that only one key opens a message (sealed streams commit).
class Aes256Gcm {
 public:
  static constexpr size_t kKeyBytes = 32;
  static constexpr size_t kNonceBytes = 12;
  static constexpr size_t kTagBytes = 16;

  /// `key` has 32 bytes, or 16 and 24 for published vectors: otherwise a CHECK.
  explicit Aes256Gcm(const SecretBytes& key);
  Aes256Gcm(Aes256Gcm&& other) noexcept;
  Aes256Gcm& operator=(Aes256Gcm&& other) noexcept;
  ~Aes256Gcm();
  Aes256Gcm(const Aes256Gcm&) = delete;
  Aes256Gcm& operator=(const Aes256Gcm&) = delete;

  /// Ciphertext ‖ 16-byte tag. `nonce` has 1 to 128 bytes, 12 but for vectors.
  [[nodiscard]] Bytes Seal(ByteView nonce, ByteView aad, ByteView plain) const;
  /// kCorrupt unless all of it is authentic; then nothing is released.
  [[nodiscard]] Result<Bytes> Open(ByteView nonce, ByteView aad, ByteView sealed) const;

  /// Seal into `out`, which has plain.size() + 16 bytes and may not overlap `plain`.
  void SealInto(ByteView nonce, ByteView aad, ByteView plain, ByteSpan out) const;
  /// Open into `out`, which has sealed.size() - 16 bytes; wiped when the tag fails.
  Status OpenInto(ByteView nonce, ByteView aad, ByteView sealed, ByteSpan out) const;

 private:
  class Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace signet::crypto
