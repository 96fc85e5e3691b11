#include "crypto/base/bytes.h"

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "crypto/base/ids.h"

namespace signet {
namespace {

TEST(Bytes, HexAndBase64RoundTripAtEveryLength) {
  SeededEntropy entropy(7);
  for (size_t length = 0; length < 70; ++length) {
    Bytes bytes(length);
    entropy.Fill(bytes);
    EXPECT_EQ(*FromHex(ToHex(bytes)), bytes);
    EXPECT_EQ(*FromBase64(ToBase64(bytes)), bytes);
  }
}

TEST(Bytes, Base64FollowsRfc4648) {
  EXPECT_EQ(ToBase64(AsBytes("foobar")), "Zm9vYmFy");
  EXPECT_EQ(ToBase64(AsBytes("fooba")), "Zm9vYmE=");
  EXPECT_EQ(ToBase64(AsBytes("foob")), "Zm9vYg==");
}

TEST(Bytes, Base64ThatIsNotCanonicalIsRefused) {
  for (const char* text : {"Zm9vYg=", "Zm9vYh==", "Zm9v\nYmFy", "Z===", "Zm=v", "===="}) {
    EXPECT_FALSE(FromBase64(text).ok()) << text;
  }
}

TEST(ByteReader, RefusesAFieldThatEndsEarly) {
  Bytes bytes;
  AppendField(bytes, "abc");
  bytes.pop_back();
  ByteReader reader(bytes);
  EXPECT_EQ(reader.Field().status().code(), StatusCode::kCorrupt);
}

TEST(Uuid, RoundTripsItsText) {
  SeededEntropy entropy(3);
  const Uuid uuid = entropy.RandomUuid();
  EXPECT_EQ(*UuidFromText(UuidText(uuid)), uuid);
  EXPECT_FALSE(UuidFromText("123").ok());
}

}  // namespace
}  // namespace signet
