#include "crypto/primitives/aead.h"

#include <array>
#include <utility>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/base/check.h"
#include "crypto/primitives/evp.h"

namespace signet::crypto {
namespace {

using evp::Direction;

constexpr size_t kNonceBytesMax = 128;  // OpenSSL 3.0's GCM_IV_MAX_SIZE

void SetNonceSize(EVP_CIPHER_CTX* context, size_t size) {
  CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(size), nullptr) ==
        1);
}

void Start(EVP_CIPHER_CTX* context, ByteView nonce, ByteView aad, Direction direction) {
  if (nonce.size() != Aes256Gcm::kNonceBytes) SetNonceSize(context, nonce.size());
  evp::Restart(context, nonce, direction);
  evp::Update(context, nullptr, aad, direction);
}

/// The next borrower expects the usual size.
void Reset(EVP_CIPHER_CTX* context, ByteView nonce) {
  if (nonce.size() != Aes256Gcm::kNonceBytes) SetNonceSize(context, Aes256Gcm::kNonceBytes);
}

}  // namespace

/// Keyed contexts for both directions.
class Aes256Gcm::Contexts {
 public:
  explicit Contexts(const SecretBytes& key)
      : key_(key.Clone()),
        seal([this] { return Make(Direction::kEncrypt); }),
        open([this] { return Make(Direction::kDecrypt); }) {}

 private:
  evp::CipherContext Make(Direction direction) const {
    const char* name = key_.size() == 32   ? "AES-256-GCM"
                       : key_.size() == 24 ? "AES-192-GCM"
                                           : "AES-128-GCM";
    return evp::KeyedContext(evp::Cipher(name), key_.ExposeSecret(), direction);
  }

  SecretBytes key_;

 public:
  evp::Pool<evp::CipherContext> seal;
  evp::Pool<evp::CipherContext> open;
};

Aes256Gcm::Aes256Gcm(const SecretBytes& key) {
  CHECK(key.size() == kKeyBytes || key.size() == 24 || key.size() == 16);
  contexts_ = std::make_unique<Contexts>(key);
}
Aes256Gcm::Aes256Gcm(Aes256Gcm&& other) noexcept = default;
Aes256Gcm& Aes256Gcm::operator=(Aes256Gcm&& other) noexcept = default;
Aes256Gcm::~Aes256Gcm() = default;

void Aes256Gcm::SealInto(ByteView nonce, ByteView aad, ByteView plain, ByteSpan out) const {
  CHECK(!nonce.empty() && nonce.size() <= kNonceBytesMax);
  CHECK(out.size() == plain.size() + kTagBytes);
  evp::Pool<evp::CipherContext>::Loan loan(contexts_->seal);
  EVP_CIPHER_CTX* context = loan->get();
  Start(context, nonce, aad, Direction::kEncrypt);
  evp::Update(context, out.data(), plain, Direction::kEncrypt);
  int written = 0;
  uint8_t* tag = out.data() + plain.size();
  CHECK(EVP_EncryptFinal_ex(context, tag, &written) == 1 && written == 0);
  CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1);
  Reset(context, nonce);
}

Status Aes256Gcm::OpenInto(ByteView nonce, ByteView aad, ByteView sealed, ByteSpan out) const {
  if (nonce.empty() || nonce.size() > kNonceBytesMax) return Invalid("a nonce has 1 to 128 bytes");
  if (sealed.size() < kTagBytes) return Corrupt("sealed bytes are shorter than their tag");
  CHECK(out.size() == sealed.size() - kTagBytes);
  evp::Pool<evp::CipherContext>::Loan loan(contexts_->open);
  EVP_CIPHER_CTX* context = loan->get();
  Start(context, nonce, aad, Direction::kDecrypt);
  evp::Update(context, out.data(), sealed.first(out.size()), Direction::kDecrypt);
  std::array<uint8_t, kTagBytes> tag{};
  std::copy(sealed.end() - kTagBytes, sealed.end(), tag.begin());
  CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1);
  int written = 0;
  std::array<uint8_t, 16> none{};
  const bool authentic = EVP_DecryptFinal_ex(context, none.data(), &written) == 1;
  Reset(context, nonce);
  if (authentic) return OkStatus();
  ERR_clear_error();
  Wipe(out.data(), out.size());
  return Corrupt("sealed bytes were changed, or sealed under another key, nonce or context");
}

Bytes Aes256Gcm::Seal(ByteView nonce, ByteView aad, ByteView plain) const {
  Bytes out(plain.size() + kTagBytes);
  SealInto(nonce, aad, plain, out);
  return out;
}

Result<Bytes> Aes256Gcm::Open(ByteView nonce, ByteView aad, ByteView sealed) const {
  Bytes out(sealed.size() < kTagBytes ? 0 : sealed.size() - kTagBytes);
  TRY(OpenInto(nonce, aad, sealed, out));
  return out;
}

}  // namespace signet::crypto
