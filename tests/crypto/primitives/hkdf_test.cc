#include "crypto/primitives/hkdf.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/crypto/primitives/wycheproof.h"

namespace signet::crypto {
namespace {

using vector_testing::Hex;
using vector_testing::Outcome;

SecretBytes Secret(std::string_view hex) {
  return SecretBytes::CopyOf(Hex(hex));
}

/// "00 01 02 ..." as hexadecimal.
std::string Counting(int from, int count) {
  Bytes bytes;
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<uint8_t>(from + i));
  return ToHex(bytes);
}

TEST(HkdfSha256, GivesTheKeysOfRfc5869) {
  Bytes zero_b(22, 0x0b);
  const SecretBytes key = SecretBytes::CopyOf(zero_b);
  EXPECT_EQ(
      ToHex(HkdfSha256(key, Hex(Counting(0, 13)), Hex(Counting(0xf0, 10)), 42).ExposeSecret()),
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(
      ToHex(
          HkdfSha256(Secret(Counting(0, 80)), Hex(Counting(0x60, 80)), Hex(Counting(0xb0, 80)), 82)
              .ExposeSecret()),
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c6"
      "5e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
  EXPECT_EQ(ToHex(HkdfSha256(key, {}, {}, 42).ExposeSecret()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(HkdfSha256, PassesWycheproof) {
  vector_testing::RunVectors("hkdf_sha256_test.json", 86, [](const Json&, const Json& v) {
    const auto size = static_cast<size_t>(v["size"].AsInt());
    if (size > 8160) return Outcome::kRefused;  // a CHECK by contract
    const SecretBytes okm = HkdfSha256(
        Secret(v["ikm"].AsString()), Hex(v["salt"].AsString()), Hex(v["info"].AsString()), size);
    return ConstantTimeEqual(okm.ExposeSecret(), Hex(v["okm"].AsString())) ? Outcome::kAccepted
                                                                           : Outcome::kRefused;
  });
}

TEST(HkdfSha256DeathTest, RefusesMoreThan255Blocks) {
  const SecretBytes key = Secret(Counting(0, 32));
  EXPECT_EQ(HkdfSha256(key, {}, {}, 8160).size(), 8160U);
  EXPECT_DEATH(HkdfSha256(key, {}, {}, 8161), "n <= 255");
}

// Computed with Python's `cryptography` 38 (HKDFExpand, SHA-512); the sealed stream's vectors check
// it against the C2SP implementation too.
TEST(HkdfExpandSha512, AgreesWithAnotherImplementation) {
  const SecretBytes prk = Secret(Counting(0, 32));
  EXPECT_EQ(
      ToHex(HkdfExpandSha512(prk, AsBytes("signet"), 76).ExposeSecret()),
      "d8948a2cfc2bfd604cf090a47e45b1d775e39c54b28226e7c685faa91659087f364bada059594b1532f37184"
      "00c5f827b771a3d7f7334968bacb9e18f0b1bcae79a6517224827f9a97f6221c");
}

}  // namespace
}  // namespace signet::crypto
