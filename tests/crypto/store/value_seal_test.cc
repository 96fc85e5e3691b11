#include "crypto/store/value_seal.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace signet::crypto
