#include "crypto/primitives/hkdf.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <openssl/evp.h>
#include <openssl/hmac.h>

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
  return Expand(64, info, n, [key](ByteView input, ByteSpan out) {
    unsigned size = 0;
    CHECK(HMAC(EVP_sha512(),
               key.data(),
               static_cast<int>(key.size()),
               input.data(),
               input.size(),
               out.data(),
               &size) != nullptr);
    CHECK(size == out.size());
  });
}

}  // namespace signet::crypto
