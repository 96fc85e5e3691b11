#include "crypto/primitives/siv.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "tests/crypto/primitives/wycheproof.h"

namespace signet::crypto {
namespace {

using vector_testing::Hex;

TEST(Aes256Siv, GivesTheCiphertextsOfRfc5297) {
  const Aes256Siv a1(
      SecretBytes::CopyOf(Hex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")));
  EXPECT_EQ(ToHex(a1.Seal({Hex("101112131415161718191a1b1c1d1e1f2021222324252627")},
                          Hex("112233445566778899aabbccddee"))),
            "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c");
  const Aes256Siv a2(
      SecretBytes::CopyOf(Hex("7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f")));
  const Bytes ad1 =
      Hex("00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa998877665544332"
          "21100");
  const Bytes ad2 = Hex("102030405060708090a0");
  const Bytes nonce = Hex("09f911029d74e35bd84156c5635688c0");
  EXPECT_EQ(
      ToHex(a2.Seal({ad1, ad2, nonce}, AsBytes("this is some plaintext to encrypt using SIV-AES"))),
      "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f74"
      "8ba8af829ea64ad544a272e9c485b62a3fd5c0d");
}

// From C2SP/wycheproof aes_siv_cmac_test.json (Apache-2.0), keys of 512 bits: empty, short, exactly
// one and two blocks, longer.
struct Vector {
  int id;
  const char *key, *aad, *message, *sealed;
};
const std::vector<Vector>& Vectors() {
  static const std::vector<Vector> kVectors = {
      {296,
       "bc7635c1fd566aa8357fd103714bfaee1c9e5b3c578b3980401a981030254a54b1756a8c96e600b7252fd0aab12"
       "f"
       "39d115d256b3f3e7c2c41a7fece72ba7c3c4",
       "",
       "",
       "44b1c6fe8a8c07dee5377b161f283c31"},
      {297,
       "aff6388fdd2908e0c3b610e3dcd410c8146a268d6befd5c45ffdd23508b5b311cc3a9d8f838f456436b28901868"
       "2"
       "151dd57d8d65d1a823c06eca8ab8ee01da01",
       "d0bb2949a411e22d32964526",
       "",
       "e288d802a0e56ed7544a2e5775459389"},
      {301,
       "eef6bcf16ef7ae17326a33f22d1406ec1bd3f866505f4b2e4fe8b45bd62ccbd85032a9899facf2db0c93a2345cb"
       "8"
       "892afb74db549781211dd8881a8c8e25c171",
       "e941d15fadebaf4671e0e3d6d835f87bfb1cc7028f149930daa69c3de446c423",
       "",
       "b754ecb55c1e124de0c8a973d033bd7f"},
      {302,
       "c25cafc6018b98dfbb79a40ec89c575a4f88c4116489bba27707479800c0130235334a45dbe8d8dae3da8dcb45b"
       "b"
       "e5dce031b0f68ded544fda7eca30d6749442",
       "deeb0ccf3aef47a296ed1ca8f4ae5907",
       "beec61030fa3d670337196beade6aeaa",
       "5865208eab9163db85cab9f96d846234a2626aae22f5c17c9aad4b501f4416e4"},
      {303,
       "27faf97fb303aa4f2f364edd23997f4c77b8e51ebb8293c59dfb1d24f0fb629f6c820fc2d91bf48f0035eeec347"
       "e"
       "37ec4fb0cb36102bcdc5a248c47a2f97eab9",
       "cc94f64e14df90265f7f12a8a0386d0a",
       "6b1db0f5a43376885002dc98bd556f1dac9b66b66213a9fa6069df995a123384",
       "d0016d675b49f11ea873707412d45709b7703a028a0cfc312cf61cbe22b91e3cf20b7d4c9308ee15f18b4eba008"
       "8"
       "9284"},
      {305,
       "e2c5662bb18fbb411d0304e4241db073fe60a4704fee290073513038a22b4cd542580b2b4edbc37e3de01c0cb61"
       "a"
       "bcad46986cdc491ce9e5ae5af223ff58b953",
       "fab912dec29a34aabfaef176",
       "0d",
       "1c6969ecb15741a9959b7a8492250e391a"},
      {319,
       "2a93a0c37797bee0c344b9ceed1a609813d8c5ee686d260f3aa6fc2f66dc59f400479d1dfe04e89e6df608a3f69"
       "9"
       "ff1cb4e9bf24a78fb2dfddaa0011a2e40208",
       "6ae54f41ac52baf2f89abe8e",
       "3fc3bf53bb485c9edcb1d25adb4ca0",
       "2d344a54038a857f47e0c77eb0834538aaf01e61a8ac82c0012f9dac6f15ef"},
      {320,
       "139383f3f82dc78e0b380027f9e5fcd2ed23716404be5c554452e4dc73d237026594491820c6b8297185cc1fa84"
       "f"
       "49a5c7d7cd05c5de090ff1c3397bc2740437",
       "d39da73ffc03ad0a9213ffc7",
       "48604944a80fadf50d55b87727934458c8",
       "a9cf73951cb39823777f35c96c845169476e2ec2317cb6b8dd8b6172fdceabff9d"},
      {323,
       "cd8689f821817f59bfaa755131f2565161c7f4489f89b657ac9fa127a9768535a702d001b9b99cc11c3976467b1"
       "b"
       "45865ff417dc256ebb5079b7f1b3e08307b5",
       "b3edffbb89b373fe04da244b",
       "ebcfb2ffb681cc5dfa0c5c524c1b1cc87cc6b2bfa35dc36d15e80505118b84a072a78a157b4d1837",
       "1ac78aae2ede04eb47924d8f9f99fe75deb61bf693da7f3a2147c05f6d29d17392356fe00f82b24cdbce774fd86"
       "4"
       "561548f33dd3192d806f"}};
  return kVectors;
}

TEST(Aes256Siv, GivesTheCiphertextsOfWycheproof) {
  for (const Vector& v : Vectors()) {
    SCOPED_TRACE(v.id);
    const Aes256Siv cipher(SecretBytes::CopyOf(Hex(v.key)));
    const Bytes aad = Hex(v.aad);
    const Bytes message = Hex(v.message);
    EXPECT_EQ(ToHex(cipher.Seal({aad}, message)), v.sealed);
    EXPECT_EQ(*cipher.Open({aad}, Hex(v.sealed)), message);
  }
}

TEST(Aes256Siv, EveryLengthOpensAgainAndAnyChangeIsCorrupt) {
  SeededEntropy entropy(8);
  const Aes256Siv cipher(entropy.RandomSecret(64));
  for (const size_t size :
       {0U, 1U, 15U, 16U, 17U, 31U, 32U, 33U, 1023U, 1024U, 1040U, 1041U, 5000U}) {
    Bytes plain(size);
    entropy.Fill(plain);
    const Bytes sealed = cipher.Seal({AsBytes("column"), AsBytes("row")}, plain);
    ASSERT_EQ(*cipher.Open({AsBytes("column"), AsBytes("row")}, sealed), plain) << size;
    for (size_t i = 0; i < sealed.size(); i += 1 + sealed.size() / 50) {
      Bytes changed = sealed;
      changed[i] = static_cast<uint8_t>(changed[i] ^ 1);
      ASSERT_EQ(cipher.Open({AsBytes("column"), AsBytes("row")}, changed).status().code(),
                StatusCode::kCorrupt);
    }
  }
}

TEST(Aes256Siv, BindsTheVectorOfAssociatedDataAndItsOrder) {
  SeededEntropy entropy(9);
  const Aes256Siv cipher(entropy.RandomSecret(64));
  const ByteView a = AsBytes("email");
  const ByteView b = AsBytes("row 7");
  std::set<Bytes> seen;
  EXPECT_TRUE(seen.insert(cipher.Seal({a, b}, AsBytes("x"))).second);
  EXPECT_TRUE(seen.insert(cipher.Seal({b, a}, AsBytes("x"))).second);
  EXPECT_TRUE(seen.insert(cipher.Seal({AsBytes("emailrow 7")}, AsBytes("x"))).second);
  EXPECT_TRUE(seen.insert(cipher.Seal({}, AsBytes("x"))).second);
  EXPECT_TRUE(seen.insert(cipher.Seal({ByteView()}, AsBytes("x"))).second);
  EXPECT_FALSE(seen.insert(cipher.Seal({a, b}, AsBytes("x"))).second) << "deterministic";
}

TEST(Aes256Siv, AfterRekeyItIsTheOtherKeysCipher) {
  SeededEntropy entropy(11);
  const SecretBytes first = entropy.RandomSecret(64);
  const SecretBytes second = entropy.RandomSecret(64);
  Aes256Siv cipher(first);
  const Bytes before = cipher.Seal({AsBytes("a")}, AsBytes("a cell of more than one block"));
  cipher.Rekey(second);
  EXPECT_EQ(cipher.Seal({AsBytes("a")}, AsBytes("cell")),
            Aes256Siv(second).Seal({AsBytes("a")}, AsBytes("cell")));
  EXPECT_FALSE(cipher.Open({AsBytes("a")}, before).ok());
  cipher.Rekey(first);
  EXPECT_TRUE(cipher.Open({AsBytes("a")}, before).ok());
}

TEST(Aes256Siv, CallsDoNotLeaveStateForEachOther) {
  SeededEntropy entropy(10);
  const SecretBytes key = entropy.RandomSecret(64);
  const Aes256Siv cipher(key);
  const Bytes fresh = Aes256Siv(key).Seal({}, AsBytes("cell"));
  static_cast<void>(cipher.Seal({AsBytes("other")}, AsBytes("something else")));
  static_cast<void>(cipher.Open({}, Bytes(40)));
  EXPECT_EQ(cipher.Seal({}, AsBytes("cell")), fresh);
}

}  // namespace
}  // namespace signet::crypto
