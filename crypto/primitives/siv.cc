#include "crypto/primitives/siv.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "crypto/base/check.h"
#include "crypto/primitives/evp.h"

namespace signet::crypto {
namespace {

using evp::Direction;

constexpr size_t kBlock = 16;
constexpr size_t kStringsMax = 126;  // RFC 5297 section 7: 127 with the plaintext
using Block = std::array<uint8_t, kBlock>;

void Xor(Block& to, const uint8_t* with) {
  for (size_t i = 0; i < kBlock; ++i) to[i] = static_cast<uint8_t>(to[i] ^ with[i]);
}

/// Multiplication by x in GF(2^128), without branches on the secret (RFC 5297 section 2.3).
Block Double(const Block& block) {
  Block twice;
  uint8_t carry = 0;
  for (size_t i = kBlock; i-- > 0;) {
    twice[i] = static_cast<uint8_t>(block[i] << 1 | carry);
    carry = static_cast<uint8_t>(block[i] >> 7);
  }
  twice[kBlock - 1] = static_cast<uint8_t>(twice[kBlock - 1] ^ (0x87 & -carry));
  return twice;
}

/// AES-CMAC (RFC 4493) of one message: the last block of CBC with the last input masked. The
/// chaining is done here over single blocks, because restarting OpenSSL's CBC for each of a cell's
/// five short messages costs more than the blocks.
class Cmac {
 public:
  /// `k1` masks a full last block; `context` is AES in ECB under the MAC key.
  Cmac(evp_cipher_ctx_st* context, const Block& k1) : context_(context), k1_(k1) {}
  ~Cmac() {
    Wipe(last_.data(), last_.size());
    Wipe(chain_.data(), chain_.size());
  }
  Cmac(const Cmac&) = delete;
  Cmac& operator=(const Cmac&) = delete;

  void Update(ByteView bytes) {
    while (!bytes.empty()) {
      if (held_ == kBlock) {  // more follows: it was not the last
        Encrypt();
        held_ = 0;
      }
      const size_t take = std::min(kBlock - held_, bytes.size());
      std::memcpy(last_.data() + held_, bytes.data(), take);
      held_ += take;
      bytes = bytes.subspan(take);
    }
  }

  Block Finish() {
    if (held_ == kBlock) {
      Xor(last_, k1_.data());
    } else {
      last_[held_] = 0x80;
      std::fill(last_.begin() + static_cast<std::ptrdiff_t>(held_) + 1, last_.end(), uint8_t{0});
      Xor(last_, Double(k1_).data());
    }
    Encrypt();
    return chain_;
  }

 private:
  void Encrypt() {
    Xor(chain_, last_.data());
    Block out;
    evp::Update(context_, out.data(), chain_, Direction::kEncrypt);
    chain_ = out;
  }

  evp_cipher_ctx_st* context_;
  const Block& k1_;
  Block last_{};
  Block chain_{};
  size_t held_ = 0;
};

}  // namespace

class Aes256Siv::Contexts {
 public:
  /// What one call needs; the encryption direction serves both ways.
  struct Pair {
    evp::CipherContext mac;
    evp::CipherContext ctr;
  };

  explicit Contexts(const SecretBytes& key) : key_(key.Clone()), pool([this] { return Make(); }) {
    evp::Pool<Pair>::Loan loan(pool);
    DeriveBlocks(*loan);
  }

  /// All pairs are idle: nobody else uses the object.
  void Rekey(const SecretBytes& key) {
    CHECK(key.size() == key_.size());
    key_ = key.Clone();
    const std::pair<ByteView, ByteView> halves = Halves();
    pool.ForEachIdle([&halves](Pair& pair) {
      evp::Rekey(pair.mac.get(), halves.first, Direction::kEncrypt);
      evp::Rekey(pair.ctr.get(), halves.second, Direction::kEncrypt);
    });
    evp::Pool<Pair>::Loan loan(pool);
    DeriveBlocks(*loan);
  }

  ~Contexts() {
    Wipe(k1_.data(), k1_.size());
    Wipe(start_.data(), start_.size());
  }
  Contexts(const Contexts&) = delete;
  Contexts& operator=(const Contexts&) = delete;

  /// RFC 5297 section 2.4.
  Block S2v(Pair& pair, std::span<const ByteView> associated, ByteView plain) const {
    CHECK(associated.size() <= kStringsMax);
    Block d = start_;
    for (const ByteView string : associated) {
      d = Double(d);
      Xor(d, MacOf(pair, string).data());
    }
    Cmac cmac(pair.mac.get(), k1_);
    if (plain.size() >= kBlock) {
      const size_t head = plain.size() - kBlock;
      cmac.Update(plain.first(head));
      Xor(d, plain.data() + head);
    } else {
      d = Double(d);
      Block padded{};
      if (!plain.empty()) std::memcpy(padded.data(), plain.data(), plain.size());
      padded[plain.size()] = 0x80;
      Xor(d, padded.data());
    }
    cmac.Update(d);
    return cmac.Finish();
  }

  /// CTR from the synthetic IV with the two top bits cleared (section 2.5).
  static void Ctr(Pair& pair, const Block& iv, ByteView in, uint8_t* out) {
    Block q = iv;
    q[8] = static_cast<uint8_t>(q[8] & 0x7F);
    q[12] = static_cast<uint8_t>(q[12] & 0x7F);
    evp::Restart(pair.ctr.get(), q, Direction::kEncrypt);
    evp::Update(pair.ctr.get(), out, in, Direction::kEncrypt);
  }

 private:
  [[nodiscard]] std::pair<ByteView, ByteView> Halves() const {
    const ByteView key = key_.ExposeSecret();
    return {key.first(key.size() / 2), key.last(key.size() / 2)};
  }

  Pair Make() const {
    const auto [mac, ctr] = Halves();
    const bool wide = mac.size() == 32;
    return {evp::KeyedContext(
                evp::Cipher(wide ? "AES-256-ECB" : "AES-128-ECB"), mac, Direction::kEncrypt),
            evp::KeyedContext(
                evp::Cipher(wide ? "AES-256-CTR" : "AES-128-CTR"), ctr, Direction::kEncrypt)};
  }

  /// The mask of full blocks, and the CMAC of a zero block with which S2V starts.
  void DeriveBlocks(Pair& pair) {
    const Block zero{};
    Block l;
    evp::Update(pair.mac.get(), l.data(), zero, Direction::kEncrypt);
    k1_ = Double(l);
    Wipe(l.data(), l.size());
    start_ = MacOf(pair, zero);
  }

  Block MacOf(Pair& pair, ByteView string) const {
    Cmac cmac(pair.mac.get(), k1_);
    cmac.Update(string);
    return cmac.Finish();
  }

  SecretBytes key_;
  Block k1_{};
  Block start_{};

 public:
  evp::Pool<Pair> pool;
};

Aes256Siv::Aes256Siv(const SecretBytes& key) {
  CHECK(key.size() == kKeyBytes || key.size() == kKeyBytes / 2);
  contexts_ = std::make_unique<Contexts>(key);
}
Aes256Siv::Aes256Siv(Aes256Siv&& other) noexcept = default;
Aes256Siv& Aes256Siv::operator=(Aes256Siv&& other) noexcept = default;
Aes256Siv::~Aes256Siv() = default;

void Aes256Siv::Rekey(const SecretBytes& key) {
  contexts_->Rekey(key);
}

Bytes Aes256Siv::Seal(std::span<const ByteView> associated, ByteView plain) const {
  evp::Pool<Contexts::Pair>::Loan pair(contexts_->pool);
  const Block iv = contexts_->S2v(*pair, associated, plain);
  Bytes sealed(kTagBytes + plain.size());
  std::copy(iv.begin(), iv.end(), sealed.begin());
  Contexts::Ctr(*pair, iv, plain, sealed.data() + kTagBytes);
  return sealed;
}

Result<Bytes> Aes256Siv::Open(std::span<const ByteView> associated, ByteView sealed) const {
  if (sealed.size() < kTagBytes) return Corrupt("a sealed cell is shorter than its tag");
  Block iv;
  std::copy_n(sealed.begin(), kTagBytes, iv.begin());
  evp::Pool<Contexts::Pair>::Loan pair(contexts_->pool);
  Bytes plain(sealed.size() - kTagBytes);
  Contexts::Ctr(*pair, iv, sealed.subspan(kTagBytes), plain.data());
  if (ConstantTimeEqual(contexts_->S2v(*pair, associated, plain), iv)) return plain;
  Wipe(plain.data(), plain.size());
  return Corrupt("a sealed cell was changed, or sealed under another key or context");
}

}  // namespace signet::crypto
