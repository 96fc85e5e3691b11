// Every vector of Debian's python3-cryptography-vectors that is about what Signet uses.
#include "tests/crypto/primitives/nist_vectors.h"

#include <algorithm>
#include <fstream>
#include <iostream>

#include <gtest/gtest.h>

#include "crypto/base/text.h"
#include "crypto/primitives/aead.h"
#include "crypto/primitives/block_permutation.h"
#include "crypto/primitives/ed25519.h"
#include "crypto/primitives/hkdf.h"
#include "crypto/primitives/hmac.h"
#include "crypto/primitives/key_wrap.h"
#include "crypto/primitives/sha256.h"
#include "crypto/primitives/siv.h"

namespace signet::crypto {
namespace {

using vector_testing::Field;
using vector_testing::RunNist;
using vector_testing::Vector;
using vector_testing::VectorCount;
using vector_testing::Verdict;

class NistVectors : public ::testing::Test {
 protected:
  void SetUp() override {
    if (vector_testing::VectorFolder().empty()) {
      GTEST_SKIP() << "python3-cryptography-vectors is not installed";
    }
  }
};

/// Whether the first bytes of the tag over `ciphertext` are `tag`: how NIST's shorter tags are
/// checked. Signet itself takes whole tags only, since shorter ones are easier to forge.
bool TagBegins(const Vector& v, ByteView ciphertext, const Bytes& tag, Bytes& plain) {
  const Aes256Gcm cipher(SecretBytes::CopyOf(Field(v, "Key")));
  // Sealed zeros are the key stream, which turns the ciphertext back.
  const Bytes stream = cipher.Seal(Field(v, "IV"), {}, Bytes(ciphertext.size(), 0));
  plain.resize(ciphertext.size());
  for (size_t i = 0; i < plain.size(); ++i) {
    plain[i] = static_cast<uint8_t>(ciphertext[i] ^ stream[i]);
  }
  const Bytes sealed = cipher.Seal(Field(v, "IV"), Field(v, "AAD"), plain);
  const ByteView whole = ByteView(sealed).subspan(ciphertext.size());
  return ConstantTimeEqual(whole.first(tag.size()), tag);
}

Verdict Is(bool passed) {
  return passed ? Verdict::kPassed : Verdict::kFailed;
}

TEST_F(NistVectors, AesGcmOpensTheValidAndRefusesTheForged) {
  VectorCount all;
  for (const char* bits : {"128", "192", "256"}) {
    const VectorCount count = RunNist(
        std::string("ciphers/AES/GCM/gcmDecrypt") + bits + ".rsp", "Key", [](const Vector& v) {
          const Bytes tag = Field(v, "Tag");
          if (tag.size() != Aes256Gcm::kTagBytes) {
            Bytes plain;
            const bool right = TagBegins(v, Field(v, "CT"), tag, plain);
            if (v.count("FAIL") != 0) return Is(!right);
            return Is(right && plain == Field(v, "PT"));
          }
          const Aes256Gcm cipher(SecretBytes::CopyOf(Field(v, "Key")));
          Bytes sealed = Field(v, "CT");
          Append(sealed, tag);
          const auto opened = cipher.Open(Field(v, "IV"), Field(v, "AAD"), sealed);
          if (v.count("FAIL") != 0) return Is(!opened.ok());
          return Is(opened.ok() && *opened == Field(v, "PT"));
        });
    all.valid += count.valid;
    all.invalid += count.invalid;
  }
  EXPECT_EQ(all.valid + all.invalid, 3 * 7875);
  EXPECT_GT(all.invalid, 1000);
}

TEST_F(NistVectors, AesGcmSealsToTheByte) {
  int64_t total = 0;
  for (const char* bits : {"128", "192", "256"}) {
    const VectorCount count = RunNist(
        std::string("ciphers/AES/GCM/gcmEncryptExtIV") + bits + ".rsp", "Key", [](const Vector& v) {
          const Aes256Gcm cipher(SecretBytes::CopyOf(Field(v, "Key")));
          Bytes want = Field(v, "CT");
          Append(want, Field(v, "Tag"));
          Bytes sealed = cipher.Seal(Field(v, "IV"), Field(v, "AAD"), Field(v, "PT"));
          sealed.resize(want.size());  // NIST's shorter tags are its first bytes
          return Is(sealed == want);
        });
    total += count.valid;
  }
  EXPECT_EQ(total, 3 * 7875);
}

/// Block by block, both ways.
Verdict PermutesBothWays(const Vector& v) {
  const Bytes key = Field(v, "KEY");
  if (key.size() != BlockPermutation::kKeyBytes) return Verdict::kNotOffered;
  const BlockPermutation cipher(SecretBytes::CopyOf(key));
  const Bytes plain = Field(v, "PLAINTEXT");
  const Bytes sealed = Field(v, "CIPHERTEXT");
  for (size_t at = 0; at < plain.size(); at += sizeof(Uuid)) {
    Uuid in{};
    Uuid out{};
    std::copy_n(plain.begin() + static_cast<std::ptrdiff_t>(at), in.size(), in.begin());
    std::copy_n(sealed.begin() + static_cast<std::ptrdiff_t>(at), out.size(), out.begin());
    if (cipher.Forward(in) != out || cipher.Back(out) != in) return Verdict::kFailed;
  }
  return Is(!plain.empty());
}

TEST_F(NistVectors, AesBlocksArePermutedThereAndBack) {
  int64_t valid = 0;
  for (const char* file : {"GFSbox", "KeySbox", "VarKey", "VarTxt", "MMT"}) {
    valid += RunNist(std::string("ciphers/AES/ECB/ECB") + file + "256.rsp", "KEY", PermutesBothWays)
                 .valid;
  }
  EXPECT_GT(valid, 800);
}

TEST_F(NistVectors, KeyWrapWithPaddingWrapsAndUnwraps) {
  for (const char* bits : {"128", "192", "256"}) {
    const std::string folder = "keywrap/kwtestvectors/";
    const auto unwrap = [](const Vector& v) {
      const SecretBytes kek = SecretBytes::CopyOf(Field(v, "K"));
      const auto dek = UnwrapKey(kek, Field(v, "C"));
      if (v.count("FAIL") != 0) return Is(!dek.ok());
      const Bytes want = Field(v, "P");
      return Is(dek.ok() && ConstantTimeEqual(dek->ExposeSecret(), want));
    };
    const auto wrap = [](const Vector& v) {
      const SecretBytes kek = SecretBytes::CopyOf(Field(v, "K"));
      const auto wrapped = WrapKey(kek, SecretBytes::CopyOf(Field(v, "P")));
      return Is(wrapped.ok() && *wrapped == Field(v, "C"));
    };
    const VectorCount opened = RunNist(folder + "KWP_AD_" + bits + ".txt", "K", unwrap);
    EXPECT_EQ(opened.valid + opened.invalid, 500);
    EXPECT_GT(opened.invalid, 50);
    EXPECT_EQ(RunNist(folder + "KWP_AE_" + bits + ".txt", "K", wrap).valid, 500);
  }
  RunNist("keywrap/kwp_botan.txt", "Key", [](const Vector& v) {
    const auto wrapped =
        WrapKey(SecretBytes::CopyOf(Field(v, "Key")), SecretBytes::CopyOf(Field(v, "Input")));
    return Is(wrapped.ok() && *wrapped == Field(v, "Output"));
  });
}

TEST_F(NistVectors, Sha256HashesShortLongAndManyTimes) {
  for (const char* file : {"hashes/SHA2/SHA256ShortMsg.rsp", "hashes/SHA2/SHA256LongMsg.rsp"}) {
    RunNist(file, "Msg", [](const Vector& v) {
      const int64_t bits = IntegerFromText(v.at("Len")).value();
      const Bytes message = bits == 0 ? Bytes() : Field(v, "Msg");
      return Is(ToHex(Sha256::Of(message)) == v.at("MD"));
    });
  }
  // The Secure Hash Algorithm Validation System, section 6.4: a hash of three hashes, 1,000 times.
  Bytes seed;
  const VectorCount count = RunNist("hashes/SHA2/SHA256Monte.rsp", "MD", [&seed](const Vector& v) {
    static const std::string kSeed =
        "6d1e72ad03ddeb5de891e572e2396f8da015d899ef0e79503152d6010a3fe691";
    if (seed.empty()) seed = FromHex(kSeed).value();
    Bytes last3[3] = {seed, seed, seed};
    for (int i = 0; i < 1000; ++i) {
      Bytes message = last3[0];
      Append(message, last3[1]);
      Append(message, last3[2]);
      const Digest digest = Sha256::Of(message);
      last3[0] = std::move(last3[1]);
      last3[1] = std::move(last3[2]);
      last3[2] = Bytes(digest.begin(), digest.end());
    }
    seed = last3[2];
    return Is(ToHex(seed) == v.at("MD"));
  });
  EXPECT_EQ(count.valid, 100);
}

TEST_F(NistVectors, HmacSha256AgreesWithRfc4231) {
  const VectorCount count = RunNist("HMAC/rfc-4231-sha256.txt", "MD", [](const Vector& v) {
    const Digest mac = HmacKey(SecretBytes::CopyOf(Field(v, "Key"))).Mac(Field(v, "Msg"));
    // Case 5 shows its first 16 bytes only.
    return Is(ToHex(mac).starts_with(v.at("MD")));
  });
  EXPECT_GE(count.valid, 6);
}

TEST_F(NistVectors, HkdfSha256ExpandsToTheByte) {
  for (const char* file : {"KDF/rfc-5869-HKDF-SHA256.txt", "KDF/hkdf-generated.txt"}) {
    RunNist(file, "OKM", [](const Vector& v) {
      if (v.at("Hash") != "SHA-256") return Verdict::kNotOffered;
      const auto size = static_cast<size_t>(IntegerFromText(v.at("L")).value());
      const SecretBytes okm = HkdfSha256(
          SecretBytes::CopyOf(Field(v, "IKM")), Field(v, "salt"), Field(v, "info"), size);
      return Is(ToHex(okm.ExposeSecret()) == v.at("OKM"));
    });
  }
}

TEST_F(NistVectors, AesSivSealsAndOpens) {
  const VectorCount count =
      RunNist("ciphers/AES/SIV/openssl.txt", "Ciphertext", [](const Vector& v) {
        const Bytes key = Field(v, "Key");
        if (key.size() == 48) return Verdict::kNotOffered;  // AES-192
        const Aes256Siv siv(SecretBytes::CopyOf(key));
        std::vector<Bytes> associated;
        for (const char* name : {"AAD", "AAD2", "AAD3"}) {
          if (v.count(name) != 0) associated.push_back(Field(v, name));
        }
        const std::vector<ByteView> views(associated.begin(), associated.end());
        Bytes want = Field(v, "Tag");
        Append(want, Field(v, "Ciphertext"));
        const Bytes sealed = siv.Seal(views, Field(v, "Plaintext"));
        const auto opened = siv.Open(views, want);
        return Is(sealed == want && opened.ok() && *opened == Field(v, "Plaintext"));
      });
  EXPECT_EQ(count.valid + count.not_offered, 4);
}

// sign.input: lines "seed ‖ public : public : message : signature ‖ message :".
TEST_F(NistVectors, Ed25519SignsAndVerifiesAllThousandMessages) {
  std::ifstream lines(vector_testing::VectorFolder() / "asymmetric" / "Ed25519" / "sign.input");
  int64_t valid = 0;
  int64_t refused = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> parts = Split(line, ':');
    if (parts.size() < 4) continue;
    const Bytes secret = FromHex(parts[0]).value();
    const Bytes message = FromHex(parts[2]).value();
    Bytes signature = FromHex(parts[3]).value();
    signature.resize(Ed25519PublicKey::kSignatureBytes);
    const auto key = Ed25519PrivateKey::FromSeed(SecretBytes::CopyOf(ByteView(secret).first(32)));
    ASSERT_EQ(key.Sign(message), signature) << valid;
    ASSERT_EQ(ToHex(key.PublicKey().bytes()), parts[1]) << valid;
    ASSERT_TRUE(key.PublicKey().Verify(message, signature)) << valid;
    ++valid;
    signature[static_cast<size_t>(valid) % signature.size()] ^= 1;
    ASSERT_FALSE(key.PublicKey().Verify(message, signature)) << valid;
    ++refused;
  }
  std::cout << "nist Ed25519/sign.input: " << valid << " valid accepted, " << refused
            << " forged refused\n";
  EXPECT_EQ(valid, 1024);
}

}  // namespace
}  // namespace signet::crypto
