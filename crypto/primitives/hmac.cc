// See sha256.cc for why the low-level functions: EVP_MD_CTX_copy_ex allocates for every message.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/primitives/hmac.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <openssl/sha.h>

#include "crypto/base/check.h"

namespace signet::crypto {
namespace {

constexpr size_t kBlock = 64;
constexpr size_t kChaining = 32;
/// What still fits one block together with the padding: 0x80 and the 8-byte length.
constexpr size_t kOneBlockMax = kBlock - 9;

using Block = std::array<uint8_t, kBlock>;

/// The chaining value after `key` XOR `pad` as the first block.
void MidState(const Block& key, uint8_t pad, uint8_t* out) {
  Block block;
  for (size_t i = 0; i < kBlock; ++i) block[i] = static_cast<uint8_t>(key[i] ^ pad);
  SHA256_CTX context;
  CHECK(SHA256_Init(&context) == 1);
  SHA256_Transform(&context, block.data());
  std::memcpy(out, context.h, kChaining);
  Wipe(block.data(), block.size());
  Wipe(&context, sizeof(context));
}

/// A hash that has taken in one block and stands at `mid`.
void Resume(SHA256_CTX& context, const uint8_t* mid) {
  std::memcpy(context.h, mid, kChaining);
  context.Nl = kBlock * 8;
  context.Nh = 0;
  context.num = 0;
  context.md_len = SHA256_DIGEST_LENGTH;
}

void WriteWords(const SHA256_CTX& context, uint8_t* out) {
  for (const SHA_LONG word : context.h) {
    *out++ = static_cast<uint8_t>(word >> 24);
    *out++ = static_cast<uint8_t>(word >> 16);
    *out++ = static_cast<uint8_t>(word >> 8);
    *out++ = static_cast<uint8_t>(word);
  }
}

/// Hashes the last block, which holds `size` bytes of message: pads and compresses it once.
void FinishInOneBlock(SHA256_CTX& context, Block& block, size_t size, uint8_t* out) {
  const size_t bits = (kBlock + size) * 8;
  block[size] = 0x80;
  block[kBlock - 2] = static_cast<uint8_t>(bits >> 8);
  block[kBlock - 1] = static_cast<uint8_t>(bits);
  SHA256_Transform(&context, block.data());
  WriteWords(context, out);
}

}  // namespace

HmacKey::HmacKey(const SecretBytes& key) : mid_states_(2 * kChaining) {
  Block block{};
  if (key.size() > kBlock) {
    Digest hashed = Sha256::Of(key.ExposeSecret());
    std::copy(hashed.begin(), hashed.end(), block.begin());
    Wipe(hashed.data(), hashed.size());
  } else {
    std::copy(key.ExposeSecret().begin(), key.ExposeSecret().end(), block.begin());
  }
  uint8_t* mid = mid_states_.ExposeSecretForWrite().data();
  MidState(block, 0x36, mid);
  MidState(block, 0x5C, mid + kChaining);
  Wipe(block.data(), block.size());
}

Digest HmacKey::Mac(ByteView message) const {
  const uint8_t* mid = mid_states_.ExposeSecret().data();
  CHECK(mid != nullptr);
  SHA256_CTX context;
  Digest digest;
  Resume(context, mid);
  if (message.size() <= kOneBlockMax) {
    Block inner{};
    if (!message.empty()) std::memcpy(inner.data(), message.data(), message.size());
    FinishInOneBlock(context, inner, message.size(), digest.data());
  } else {
    SHA256_Update(&context, message.data(), message.size());
    SHA256_Final(digest.data(), &context);
    Resume(context, mid);  // sets the counters anew
  }
  std::memcpy(context.h, mid + kChaining, kChaining);
  Block outer{};
  std::memcpy(outer.data(), digest.data(), digest.size());
  FinishInOneBlock(context, outer, digest.size(), digest.data());
  return digest;
}

Uuid HmacKey::MacUuid(ByteView message) const {
  const Digest digest = Mac(message);
  Uuid uuid;
  std::copy_n(digest.begin(), uuid.size(), uuid.begin());
  return uuid;
}

}  // namespace signet::crypto
