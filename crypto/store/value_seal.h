/// ValueSeal: how a store seals its values.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "crypto/base/entropy.h"
#include "crypto/base/secret.h"
#include "crypto/primitives/aead.h"
#include "crypto/store/kv_store.h"

namespace signet::crypto {

/// A sealed value:
///
///   0x02 ‖ salt(16) ‖ nonce(12: random(8) ‖ counter(4, big-endian)) ‖ AES-256-GCM(value) ‖ tag(16)
///   key = HKDF-SHA-256(store key, salt, "signet/store-value/v2"), the entry's key as associated
///   data
///
/// Whoever opens the store draws a salt and so seals under a key of its own, which counts its
/// calls: no nonce comes twice across restarts, crashes or copies of the store, and before 2^32
/// calls (NIST SP 800-38D section 8.3) the next salt is drawn. The random half keeps copies of a
/// running process apart. The first release wrote 0x01 ‖ nonce(12) ‖ ..., sealed under the store
/// key itself, which is still read. Safe to share between threads.
class ValueSeal {
 public:
  static constexpr uint32_t kCallsMax = UINT32_MAX;

  /// `store_key` has 32 bytes. `entropy` (nullptr: this seal only opens) must outlive the seal.
  /// `calls_max` is lowered by tests alone.
  ValueSeal(const SecretBytes& store_key, Entropy* entropy, uint32_t calls_max = kCallsMax);

  /// One sealed value per operation, empty for deletes.
  [[nodiscard]] std::vector<Bytes> SealAll(const WriteBatch& batch) const;
  /// kCorrupt names the entry's key, which holds no personal data.
  [[nodiscard]] Result<Bytes> Open(std::string_view key, ByteView sealed) const;

 private:
  static constexpr size_t kSaltBytes = 16;
  using Salt = std::array<uint8_t, kSaltBytes>;
  using Cipher = std::shared_ptr<const Aes256Gcm>;

  /// What seals from now on.
  struct Session {
    Salt salt{};
    Cipher cipher;
    uint32_t calls = 0;
  };
  /// Several threads share one store; ValueSeal itself moves.
  struct Shared {
    std::mutex mutex;
    Session session;               ///< guarded by mutex
    std::map<Salt, Cipher> known;  ///< guarded by mutex: what has been opened with
  };

  [[nodiscard]] Cipher NewCipher(const Salt& salt) const;
  [[nodiscard]] Cipher CipherOf(const Salt& salt) const;
  /// One call under the session's key: its salt, and the next count.
  Cipher NextCall(Salt& salt, uint32_t& count) const;

  SecretBytes store_key_;
  Aes256Gcm first_release_;
  Entropy* entropy_;
  uint32_t calls_max_;
  std::unique_ptr<Shared> shared_ = std::make_unique<Shared>();
};

}  // namespace signet::crypto
