#include "crypto/store/value_seal.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "crypto/base/check.h"

namespace signet::crypto {
namespace {

constexpr uint8_t kVersion = 0x01;
constexpr size_t kHeaderBytes = 1 + Aes256Gcm::kNonceBytes;

}  // namespace

ValueSeal::ValueSeal(const SecretBytes& store_key, Entropy* entropy)
    : aead_(store_key), entropy_(entropy) {}

std::vector<Bytes> ValueSeal::SealAll(const WriteBatch& batch) const {
  CHECK(entropy_ != nullptr);
  // One draw for all nonces of the batch.
  Bytes nonces(batch.size() * Aes256Gcm::kNonceBytes);
  {
    const std::scoped_lock lock(*entropy_mutex_);
    entropy_->Fill(nonces);
  }
  std::vector<Bytes> values(batch.size());
  for (size_t i = 0; i < batch.size(); ++i) {
    const WriteBatch::Operation& operation = batch.operations()[i];
    if (!operation.value.has_value()) continue;
    const ByteView nonce =
        ByteView(nonces).subspan(i * Aes256Gcm::kNonceBytes, Aes256Gcm::kNonceBytes);
    values[i].resize(kHeaderBytes + operation.value->size() + Aes256Gcm::kTagBytes);
    values[i][0] = kVersion;
    std::copy(nonce.begin(), nonce.end(), values[i].begin() + 1);
    aead_.SealInto(
        nonce, AsBytes(operation.key), *operation.value, ByteSpan(values[i]).subspan(kHeaderBytes));
  }
  return values;
}

Result<Bytes> ValueSeal::Open(std::string_view key, ByteView sealed) const {
  const std::string name(key);
  if (sealed.size() < kHeaderBytes + Aes256Gcm::kTagBytes || sealed.front() != kVersion) {
    return Corrupt("the state's entry " + name + " is not a sealed value");
  }
  Result<Bytes> value = aead_.Open(
      sealed.subspan(1, Aes256Gcm::kNonceBytes), AsBytes(key), sealed.subspan(kHeaderBytes));
  if (!value.ok())
    return Corrupt("the state's entry " + name + " was changed, or sealed under another key");
  return value;
}

}  // namespace signet::crypto
