/// Randomness as a dependency: the system's source for keys and ids, a seeded one for simulation.
#pragma once

#include <cstdint>

#include "crypto/base/bytes.h"
#include "crypto/base/ids.h"
#include "crypto/base/secret.h"

namespace signet {

/// A source of random bytes. Only SystemEntropy is fit for keys.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void Fill(ByteSpan out) = 0;

  Uuid RandomUuid();
  uint64_t RandomU64();
  SecretBytes RandomSecret(size_t size);
};

/// getrandom(2). A failure is a CHECK: no key may ever be made without randomness.
class SystemEntropy final : public Entropy {
 public:
  void Fill(ByteSpan out) override;
};

/// Deterministic bytes (SplitMix64) for tests, simulation and demo data. Never for keys.
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(uint64_t seed) : state_(seed) {}
  void Fill(ByteSpan out) override;
  uint64_t Next();

 private:
  uint64_t state_;
};

}  // namespace signet
