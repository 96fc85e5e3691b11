#include "crypto/primitives/key_wrap.h"

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "tests/crypto/primitives/wycheproof.h"

namespace signet::crypto {
namespace {

using vector_testing::Hex;
using vector_testing::Outcome;

SecretBytes Secret(std::string_view hex) {
  return SecretBytes::CopyOf(Hex(hex));
}

TEST(KeyWrap, GivesTheWrappingsOfRfc5649) {
  const SecretBytes kek = Secret("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8");
  EXPECT_EQ(ToHex(*WrapKey(kek, Secret("c37b7e6492584340bed12207808941155068f738"))),
            "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a");
  EXPECT_EQ(ToHex(*WrapKey(kek, Secret("466f7250617369"))), "afbeb0f07dfbf5419200f2ccb50bb24f");
}

TEST(KeyWrap, PassesWycheproof) {
  vector_testing::RunVectors("aes_kwp_test.json", 254, [](const Json&, const Json& v) {
    const SecretBytes kek = Secret(v["key"].AsString());
    const Bytes message = Hex(v["msg"].AsString());
    const Bytes wrapped = Hex(v["ct"].AsString());
    const auto opened = UnwrapKey(kek, wrapped);
    const bool accepted = opened.ok() && ConstantTimeEqual(opened->ExposeSecret(), message);
    if (accepted) {
      EXPECT_EQ(*WrapKey(kek, SecretBytes::CopyOf(message)), wrapped);
    }
    return accepted ? Outcome::kAccepted : Outcome::kRefused;
  });
}

TEST(KeyWrap, AnyFlippedBitAndAnyOtherKekIsCorrupt) {
  SeededEntropy entropy(5);
  const SecretBytes kek = entropy.RandomSecret(32);
  const SecretBytes dek = entropy.RandomSecret(32);
  Bytes wrapped = *WrapKey(kek, dek);
  ASSERT_EQ(wrapped.size(), 40U);
  EXPECT_TRUE(ConstantTimeEqual(UnwrapKey(kek, wrapped)->ExposeSecret(), dek.ExposeSecret()));
  for (size_t bit = 0; bit < wrapped.size() * 8; ++bit) {
    const auto mask = static_cast<uint8_t>(1 << (bit % 8));
    wrapped[bit / 8] = static_cast<uint8_t>(wrapped[bit / 8] ^ mask);
    ASSERT_EQ(UnwrapKey(kek, wrapped).status().code(), StatusCode::kCorrupt) << bit;
    wrapped[bit / 8] = static_cast<uint8_t>(wrapped[bit / 8] ^ mask);
  }
  EXPECT_EQ(UnwrapKey(entropy.RandomSecret(32), wrapped).status().code(), StatusCode::kCorrupt);
  wrapped.pop_back();
  EXPECT_EQ(UnwrapKey(kek, wrapped).status().code(), StatusCode::kCorrupt);
}

TEST(KeyWrap, RefusesKeysOfOtherSizes) {
  SeededEntropy entropy(5);
  EXPECT_EQ(WrapKey(entropy.RandomSecret(31), entropy.RandomSecret(32)).status().code(),
            StatusCode::kInvalid);
  EXPECT_EQ(WrapKey(entropy.RandomSecret(32), SecretBytes()).status().code(), StatusCode::kInvalid);
  EXPECT_EQ(WrapKey(entropy.RandomSecret(32), entropy.RandomSecret(4097)).status().code(),
            StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::crypto
