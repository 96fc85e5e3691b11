#include "crypto/primitives/key_wrap.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/base/check.h"
#include "crypto/primitives/evp.h"

namespace signet::crypto {
namespace {

constexpr size_t kKeyBytesMax = 4096;
/// One semiblock for the integrity value, up to 7 bytes of padding.
constexpr size_t kWrappedBytesMax = kKeyBytesMax + 8;

const char* CipherName(size_t kek_bytes) {
  if (kek_bytes == 16) return "AES-128-WRAP-PAD";
  if (kek_bytes == 24) return "AES-192-WRAP-PAD";
  return kek_bytes == 32 ? "AES-256-WRAP-PAD" : nullptr;
}

}  // namespace

Result<Bytes> WrapKey(const SecretBytes& kek, const SecretBytes& dek) {
  const char* name = CipherName(kek.size());
  if (name == nullptr) return Invalid("a key encryption key has 16, 24 or 32 bytes");
  if (dek.empty() || dek.size() > kKeyBytesMax) {
    return Invalid("a key to wrap has 1 to 4,096 bytes, not " + std::to_string(dek.size()));
  }
  const evp::CipherContext context =
      evp::KeyedContext(evp::Cipher(name), kek.ExposeSecret(), evp::Direction::kEncrypt);
  const ByteView raw = dek.ExposeSecret();
  Bytes wrapped(raw.size() + 16);
  int size = 0;
  CHECK(EVP_EncryptUpdate(
            context.get(), wrapped.data(), &size, raw.data(), static_cast<int>(raw.size())) == 1);
  wrapped.resize(static_cast<size_t>(size));
  return wrapped;
}

Result<SecretBytes> UnwrapKey(const SecretBytes& kek, ByteView wrapped) {
  const char* name = CipherName(kek.size());
  if (name == nullptr) return Invalid("a key encryption key has 16, 24 or 32 bytes");
  if (wrapped.size() < 16 || wrapped.size() % 8 != 0 || wrapped.size() > kWrappedBytesMax) {
    return Corrupt("a wrapped key cannot have " + std::to_string(wrapped.size()) + " bytes");
  }
  const evp::CipherContext context =
      evp::KeyedContext(evp::Cipher(name), kek.ExposeSecret(), evp::Direction::kDecrypt);
  SecretBytes padded(wrapped.size());
  int size = 0;
  const int ok = EVP_DecryptUpdate(context.get(),
                                   padded.ExposeSecretForWrite().data(),
                                   &size,
                                   wrapped.data(),
                                   static_cast<int>(wrapped.size()));
  if (ok != 1 || size <= 0) {
    ERR_clear_error();
    return Corrupt("a wrapped key was changed, or wrapped under another key");
  }
  return SecretBytes::CopyOf(padded.ExposeSecret().first(static_cast<size_t>(size)));
}

}  // namespace signet::crypto
