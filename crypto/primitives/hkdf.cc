// See sha256.cc for why the low-level functions: the one-shot HMAC() looks its digest up by name in
// every call, which takes longer than the hashing.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/primitives/hkdf.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <openssl/sha.h>

#include "crypto/base/check.h"
#include "crypto/primitives/hmac.h"

namespace signet::crypto {
namespace {

/// RFC 5869 section 2.3: T(i) = HMAC(T(i-1) ‖ info ‖ i). `mac` writes `size` bytes to its target.
template <typename Mac>
SecretBytes Expand(size_t size, ByteView info, size_t n, const Mac& mac) {
  CHECK(n <= 255 * size);
  SecretBytes out(n);
  // T(i-1) ‖ info ‖ i, in locked memory: T is key material.
  SecretBytes input(size + info.size() + 1);
  SecretBytes block(size);
  const ByteSpan in = input.ExposeSecretForWrite();
  std::copy(info.begin(), info.end(), in.begin() + static_cast<std::ptrdiff_t>(size));
  size_t done = 0;
  for (uint8_t counter = 1; done < n; ++counter) {
    in.back() = counter;
    // The first block has no T before it.
    mac(counter == 1 ? ByteView(in).subspan(size) : ByteView(in), block.ExposeSecretForWrite());
    const ByteView made = block.ExposeSecret();
    std::copy(made.begin(), made.end(), in.begin());
    const size_t take = std::min(size, n - done);
    std::memcpy(out.ExposeSecretForWrite().data() + done, made.data(), take);
    done += take;
  }
  return out;
}

constexpr size_t kBlock512 = 128;

/// H((key XOR pad) ‖ message) of RFC 2104; `key` fits a block.
void PaddedHash(ByteView key, uint8_t pad, ByteView message, uint8_t* out) {
  std::array<uint8_t, kBlock512> block{};
  block.fill(pad);
  for (size_t i = 0; i < key.size(); ++i) block[i] = static_cast<uint8_t>(key[i] ^ pad);
  SHA512_CTX context;
  CHECK(SHA512_Init(&context) == 1);
  CHECK(SHA512_Update(&context, block.data(), block.size()) == 1);
  CHECK(SHA512_Update(&context, message.data(), message.size()) == 1);
  CHECK(SHA512_Final(out, &context) == 1);
  Wipe(block.data(), block.size());
  Wipe(&context, sizeof(context));
}

void HmacSha512(ByteView key, ByteView message, ByteSpan out) {
  CHECK(key.size() <= kBlock512 && out.size() == SHA512_DIGEST_LENGTH);
  std::array<uint8_t, SHA512_DIGEST_LENGTH> inner{};
  PaddedHash(key, 0x36, message, inner.data());
  PaddedHash(key, 0x5C, inner, out.data());
  Wipe(inner.data(), inner.size());
}

}  // namespace

SecretBytes HkdfSha256(const SecretBytes& key, ByteView salt, ByteView info, size_t n) {
  // Extract: the salt is the HMAC key. Zero-padding makes the empty salt equal 32 zero bytes.
  const SecretBytes salt_key = SecretBytes::CopyOf(salt);
  Digest prk_bytes = HmacKey(salt_key).Mac(key.ExposeSecret());
  const SecretBytes prk = SecretBytes::CopyOf(prk_bytes);
  Wipe(prk_bytes.data(), prk_bytes.size());
  const HmacKey expander(prk);
  return Expand(32, info, n, [&expander](ByteView input, ByteSpan out) {
    Digest block = expander.Mac(input);
    std::copy(block.begin(), block.end(), out.begin());
    Wipe(block.data(), block.size());
  });
}

SecretBytes HkdfExpandSha512(const SecretBytes& prk, ByteView info, size_t n) {
  const ByteView key = prk.ExposeSecret();
  return Expand(64, info, n, [key](ByteView input, ByteSpan out) { HmacSha512(key, input, out); });
}

}  // namespace signet::crypto
