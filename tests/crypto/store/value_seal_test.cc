#include "crypto/store/value_seal.h"

#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "crypto/primitives/aead.h"

namespace signet::crypto {
namespace {

class ValueSealTest : public testing::Test {
 protected:
  Bytes SealOne(const char* key, std::string_view value) const {
    WriteBatch batch;
    batch.Put(key, ToBytes(value));
    return seal_.SealAll(batch).front();
  }

  SeededEntropy entropy_{7};
  SecretBytes key_{32};
  ValueSeal seal_{key_, &entropy_};
};

TEST_F(ValueSealTest, OpensWhatItSealed) {
  EXPECT_EQ(AsText(*seal_.Open("k", SealOne("k", "value"))), "value");
  EXPECT_TRUE(seal_.Open("k", SealOne("k", ""))->empty());
}

TEST_F(ValueSealTest, AValueMovedToAnotherKeyIsCorrupt) {
  EXPECT_EQ(seal_.Open("other", SealOne("k", "value")).status().code(), StatusCode::kCorrupt);
}

TEST_F(ValueSealTest, EveryFlippedBitIsCorrupt) {
  const Bytes sealed = SealOne("k", "value");
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes flipped = sealed;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_EQ(seal_.Open("k", flipped).status().code(), StatusCode::kCorrupt) << "bit " << bit;
  }
}

TEST_F(ValueSealTest, EveryPrefixIsCorrupt) {
  const Bytes sealed = SealOne("k", "value");
  for (size_t n = 0; n < sealed.size(); ++n) {
    EXPECT_EQ(seal_.Open("k", ByteView(sealed).first(n)).status().code(), StatusCode::kCorrupt);
  }
}

TEST_F(ValueSealTest, TheSameValueNeverLooksTheSame) {
  EXPECT_NE(SealOne("k", "value"), SealOne("k", "value"));
}

/// Salt and nonce: what must never come twice under one store key.
std::string NonceOf(const Bytes& sealed) {
  return std::string(AsText(ByteView(sealed).subspan(1, 16 + 12)));
}

std::string SaltOf(const Bytes& sealed) {
  return std::string(AsText(ByteView(sealed).subspan(1, 16)));
}

TEST_F(ValueSealTest, NoNonceComesTwiceAcrossRestartsAndCopies) {
  std::set<std::string> seen;
  std::set<std::string> salts;
  for (int process = 0; process < 8; ++process) {
    const ValueSeal again(key_, &entropy_);
    for (int batch = 0; batch < 4; ++batch) {
      WriteBatch many;
      for (int i = 0; i < 16; ++i) many.Put("k", ToBytes("the same value"));
      for (const Bytes& sealed : again.SealAll(many)) {
        EXPECT_TRUE(seen.insert(NonceOf(sealed)).second);
        salts.insert(SaltOf(sealed));
        EXPECT_EQ(AsText(*seal_.Open("k", sealed)), "the same value");
      }
    }
  }
  EXPECT_EQ(salts.size(), 8U) << "a key of its own for each process";
}

TEST_F(ValueSealTest, AnotherKeyIsDrawnBeforeTheLimitOfCalls) {
  const ValueSeal few(key_, &entropy_, /*calls_max=*/3);
  std::map<std::string, int> calls;
  for (int i = 0; i < 4; ++i) {
    WriteBatch batch;
    batch.Put("a", ToBytes("1"));
    batch.Put("b", ToBytes("2"));
    const std::vector<Bytes> sealed = few.SealAll(batch);
    for (const Bytes& value : sealed) ++calls[SaltOf(value)];
    EXPECT_EQ(AsText(*few.Open("b", sealed[1])), "2");
  }
  EXPECT_EQ(calls.size(), 3U);
  for (const auto& [salt, n] : calls) EXPECT_LE(n, 3);
  static_assert(ValueSeal::kCallsMax < (uint64_t{1} << 32));
}

TEST_F(ValueSealTest, ReadsWhatTheFirstReleaseSealed) {
  const Aes256Gcm aead(key_);
  const Bytes nonce(12, 9);
  Bytes old = {0x01};
  Append(old, nonce);
  Append(old, aead.Seal(nonce, AsBytes("k"), AsBytes("value")));
  EXPECT_EQ(AsText(*seal_.Open("k", old)), "value");
  EXPECT_EQ(seal_.Open("other", old).status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::crypto
