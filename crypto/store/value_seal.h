/// ValueSeal: how a store seals its values.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "crypto/base/entropy.h"
#include "crypto/base/secret.h"
#include "crypto/primitives/aead.h"
#include "crypto/store/kv_store.h"

namespace signet::crypto {

/// A sealed value: 0x01 || nonce(12) || AES-256-GCM(value) || tag(16), the entry's key as
/// associated data. Nonces are random: at most 2^32 values under one store key (NIST SP 800-38D
/// section 8.3). Safe to share between threads.
class ValueSeal {
 public:
  /// `store_key` has 32 bytes. `entropy` (nullptr: this seal only opens) must outlive the seal.
  ValueSeal(const SecretBytes& store_key, Entropy* entropy);

  /// One sealed value per operation, empty for deletes.
  [[nodiscard]] std::vector<Bytes> SealAll(const WriteBatch& batch) const;
  /// kCorrupt names the entry's key, which holds no personal data.
  [[nodiscard]] Result<Bytes> Open(std::string_view key, ByteView sealed) const;

 private:
  Aes256Gcm aead_;
  Entropy* entropy_;
  std::unique_ptr<std::mutex> entropy_mutex_ = std::make_unique<std::mutex>();
};

}  // namespace signet::crypto
