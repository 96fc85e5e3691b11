#include "crypto/keys/key_derivation.h"

#include <set>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "crypto/primitives/hkdf.h"

namespace signet::crypto {
namespace {

constexpr KeyUse kUses[] = {KeyUse::kLink,
                            KeyUse::kSuppression,
                            KeyUse::kDigest,
                            KeyUse::kRecipient,
                            KeyUse::kLog,
                            KeyUse::kStore,
                            KeyUse::kServe};

std::string Hex(const SecretBytes& key) {
  return ToHex(key.ExposeSecret());
}

TEST(DeriveKey, SeparatesUsesAndContextsAndRoots) {
  std::set<std::string> seen;
  for (const uint64_t seed : {1U, 2U}) {
    const SecretBytes root = SeededEntropy(seed).RandomSecret(32);
    for (const KeyUse use : kUses) {
      for (const char* context : {"", "a", "ab", "link", "email_platform"}) {
        EXPECT_TRUE(seen.insert(Hex(DeriveKey(root, use, context))).second);
      }
    }
    EXPECT_TRUE(seen.insert(ToHex(RootCheck(root))).second);
    EXPECT_TRUE(seen.insert(Hex(*DekWrappingKey(SoftKey(root.Clone()), AsBytes("link")))).second);
  }
}

// Without length prefixes, (use "log", context "x") could equal (use "lo", context "gx"): what the
// HKDF sees must tell where a field ends.
TEST(DeriveKey, IsHkdfOverLengthPrefixedVersionedFields) {
  const SecretBytes root = SeededEntropy(1).RandomSecret(32);
  Bytes info;
  AppendField(info, "signet/key/v1");
  AppendField(info, "recipient");
  AppendField(info, "email_platform");
  EXPECT_EQ(Hex(DeriveKey(root, KeyUse::kRecipient, "email_platform")),
            Hex(HkdfSha256(root, AsBytes("signet/keys"), info, 32)));
  EXPECT_NE(Hex(DeriveKey(root, KeyUse::kLog, "x")),
            Hex(HkdfSha256(root, AsBytes("signet/keys"), AsBytes("signet/key/v1logx"), 32)));
}

TEST(DeriveKey, StaysTheSameForEver) {
  // Fixed: a change would orphan every identity, token, log and store. Computed with Python.
  const SecretBytes root = SecretBytes::CopyOf(Bytes(32, 0x42));
  EXPECT_EQ(Hex(DeriveKey(root, KeyUse::kLink, "")),
            "320af7f2eb9093fddc708fbd10918990eda9992bbc006296a99a68d3222fde85");
}

}  // namespace
}  // namespace signet::crypto
