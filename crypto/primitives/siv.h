/// AES-256-SIV (RFC 5297): deterministic, misuse-resistant sealing of single cells.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>

#include "crypto/base/bytes.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"

namespace signet::crypto {

/// One key pair (64 bytes: S2V key ‖ CTR key). Safe to share between threads.
///
/// Guaranteed: Open returns only what Seal was given under the same key and associated data; the
/// empty plaintext is as good as any other. Not guaranteed: hiding that two sealed cells are equal
/// (same key, associated data and plaintext give the same bytes) or how long a plaintext is.
///
/// Built from S2V over AES-CMAC and AES-CTR, because OpenSSL 3.0's own AES-SIV refuses the empty
/// plaintext, carries state between calls and costs an allocation for each.
class Aes256Siv {
 public:
  static constexpr size_t kKeyBytes = 64;
  static constexpr size_t kTagBytes = 16;

  /// `key` has 64 bytes, or 32 for the RFC's vectors (AES-128): otherwise a CHECK.
  explicit Aes256Siv(const SecretBytes& key);
  Aes256Siv(Aes256Siv&& other) noexcept;
  Aes256Siv& operator=(Aes256Siv&& other) noexcept;
  ~Aes256Siv();

  /// Goes on under another key of the same size, at a third of what a new object costs. Not while
  /// another thread uses this one.
  void Rekey(const SecretBytes& key);
  Aes256Siv(const Aes256Siv&) = delete;
  Aes256Siv& operator=(const Aes256Siv&) = delete;

  /// Synthetic IV (16 bytes) ‖ ciphertext. `associated` is the RFC's vector of strings, in order,
  /// at most 126; no string differs from one empty string.
  [[nodiscard]] Bytes Seal(std::span<const ByteView> associated, ByteView plain) const;
  [[nodiscard]] Bytes Seal(std::initializer_list<ByteView> associated, ByteView plain) const {
    return Seal(std::span<const ByteView>(associated.begin(), associated.size()), plain);
  }
  /// kCorrupt unless all of it is authentic; then nothing is released.
  [[nodiscard]] Result<Bytes> Open(std::span<const ByteView> associated, ByteView sealed) const;
  [[nodiscard]] Result<Bytes> Open(std::initializer_list<ByteView> associated,
                                   ByteView sealed) const {
    return Open(std::span<const ByteView>(associated.begin(), associated.size()), sealed);
  }

 private:
  class Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace signet::crypto
