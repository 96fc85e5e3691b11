#include "crypto/primitives/ed25519.h"

#include <algorithm>
#include <utility>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/base/check.h"

namespace signet::crypto {
namespace {

struct KeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct HashFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using KeyOwner = std::unique_ptr<EVP_PKEY, KeyFree>;
using HashOwner = std::unique_ptr<EVP_MD_CTX, HashFree>;

HashOwner NewContext() {
  HashOwner context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  return context;
}

/// What the library takes for an empty message: never a null pointer.
const uint8_t* DataOf(ByteView bytes) {
  static constexpr uint8_t kNone = 0;
  return bytes.empty() ? &kNone : bytes.data();
}

}  // namespace

Result<Ed25519PublicKey> Ed25519PublicKey::FromBytes(ByteView raw) {
  if (raw.size() != kBytes) return Invalid("an Ed25519 public key has 32 bytes");
  EVP_PKEY* pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw.data(), raw.size());
  CHECK(pkey != nullptr);
  Ed25519PublicKey key;
  std::copy(raw.begin(), raw.end(), key.bytes_.begin());
  key.key_ = std::shared_ptr<void>(pkey, [](void* p) { EVP_PKEY_free(static_cast<EVP_PKEY*>(p)); });
  return key;
}

bool Ed25519PublicKey::Verify(ByteView message, ByteView signature) const {
  if (signature.size() != kSignatureBytes) return false;
  const HashOwner context = NewContext();
  auto* pkey = static_cast<EVP_PKEY*>(key_.get());
  CHECK(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey) == 1);
  const bool valid =
      EVP_DigestVerify(
          context.get(), signature.data(), signature.size(), DataOf(message), message.size()) == 1;
  if (!valid) ERR_clear_error();
  return valid;
}

class Ed25519PrivateKey::Impl {
 public:
  explicit Impl(KeyOwner owned) : key(std::move(owned)) {}
  KeyOwner key;
};

Ed25519PrivateKey::Ed25519PrivateKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ed25519PrivateKey::Ed25519PrivateKey(Ed25519PrivateKey&& other) noexcept = default;
Ed25519PrivateKey& Ed25519PrivateKey::operator=(Ed25519PrivateKey&& other) noexcept = default;
Ed25519PrivateKey::~Ed25519PrivateKey() = default;

Ed25519PrivateKey Ed25519PrivateKey::FromSeed(const SecretBytes& seed) {
  CHECK(seed.size() == kSeedBytes);
  KeyOwner key(EVP_PKEY_new_raw_private_key(
      EVP_PKEY_ED25519, nullptr, seed.ExposeSecret().data(), seed.size()));
  CHECK(key != nullptr);
  return Ed25519PrivateKey(std::make_unique<Impl>(std::move(key)));
}

Bytes Ed25519PrivateKey::Sign(ByteView message) const {
  const HashOwner context = NewContext();
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, impl_->key.get()) == 1);
  Bytes signature(Ed25519PublicKey::kSignatureBytes);
  size_t size = signature.size();
  CHECK(EVP_DigestSign(context.get(), signature.data(), &size, DataOf(message), message.size()) ==
        1);
  CHECK(size == signature.size());
  return signature;
}

Ed25519PublicKey Ed25519PrivateKey::PublicKey() const {
  Bytes raw(Ed25519PublicKey::kBytes);
  size_t size = raw.size();
  CHECK(EVP_PKEY_get_raw_public_key(impl_->key.get(), raw.data(), &size) == 1);
  return Ed25519PublicKey::FromBytes(raw).value();
}

}  // namespace signet::crypto
