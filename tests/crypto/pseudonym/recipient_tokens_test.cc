#include "crypto/pseudonym/recipient_tokens.h"

#include <algorithm>
#include <bitset>
#include <cmath>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::crypto {
namespace {

std::vector<SubjectId> Subjects(size_t count) {
  SeededEntropy entropy(7);
  std::vector<SubjectId> subjects(count);
  for (SubjectId& subject : subjects) subject.value = entropy.RandomUuid();
  return subjects;
}

std::set<Uuid> TokensOf(const SecretBytes& key, uint32_t epoch) {
  const RecipientTokens tokens(key, epoch);
  std::set<Uuid> all;
  for (const SubjectId& subject : Subjects(5000)) all.insert(tokens.Token(subject));
  return all;
}

size_t Common(const std::set<Uuid>& a, const std::set<Uuid>& b) {
  return static_cast<size_t>(
      std::count_if(a.begin(), a.end(), [&b](const Uuid& t) { return b.count(t) != 0; }));
}

TEST(RecipientTokens, AreUuidsOfVersion8AndOnePerSubject) {
  const std::set<Uuid> tokens = TokensOf(SeededEntropy(1).RandomSecret(32), 1);
  EXPECT_EQ(tokens.size(), 5000U);
  for (const Uuid& token : tokens) {
    ASSERT_EQ(token[6] >> 4, 8);
    ASSERT_EQ(token[8] >> 6, 2);
  }
  EXPECT_EQ(tokens, TokensOf(SeededEntropy(1).RandomSecret(32), 1));
}

TEST(RecipientTokens, OfTwoRecipientsOrTwoEpochsHaveNothingInCommon) {
  const SecretBytes email_platform = SeededEntropy(1).RandomSecret(32);
  const SecretBytes ads_platform = SeededEntropy(2).RandomSecret(32);
  const std::set<Uuid> a = TokensOf(email_platform, 1);
  EXPECT_EQ(Common(a, TokensOf(ads_platform, 1)), 0U);
  EXPECT_EQ(Common(a, TokensOf(email_platform, 2)), 0U);
}

// Two recipients who lay their lists side by side see what two random lists would show: the tokens
// of one subject differ in half of their 122 bits, and their order says nothing.
TEST(RecipientTokens, OfOneSubjectLookIndependentAtTwoRecipients) {
  const RecipientTokens one(SeededEntropy(1).RandomSecret(32), 1);
  const RecipientTokens two(SeededEntropy(2).RandomSecret(32), 1);
  const std::vector<SubjectId> subjects = Subjects(5000);
  uint64_t different = 0;
  uint64_t same_order = 0;
  for (size_t i = 0; i < subjects.size(); ++i) {
    const Uuid a = one.Token(subjects[i]);
    const Uuid b = two.Token(subjects[i]);
    for (size_t k = 0; k < a.size(); ++k) {
      different += std::bitset<8>(static_cast<unsigned>(a[k] ^ b[k])).count();
    }
    if (i > 0) {
      const bool up_a = one.Token(subjects[i - 1]) < a;
      const bool up_b = two.Token(subjects[i - 1]) < b;
      same_order += up_a == up_b ? 1 : 0;
    }
  }
  const double share = static_cast<double>(different) / (5000.0 * 122);
  EXPECT_NEAR(share, 0.5, 0.005);  // 8 standard deviations
  EXPECT_NEAR(static_cast<double>(same_order) / 4999, 0.5, 0.05);
}

TEST(RecipientTokens, KnowingTheSubjectIdIsNotEnough) {
  const std::set<Uuid> real = TokensOf(SeededEntropy(1).RandomSecret(32), 1);
  EXPECT_EQ(Common(real, TokensOf(SecretBytes(32), 1)), 0U);
  EXPECT_EQ(Common(real, TokensOf(SecretBytes(), 1)), 0U);
}

}  // namespace
}  // namespace signet::crypto
