#include "policies/model/label.h"

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::policies {
namespace {

std::set<std::string> Some(SeededEntropy& entropy, const char* prefix) {
  std::set<std::string> texts;
  for (int i = 0; i < 3; ++i) {
    if (entropy.Next() % 2 == 0) texts.insert(prefix + std::to_string(i));
  }
  return texts;
}

Label RandomLabel(SeededEntropy& entropy) {
  Label label;
  label.categories = Some(entropy, "user.c");
  label.origins = Some(entropy, "crm.o");
  if (!label.categories.empty()) label.purposes = Some(entropy, "analytics.p");
  label.identifiability = static_cast<Identifiability>(entropy.Next() % 5);
  label.label_class = static_cast<LabelClass>(entropy.Next() % 5);
  if (!label.categories.empty()) label.bases = Some(entropy, "gdpr:b");
  label.jurisdictions = Some(entropy, "j");
  label.special = Some(entropy, "user.s");
  if (entropy.Next() % 2 == 0) label.regions = Some(entropy, "r");
  if (entropy.Next() % 2 == 0) label.retention_s = static_cast<int64_t>(entropy.Next() % 90);
  label.min_group = static_cast<int64_t>(entropy.Next() % 3);
  return label;
}

TEST(Label, JoinIsASemilatticeWithTheConstantAsNeutral) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededEntropy entropy(seed);
    const Label a = RandomLabel(entropy);
    const Label b = RandomLabel(entropy);
    const Label c = RandomLabel(entropy);
    ASSERT_EQ(Label::Join(a, b), Label::Join(b, a));
    ASSERT_EQ(Label::Join(Label::Join(a, b), c), Label::Join(a, Label::Join(b, c)));
    ASSERT_EQ(Label::Join(a, a), a);
    ASSERT_EQ(Label::Join(a, Label()), a);
  }
}

TEST(Label, JoinNeverAllowsWhatOnePartForbids) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SeededEntropy entropy(seed);
    const Label a = RandomLabel(entropy);
    const Label b = RandomLabel(entropy);
    for (const char* purpose : {"analytics.p0", "analytics.p1", "analytics.p2"}) {
      EXPECT_EQ(Label::Join(a, b).Allows(purpose), a.Allows(purpose) && b.Allows(purpose)) << seed;
    }
  }
}

TEST(Label, JoinKeepsTheStricterLimit) {
  Label a;
  a.regions = {"eu", "uk"};
  a.retention_s = 90;
  a.min_group = 10;
  a.special = {"user.health"};
  Label b;
  b.regions = {"uk", "us"};
  b.retention_s = 30;
  b.min_group = 100;
  const Label joined = Label::Join(a, b);
  EXPECT_EQ(joined.regions, (std::set<std::string>{"uk"}));
  EXPECT_EQ(joined.retention_s, 30);
  EXPECT_EQ(joined.min_group, 100);
  EXPECT_EQ(joined.special, (std::set<std::string>{"user.health"}));
  b.regions = {"us"};
  EXPECT_EQ(Label::Join(a, b).regions, std::set<std::string>{}) << "nowhere is not everywhere";
}

TEST(Label, ComesBackFromJson) {
  SeededEntropy entropy(3);
  for (int i = 0; i < 50; ++i) {
    const Label label = RandomLabel(entropy);
    const Result<Label> again = Label::FromJson(label.ToJson());
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(*again, label);
  }
  EXPECT_FALSE(Label::FromJson(Json("text")).ok());
  EXPECT_FALSE(Label::FromJson(Json::Of({{"class", "open"}})).ok());
}

}  // namespace
}  // namespace signet::policies
