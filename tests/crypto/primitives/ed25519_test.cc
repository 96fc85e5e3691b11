#include "crypto/primitives/ed25519.h"

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "tests/crypto/primitives/wycheproof.h"

namespace signet::crypto {
namespace {

using vector_testing::Hex;
using vector_testing::Outcome;

TEST(Ed25519, GivesTheSignaturesOfRfc8032) {
  struct Case {
    const char *seed, *key, *message, *signature;
  };
  for (const Case& c :
       {Case{
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39"
            "701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
        Case{
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f36"
            "13d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
        Case{
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f7"
            "60984dc6594a7c15e9716ed28dc027beceea1ec40a"}}) {
    SCOPED_TRACE(c.seed);
    const auto key = Ed25519PrivateKey::FromSeed(SecretBytes::CopyOf(Hex(c.seed)));
    EXPECT_EQ(ToHex(key.PublicKey().bytes()), c.key);
    const Bytes signature = key.Sign(Hex(c.message));
    EXPECT_EQ(ToHex(signature), c.signature);
    EXPECT_TRUE(key.PublicKey().Verify(Hex(c.message), signature));
  }
}

TEST(Ed25519, PassesWycheproof) {
  vector_testing::RunVectors("ed25519_test.json", 151, [](const Json& group, const Json& v) {
    const auto key = Ed25519PublicKey::FromBytes(Hex(group["publicKey"]["pk"].AsString()));
    if (!key.ok()) return Outcome::kRefused;
    return key->Verify(Hex(v["msg"].AsString()), Hex(v["sig"].AsString())) ? Outcome::kAccepted
                                                                           : Outcome::kRefused;
  });
}

TEST(Ed25519, AnyChangedBitOfMessageOrSignatureIsRefused) {
  SeededEntropy entropy(6);
  const auto key = Ed25519PrivateKey::FromSeed(entropy.RandomSecret(32));
  const auto other = Ed25519PrivateKey::FromSeed(entropy.RandomSecret(32));
  const Bytes signature = key.Sign(AsBytes("checkpoint"));
  for (size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Bytes changed = signature;
    changed[bit / 8] = static_cast<uint8_t>(changed[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(key.PublicKey().Verify(AsBytes("checkpoint"), changed)) << bit;
  }
  EXPECT_FALSE(key.PublicKey().Verify(AsBytes("checkpoinT"), signature));
  EXPECT_FALSE(other.PublicKey().Verify(AsBytes("checkpoint"), signature));
  EXPECT_FALSE(key.PublicKey().Verify(AsBytes("checkpoint"), ByteView(signature).first(63)));
  EXPECT_FALSE(key.PublicKey().Verify(AsBytes("checkpoint"), {}));
}

TEST(Ed25519, APublicKeyHas32Bytes) {
  EXPECT_EQ(Ed25519PublicKey::FromBytes(Bytes(31)).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(Ed25519PublicKey::FromBytes(Bytes(33)).status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::crypto
