// The low-level functions keep their state where the caller says, so a hash costs no allocation and
// can be copied as a value; EVP's contexts cannot. The deprecation is known and confined to here
// and hmac.cc.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/primitives/sha256.h"

#include <cstring>

#include <openssl/sha.h>

#include "crypto/base/check.h"

namespace signet::crypto {
namespace {

SHA256_CTX* State(void* bytes) {
  return static_cast<SHA256_CTX*>(bytes);
}

}  // namespace

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): SHA256_Init begins the state
Sha256::Sha256() {
  static_assert(sizeof(SHA256_CTX) == kStateBytes && alignof(SHA256_CTX) <= 8);
  CHECK(SHA256_Init(State(state_.data())) == 1);
}

void Sha256::Update(ByteView bytes) {
  if (!bytes.empty()) CHECK(SHA256_Update(State(state_.data()), bytes.data(), bytes.size()) == 1);
}

Digest Sha256::Finish() {
  Digest digest;
  CHECK(SHA256_Final(digest.data(), State(state_.data())) == 1);
  CHECK(SHA256_Init(State(state_.data())) == 1);
  return digest;
}

Digest Sha256::Of(ByteView bytes) {
  Sha256 hash;
  hash.Update(bytes);
  return hash.Finish();
}

}  // namespace signet::crypto
