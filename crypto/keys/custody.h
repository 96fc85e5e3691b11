/// Custody: the one place where the root key and the KEK generations live.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "crypto/base/clock.h"
#include "crypto/base/entropy.h"
#include "crypto/base/secret.h"
#include "crypto/base/status.h"
#include "crypto/keys/held_key.h"

namespace signet::crypto {

/// Holds the root key (never destroyed) and the key encryption keys by generation (destroyed by
/// erasure). Nothing here is ever copied into a store or a backup of one. Generations count from 1
/// and are never used again. For one owner at a time.
///
/// Three kinds: FileCustody (files of mode 0600), FileCustody under a systemd credential, and
/// Pkcs11Custody (a token). One contract: tests/crypto/keys/custody_contract.h.
///
/// A generation's life: NewKek (pending) → ActivateKek (current) → DestroyKek (destroyed).
class Custody {
 public:
  Custody() = default;
  Custody(const Custody&) = delete;
  Custody& operator=(const Custody&) = delete;
  virtual ~Custody() = default;

  /// "file", "credential" or "pkcs11 token NAME", for people.
  [[nodiscard]] virtual std::string Describe() const = 0;
  /// 32 bytes, the same for the life of the state, from which what is never destroyed is derived:
  /// the root itself, or what a token makes of a root that never leaves it.
  virtual Result<SecretBytes> BaseKey() = 0;
  /// The key of that generation; it may outlive neither the custody nor its own destruction.
  /// kNotFound for a generation never made; kCorrupt with the day for a destroyed one.
  virtual Result<std::unique_ptr<HeldKey>> Kek(uint32_t generation) = 0;
  /// Makes the next generation, durably, and returns its number. It is pending: CurrentKek stays.
  virtual Result<uint32_t> NewKek(Entropy& entropy) = 0;
  /// Makes `generation` the current one. Going back is kConflict; the same again is ok.
  virtual Status ActivateKek(uint32_t generation) = 0;
  /// The highest generation activated, or 0 before the first. A store that knows only lower ones is
  /// an older copy.
  virtual Result<uint32_t> CurrentKek() = 0;
  /// Destroys the key for good and notes `now`; ok when it is destroyed already. The current
  /// generation is kConflict, one that is not there kNotFound.
  virtual Status DestroyKek(uint32_t generation, Timestamp now) = 0;
  /// When the generation was destroyed; none while it lives.
  virtual Result<std::optional<Timestamp>> DestroyedAt(uint32_t generation) = 0;
  /// The highest generation ever made, destroyed or not; 0 when there is none.
  virtual Result<uint32_t> NewestKek() = 0;
};

}  // namespace signet::crypto
