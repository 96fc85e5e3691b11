#include "crypto/pseudonym/suppression_hasher.h"

#include <set>

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"
#include "crypto/pseudonym/link_hasher.h"

namespace signet::crypto {
namespace {

TEST(SuppressionHasher, RecognisesTheErasedAndNobodyElse) {
  const SuppressionHasher hasher(SeededEntropy(1).RandomSecret(32));
  SeededEntropy entropy(5);
  std::set<Uuid> list;
  const Uuid erased = entropy.RandomUuid();
  list.insert(hasher.Of(erased));
  EXPECT_EQ(list.count(hasher.Of(erased)), 1U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(list.count(hasher.Of(entropy.RandomUuid())), 0U);
}

TEST(SuppressionHasher, AListMatchesNoLinkValueAndNoOtherKey) {
  const SecretBytes key = SeededEntropy(1).RandomSecret(32);
  const Uuid link = LinkHasher(key).Link(LinkType::kEmail, "", "alice@example.org");
  const Uuid value = SuppressionHasher(key).Of(link);
  EXPECT_NE(value, link);
  EXPECT_NE(value, SuppressionHasher(SeededEntropy(2).RandomSecret(32)).Of(link));
}

}  // namespace
}  // namespace signet::crypto
