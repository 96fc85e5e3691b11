#include "crypto/primitives/evp.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>

#include <openssl/evp.h>

#include "crypto/base/check.h"

namespace signet::crypto::evp {
namespace {

constexpr size_t kPieceMax = size_t{1} << 30;

int Enc(Direction direction) {
  return direction == Direction::kEncrypt ? 1 : 0;
}

}  // namespace

void CipherContextFree::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

const evp_cipher_st* Cipher(const char* name) {
  static std::mutex mutex;
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): never destroyed
  static auto& ciphers = *new std::map<std::string, const EVP_CIPHER*>;
  const std::lock_guard lock(mutex);
  const EVP_CIPHER*& cipher = ciphers[name];
  if (cipher == nullptr) cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  CHECK_FACTS(cipher != nullptr, name);
  return cipher;
}

CipherContext KeyedContext(const evp_cipher_st* cipher, ByteView key, Direction direction) {
  CipherContext context(EVP_CIPHER_CTX_new());
  CHECK(context != nullptr);
  CHECK(static_cast<int>(key.size()) == EVP_CIPHER_get_key_length(cipher));
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  CHECK(EVP_CipherInit_ex(context.get(), cipher, nullptr, key.data(), nullptr, Enc(direction)) ==
        1);
  CHECK(EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1);
  return context;
}

void Rekey(evp_cipher_ctx_st* context, ByteView key, Direction direction) {
  CHECK(static_cast<int>(key.size()) == EVP_CIPHER_CTX_get_key_length(context));
  CHECK(EVP_CipherInit_ex(context, nullptr, nullptr, key.data(), nullptr, Enc(direction)) == 1);
}

void Restart(evp_cipher_ctx_st* context, ByteView iv, Direction direction) {
  CHECK(EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, iv.data(), Enc(direction)) == 1);
}

void Update(evp_cipher_ctx_st* context, uint8_t* out, ByteView in, Direction direction) {
  while (!in.empty()) {
    const ByteView piece = in.first(std::min(in.size(), kPieceMax));
    int written = 0;
    const int size = static_cast<int>(piece.size());
    const int ok = direction == Direction::kEncrypt
                       ? EVP_EncryptUpdate(context, out, &written, piece.data(), size)
                       : EVP_DecryptUpdate(context, out, &written, piece.data(), size);
    CHECK(ok == 1 && written == size);
    if (out != nullptr) out += written;
    in = in.subspan(piece.size());
  }
}

}  // namespace signet::crypto::evp
