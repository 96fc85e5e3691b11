/// Ed25519 signatures (RFC 8032, pure, no context).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::crypto {

/// Verifies. A value; safe to share between threads.
class Ed25519PublicKey {
 public:
  static constexpr size_t kBytes = 32;
  static constexpr size_t kSignatureBytes = 64;

  /// kInvalid when `raw` has not 32 bytes.
  static Result<Ed25519PublicKey> FromBytes(ByteView raw);

  [[nodiscard]] const std::array<uint8_t, kBytes>& bytes() const { return bytes_; }
  /// False for a wrong signature, a wrong length and a signature that is not canonical.
  [[nodiscard]] bool Verify(ByteView message, ByteView signature) const;

  friend bool operator==(const Ed25519PublicKey& a, const Ed25519PublicKey& b) {
    return a.bytes_ == b.bytes_;
  }

 private:
  Ed25519PublicKey() = default;

  std::array<uint8_t, kBytes> bytes_{};
  std::shared_ptr<void> key_;  // EVP_PKEY, never changed
};

/// Signs. Move-only; signing is deterministic and safe from several threads.
class Ed25519PrivateKey {
 public:
  static constexpr size_t kSeedBytes = 32;

  /// `seed` is the RFC's 32-byte private key: other lengths are a CHECK.
  static Ed25519PrivateKey FromSeed(const SecretBytes& seed);
  Ed25519PrivateKey(Ed25519PrivateKey&& other) noexcept;
  Ed25519PrivateKey& operator=(Ed25519PrivateKey&& other) noexcept;
  ~Ed25519PrivateKey();
  Ed25519PrivateKey(const Ed25519PrivateKey&) = delete;
  Ed25519PrivateKey& operator=(const Ed25519PrivateKey&) = delete;

  /// 64 bytes. Not guaranteed: separation of what is signed; callers prefix each kind of message.
  [[nodiscard]] Bytes Sign(ByteView message) const;
  [[nodiscard]] Ed25519PublicKey PublicKey() const;

 private:
  class Impl;
  explicit Ed25519PrivateKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::crypto
