// An emergency re-key of link values and of the suppression list, as arithmetic.
#include "crypto/pseudonym/cover.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "crypto/pseudonym/link_hasher.h"
#include "crypto/pseudonym/suppression_hasher.h"

namespace signet::crypto {
namespace {

SecretBytes Joined(const std::vector<const SecretBytes*>& parts) {
  Bytes all;
  for (const SecretBytes* part : parts) Append(all, part->ExposeSecret());
  return SecretBytes::CopyOf(all);
}

std::string Email(int i) {
  return "person" + std::to_string(i) + "@example.org";
}

class CoverTest : public ::testing::Test {
 protected:
  [[nodiscard]] Uuid Link(const SecretBytes& key, int i) const {
    return LinkHasher(key).Link(LinkType::kEmail, "", Email(i));
  }

  SeededEntropy entropy_{8};
  const SecretBytes link_ = entropy_.RandomSecret(32);
  const SecretBytes suppression_ = entropy_.RandomSecret(32);
  const SecretBytes first_links_ = entropy_.RandomSecret(32);
  const SecretBytes first_list_ = entropy_.RandomSecret(32);
  const SecretBytes next_links_ = entropy_.RandomSecret(32);
  const SecretBytes next_list_ = entropy_.RandomSecret(32);
};

TEST_F(CoverTest, WhatWasMadeBeforeMeetsWhatIsMadeAfterThroughTwoReKeys) {
  const CoverChange first(first_links_);
  const CoverChange second(Joined({&first_links_, &next_links_}));
  for (int i = 0; i < 100; ++i) {
    const Uuid before = Link(link_, i);
    const Uuid once = first.Of(before);
    const Uuid twice = second.Of(once);
    EXPECT_EQ(once, Link(Joined({&link_, &first_links_}), i));
    EXPECT_EQ(twice, Link(Joined({&link_, &next_links_}), i));
    EXPECT_NE(once, before);
    EXPECT_NE(twice, once);
  }
}

TEST_F(CoverTest, TheErasedAreRecognisedByTheirNewLinkValues) {
  const Uuid kept = SuppressionHasher(suppression_).Of(Link(link_, 7));
  const Uuid renewed = CoverChange(first_list_).Of(kept);
  const SuppressionHasher after(Joined({&suppression_, &first_links_, &first_list_}));
  const SecretBytes covered = Joined({&link_, &first_links_});
  EXPECT_EQ(after.Of(Link(covered, 7)), renewed);
  EXPECT_NE(after.Of(Link(covered, 8)), renewed);
  const Uuid again = CoverChange(Joined({&first_list_, &next_list_})).Of(renewed);
  const SuppressionHasher last(Joined({&suppression_, &next_links_, &next_list_}));
  EXPECT_EQ(last.Of(Link(Joined({&link_, &next_links_}), 7)), again);
}

// The attack that a re-key is for: code, all identifiers and every key of before are known.
TEST_F(CoverTest, ADictionaryUnderTheOldKeysFindsNobodyAfterwards) {
  const SecretBytes now = Joined({&link_, &next_links_});
  const SuppressionHasher list(Joined({&suppression_, &next_links_, &next_list_}));
  std::set<Uuid> links;
  std::set<Uuid> suppressed;
  for (int i = 0; i < 500; ++i) {
    links.insert(Link(now, i));
    suppressed.insert(list.Of(Link(now, i)));
  }
  const SecretBytes before = Joined({&link_, &first_links_});
  const SuppressionHasher bare(suppression_);
  const SuppressionHasher old(Joined({&suppression_, &first_links_, &first_list_}));
  for (int i = 0; i < 500; ++i) {
    for (const Uuid& guess : {Link(link_, i), Link(before, i)}) {
      EXPECT_EQ(links.count(guess), 0U);
      EXPECT_EQ(suppressed.count(bare.Of(guess)), 0U);
      EXPECT_EQ(suppressed.count(old.Of(guess)), 0U);
    }
  }
  EXPECT_EQ(links.count(Link(now, 7)), 1U) << "with the keys of now, yes";
}

TEST_F(CoverTest, NoKeyIsNoCoverAndAStateWithoutOneHashesAsEver) {
  const Uuid value = entropy_.RandomUuid();
  EXPECT_EQ(Cover().On(value), value);
  EXPECT_EQ(Cover(ByteView()).Off(value), value);
  // Fixed: the format of a covered link value (openssl enc -aes-256-ecb gives the same).
  const SecretBytes key = SecretBytes::CopyOf(Bytes(32, 0x42));
  const SecretBytes cover = SecretBytes::CopyOf(Bytes(32, 0x17));
  const Uuid bare = LinkHasher(key).Link(LinkType::kEmail, "", "alice@example.org");
  EXPECT_EQ(UuidText(bare), "baedc426-9b15-3479-c407-244310b1cdbd");
  const Uuid covered =
      LinkHasher(Joined({&key, &cover})).Link(LinkType::kEmail, "", "alice@example.org");
  EXPECT_EQ(UuidText(covered), "b7e4d85d-a77a-a33e-9788-ad9408126775");
  EXPECT_EQ(BlockPermutation(cover).Back(covered), bare);
}

}  // namespace
}  // namespace signet::crypto
