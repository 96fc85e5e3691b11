#include "crypto/primitives/aead.h"

#include <array>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "tests/crypto/primitives/wycheproof.h"

namespace signet::crypto {
namespace {

using vector_testing::Hex;
using vector_testing::Outcome;

constexpr std::array<uint8_t, 12> kNonce{1, 2, 3};

TEST(Aes256Gcm, GivesTheCiphertextOfTheGcmPapersCase16) {
  // McGrew, Viega: The Galois/Counter Mode of Operation, appendix B, test case 16.
  const Aes256Gcm cipher(
      SecretBytes::CopyOf(Hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")));
  const Bytes sealed = cipher.Seal(
      Hex("cafebabefacedbaddecaf888"),
      Hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
      Hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e24"
          "49a6b525b16aedf5aa0de657ba637b39"));
  EXPECT_EQ(
      ToHex(sealed),
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10"
      "56828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
}

// The three are valid, with an IV of 257 bytes: OpenSSL 3.0 takes at most 128 (GCM_IV_MAX_SIZE).
// Signet's own nonces have 12 bytes.
TEST(Aes256Gcm, PassesWycheproofButForIvsOf257Bytes) {
  const auto run = [](const Json&, const Json& v) {
    const Aes256Gcm cipher(SecretBytes::CopyOf(Hex(v["key"].AsString())));
    const Bytes nonce = Hex(v["iv"].AsString());
    const Bytes aad = Hex(v["aad"].AsString());
    Bytes sealed = Hex(v["ct"].AsString());
    Append(sealed, Hex(v["tag"].AsString()));
    const auto opened = cipher.Open(nonce, aad, sealed);
    if (!opened.ok() || *opened != Hex(v["msg"].AsString())) return Outcome::kRefused;
    EXPECT_EQ(cipher.Seal(nonce, aad, *opened), sealed);
    return Outcome::kAccepted;
  };
  vector_testing::RunVectors("aes_gcm_test.json", 316, run, {268, 272, 276});
}

TEST(Aes256Gcm, AnyChangedByteIsCorruptAndReleasesNothing) {
  SeededEntropy entropy(2);
  const Aes256Gcm cipher(entropy.RandomSecret(32));
  const Bytes sealed = cipher.Seal(kNonce, AsBytes("context"), AsBytes("a secret of some length"));
  for (size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] = static_cast<uint8_t>(changed[i] ^ 0x10);
    Bytes out(sealed.size() - Aes256Gcm::kTagBytes, 0xEE);
    ASSERT_EQ(cipher.OpenInto(kNonce, AsBytes("context"), changed, out).code(),
              StatusCode::kCorrupt);
    ASSERT_EQ(out, Bytes(out.size(), 0));
  }
  EXPECT_FALSE(cipher.Open(kNonce, AsBytes("Context"), sealed).ok());
  EXPECT_FALSE(cipher.Open(std::array<uint8_t, 12>{9}, AsBytes("context"), sealed).ok());
  EXPECT_FALSE(cipher.Open(kNonce, AsBytes("context"), ByteView(sealed).first(15)).ok());
  EXPECT_TRUE(cipher.Open(kNonce, AsBytes("context"), sealed).ok());  // no state is left behind
}

TEST(Aes256Gcm, KeepsNoStateOfAnEarlierNonceSize) {
  SeededEntropy entropy(3);
  const Aes256Gcm cipher(entropy.RandomSecret(32));
  const Bytes before = cipher.Seal(kNonce, {}, AsBytes("text"));
  const Bytes odd = cipher.Seal(AsBytes("a nonce that is longer than twelve"), {}, AsBytes("text"));
  EXPECT_NE(odd, before);
  EXPECT_EQ(cipher.Seal(kNonce, {}, AsBytes("text")), before);
  EXPECT_FALSE(cipher.Open({}, {}, before).ok());
}

TEST(Aes256Gcm, OneKeyServesManyThreads) {
  SeededEntropy entropy(4);
  const Aes256Gcm cipher(entropy.RandomSecret(32));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (uint8_t t = 0; t < 4; ++t) {
    threads.emplace_back([&cipher, &wrong, t] {
      for (uint8_t i = 0; i < 200; ++i) {
        const std::array<uint8_t, 12> nonce{t, i};
        const Bytes plain(i, t);
        const auto opened = cipher.Open(nonce, {}, cipher.Seal(nonce, {}, plain));
        if (!opened.ok() || *opened != plain) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace signet::crypto
