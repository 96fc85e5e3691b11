#include "crypto/pseudonym/link_hasher.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "crypto/pseudonym/normalise.h"

namespace signet::crypto {
namespace {

SecretBytes Key(uint64_t seed) {
  return SeededEntropy(seed).RandomSecret(32);
}

TEST(LinkHasher, SeparatesTypeDomainAndValue) {
  const LinkHasher hasher(Key(1));
  std::set<Uuid> seen;
  for (const LinkType type : {LinkType::kId,
                              LinkType::kEmail,
                              LinkType::kPhone,
                              LinkType::kCard,
                              LinkType::kCookie,
                              LinkType::kDevice}) {
    for (const char* domain : {"", "a", "ab", "crm"}) {
      for (const char* value : {"b", "bc", "c", "abc"}) {
        EXPECT_TRUE(seen.insert(hasher.Link(type, domain, value)).second);
      }
    }
  }
  EXPECT_EQ(seen.size(), 96U);
}

TEST(LinkHasher, LongValuesAreHashedWhole) {
  const LinkHasher hasher(Key(1));
  std::set<Uuid> seen;
  for (size_t size = 0; size < 600; ++size) {
    EXPECT_TRUE(seen.insert(hasher.Link(LinkType::kId, "crm", std::string(size, 'x'))).second);
  }
}

TEST(LinkHasher, TheSameKeyGivesTheSameLinkForEver) {
  // Fixed: a change of the format would orphan every state's identities.
  const LinkHasher hasher(SecretBytes::CopyOf(Bytes(32, 0x42)));
  EXPECT_EQ(UuidText(hasher.Link(LinkType::kEmail, "", "alice@example.org")),
            "baedc426-9b15-3479-c407-244310b1cdbd");
  EXPECT_EQ(UuidText(hasher.Link(LinkType::kId, "crm", "c-17")),
            "71ae38eb-b4c6-2869-e5c8-2bb9fbe71605");
}

// The attack: code and all e-mails are known, the key is not.
TEST(LinkHasher, ADictionaryWithoutTheKeyFindsNobody) {
  const LinkHasher real(Key(2));
  std::set<Uuid> published;
  std::vector<std::string> dictionary;
  for (int i = 0; i < 2000; ++i) {
    std::string email;
    ASSERT_TRUE(
        Normalise(LinkType::kEmail, "user" + std::to_string(i) + "@Example.org", "", email));
    published.insert(real.Link(LinkType::kEmail, "", email));
    dictionary.push_back(email);
  }
  std::vector<SecretBytes> guesses;
  guesses.emplace_back();                                          // no key at all
  guesses.emplace_back(32);                                        // all zeros
  guesses.push_back(SecretBytes::CopyOf(AsBytes("signet/keys")));  // what stands in the source
  guesses.push_back(SecretBytes::CopyOf(AsBytes("link")));
  for (uint64_t seed = 100; seed < 110; ++seed) guesses.push_back(Key(seed));
  for (const SecretBytes& guess : guesses) {
    const LinkHasher attacker(guess);
    for (const std::string& email : dictionary) {
      const Uuid link = attacker.Link(LinkType::kEmail, "", email);
      ASSERT_EQ(published.count(link), 0U);
    }
  }
  EXPECT_EQ(published.count(real.Link(LinkType::kEmail, "", dictionary[7])), 1U) << "with it, yes";
}

}  // namespace
}  // namespace signet::crypto
