#include "crypto/keys/held_key.h"

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "crypto/primitives/hkdf.h"

namespace signet::crypto {
namespace {

TEST(SoftKey, DerivesTheSameKeyOfTheSameInfoAndAnotherOfAnother) {
  const SecretBytes raw = SeededEntropy(5).RandomSecret(32);
  const SoftKey key(raw.Clone());
  const std::string one = ToHex(key.Derive(AsBytes("one"))->ExposeSecret());
  EXPECT_EQ(one.size(), 64U);
  EXPECT_EQ(ToHex(key.Derive(AsBytes("one"))->ExposeSecret()), one);
  EXPECT_NE(ToHex(key.Derive(AsBytes("two"))->ExposeSecret()), one);
  EXPECT_EQ(one, ToHex(HkdfSha256(raw, AsBytes("signet/keys"), AsBytes("one"), 32).ExposeSecret()));
}

}  // namespace
}  // namespace signet::crypto
