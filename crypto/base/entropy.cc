#include "crypto/base/entropy.h"

#include <cstdint>
#include <errno.h>
#include <sys/random.h>

#include "crypto/base/check.h"

namespace signet {

Uuid Entropy::RandomUuid() {
  Uuid uuid{};
  Fill(uuid);
  return uuid;
}

uint64_t Entropy::RandomU64() {
  std::array<uint8_t, 8> bytes{};
  Fill(bytes);
  uint64_t value = 0;
  for (const uint8_t b : bytes) value = value << 8 | b;
  return value;
}

SecretBytes Entropy::RandomSecret(size_t size) {
  SecretBytes secret(size);
  Fill(secret.ExposeSecretForWrite());
  return secret;
}

void SystemEntropy::Fill(ByteSpan out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    CHECK(got > 0);
    out = out.subspan(static_cast<size_t>(got));
  }
}

uint64_t SeededEntropy::Next() {
  // SplitMix64, Steele, Lea, Flood 2014.
  state_ += 0x9E3779B97F4A7C15ULL;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

void SeededEntropy::Fill(ByteSpan out) {
  for (size_t i = 0; i < out.size();) {
    uint64_t word = Next();
    for (size_t k = 0; k < 8 && i < out.size(); ++k, ++i, word >>= 8) {
      out[i] = static_cast<uint8_t>(word);
    }
  }
}

}  // namespace signet
