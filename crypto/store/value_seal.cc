#include "crypto/store/value_seal.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "crypto/base/check.h"
#include "crypto/primitives/hkdf.h"

namespace signet::crypto {
namespace {

constexpr uint8_t kFirstRelease = 0x01;
constexpr uint8_t kVersion = 0x02;
constexpr size_t kFirstHeaderBytes = 1 + Aes256Gcm::kNonceBytes;
constexpr size_t kRandomBytes = 8;
/// One for each time that the store was opened, at most; then they are made again when needed.
constexpr size_t kKnownMax = 256;

Status Changed(const std::string& name) {
  return Corrupt("the state's entry " + name + " was changed, or sealed under another key");
}

}  // namespace

ValueSeal::ValueSeal(const SecretBytes& store_key, Entropy* entropy, uint32_t calls_max)
    : store_key_(store_key.Clone()),
      first_release_(store_key),
      entropy_(entropy),
      calls_max_(calls_max) {}

ValueSeal::Cipher ValueSeal::NewCipher(const Salt& salt) const {
  return std::make_shared<const Aes256Gcm>(
      HkdfSha256(store_key_, salt, AsBytes("signet/store-value/v2"), Aes256Gcm::kKeyBytes));
}

ValueSeal::Cipher ValueSeal::CipherOf(const Salt& salt) const {
  {
    const std::scoped_lock lock(shared_->mutex);
    if (const auto found = shared_->known.find(salt); found != shared_->known.end()) {
      return found->second;
    }
  }
  Cipher made = NewCipher(salt);
  const std::scoped_lock lock(shared_->mutex);
  if (shared_->known.size() >= kKnownMax) shared_->known.clear();
  shared_->known.emplace(salt, made);
  return made;
}

ValueSeal::Cipher ValueSeal::NextCall(Salt& salt, uint32_t& count) const {
  Session& session = shared_->session;  // the caller holds the mutex
  if (session.cipher == nullptr || session.calls >= calls_max_) {
    entropy_->Fill(session.salt);
    session.cipher = NewCipher(session.salt);
    session.calls = 0;
    shared_->known[session.salt] = session.cipher;
  }
  salt = session.salt;
  count = session.calls++;
  return session.cipher;
}

std::vector<Bytes> ValueSeal::SealAll(const WriteBatch& batch) const {
  CHECK(entropy_ != nullptr);
  std::vector<Bytes> values(batch.size());
  std::vector<Cipher> ciphers(batch.size());
  {
    const std::scoped_lock lock(shared_->mutex);
    std::array<uint8_t, kRandomBytes> drawn{};
    entropy_->Fill(drawn);  // one draw for all nonces of the batch; the counts tell them apart
    for (size_t i = 0; i < batch.size(); ++i) {
      const WriteBatch::Operation& operation = batch.operations()[i];
      if (!operation.value.has_value()) continue;
      Salt salt{};
      uint32_t count = 0;
      ciphers[i] = NextCall(salt, count);
      Bytes& value = values[i];
      value.reserve(1 + kSaltBytes + Aes256Gcm::kNonceBytes + operation.value->size() +
                    Aes256Gcm::kTagBytes);
      value.push_back(kVersion);
      Append(value, salt);
      Append(value, drawn);
      AppendU32(value, count);
    }
  }
  for (size_t i = 0; i < batch.size(); ++i) {
    if (ciphers[i] == nullptr) continue;
    const WriteBatch::Operation& operation = batch.operations()[i];
    const size_t head = values[i].size();
    values[i].resize(head + operation.value->size() + Aes256Gcm::kTagBytes);
    std::array<uint8_t, Aes256Gcm::kNonceBytes> nonce{};
    std::copy_n(values[i].begin() + 1 + kSaltBytes, nonce.size(), nonce.begin());
    ciphers[i]->SealInto(
        nonce, AsBytes(operation.key), *operation.value, ByteSpan(values[i]).subspan(head));
  }
  return values;
}

Result<Bytes> ValueSeal::Open(std::string_view key, ByteView sealed) const {
  const std::string name(key);
  constexpr size_t kHeaderBytes = 1 + kSaltBytes + Aes256Gcm::kNonceBytes;
  const uint8_t version = sealed.empty() ? uint8_t{0} : sealed.front();
  if (version == kFirstRelease && sealed.size() >= kFirstHeaderBytes + Aes256Gcm::kTagBytes) {
    Result<Bytes> value = first_release_.Open(
        sealed.subspan(1, Aes256Gcm::kNonceBytes), AsBytes(key), sealed.subspan(kFirstHeaderBytes));
    return value.ok() ? std::move(value) : Changed(name);
  }
  if (version != kVersion || sealed.size() < kHeaderBytes + Aes256Gcm::kTagBytes) {
    return Corrupt("the state's entry " + name + " is not a sealed value");
  }
  Salt salt{};
  std::copy_n(sealed.begin() + 1, salt.size(), salt.begin());
  Result<Bytes> value = CipherOf(salt)->Open(sealed.subspan(1 + kSaltBytes, Aes256Gcm::kNonceBytes),
                                             AsBytes(key),
                                             sealed.subspan(kHeaderBytes));
  return value.ok() ? std::move(value) : Changed(name);
}

}  // namespace signet::crypto
