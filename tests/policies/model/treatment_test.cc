#include "policies/model/treatment.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::policies {
namespace {

Treatment Make(TreatmentKind kind, Json options = Json(Json::Object{}), std::string rule = "r") {
  Treatment treatment;
  treatment.kind = kind;
  treatment.options = std::move(options);
  treatment.rule = std::move(rule);
  return treatment;
}

Treatment RandomTreatment(SeededEntropy& entropy, bool comparable) {
  const auto kind = static_cast<TreatmentKind>(entropy.Next() % 6);
  Json options{Json::Object{}};
  if (kind == TreatmentKind::kGeneralise) {
    const uint64_t form = comparable ? 0 : entropy.Next() % 3;
    const int64_t bands[] = {5, 10, 20, 40};
    if (form == 0) options.Set("band", bands[entropy.Next() % 4]);
    if (form == 1) options.Set("truncate", static_cast<int64_t>(1 + entropy.Next() % 4));
    if (form == 2) options.Set("year", true);
    if (entropy.Next() % 2 == 0) options.Set("top", static_cast<int64_t>(entropy.Next() % 100));
  }
  return Make(kind, std::move(options), "r" + std::to_string(entropy.Next() % 9));
}

std::string Outcome(const std::vector<Treatment>& several) {
  const Result<Treatment> strictest = Treatment::Strictest(several);
  return strictest.ok() ? strictest->ToJson().Dump() : "conflict";
}

TEST(Strictest, DoesNotDependOnOrderOrRepetition) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededEntropy entropy(seed);
    std::vector<Treatment> several;
    for (uint64_t n = 1 + entropy.Next() % 4; n > 0; --n) {
      several.push_back(RandomTreatment(entropy, /*comparable=*/false));
    }
    const std::string want = Outcome(several);
    for (size_t i = several.size() - 1; i > 0; --i) {
      std::swap(several[i], several[entropy.Next() % (i + 1)]);
    }
    several.push_back(several[entropy.Next() % several.size()]);
    ASSERT_EQ(Outcome(several), want);
  }
}

Treatment Hierarchy(const std::vector<std::pair<std::string, std::string>>& parents,
                    std::string rule) {
  Json map{Json::Object{}};
  for (const auto& entry : parents) map.Set(entry.first, entry.second);
  return Make(TreatmentKind::kGeneralise,
              Json::Of({{"hierarchy", map}, {"other", "elsewhere"}}),
              std::move(rule));
}

TEST(Strictest, AHierarchyIsStricterWhenItMergesWhatTheOtherMerges) {
  const Treatment fine =
      Hierarchy({{"Espoo", "Uusimaa"}, {"Helsinki", "Uusimaa"}, {"Turku", "Varsinais"}}, "a");
  const Treatment coarse =
      Hierarchy({{"Espoo", "South"}, {"Helsinki", "South"}, {"Turku", "South"}}, "b");
  const Treatment crossing =
      Hierarchy({{"Espoo", "West"}, {"Helsinki", "East"}, {"Turku", "West"}}, "c");
  for (const auto& both : {std::vector<Treatment>{fine, coarse}, {coarse, fine}}) {
    const Result<Treatment> strictest = Treatment::Strictest(both);
    ASSERT_TRUE(strictest.ok()) << strictest.status().message();
    EXPECT_EQ(strictest->options, coarse.options);
    EXPECT_EQ(strictest->rule, "b");
  }
  EXPECT_EQ(Treatment::Strictest(std::vector<Treatment>{fine, crossing}).status().code(),
            StatusCode::kConflict);
  const Treatment band = Make(TreatmentKind::kGeneralise, Json::Of({{"band", 5}}), "d");
  EXPECT_EQ(Treatment::Strictest(std::vector<Treatment>{fine, band}).status().code(),
            StatusCode::kConflict);
}

TEST(Strictest, IsAssociativeAmongComparableTreatments) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededEntropy entropy(seed);
    std::vector<Treatment> all;
    all.reserve(3);
    for (int i = 0; i < 3; ++i) all.push_back(RandomTreatment(entropy, /*comparable=*/true));
    const std::vector<Treatment> head = {all[0], all[1]};
    const std::vector<Treatment> tail = {all[1], all[2]};
    const Treatment left = *Treatment::Strictest(head);
    const Treatment right = *Treatment::Strictest(tail);
    ASSERT_EQ(Outcome({left, all[2]}), Outcome(all));
    ASSERT_EQ(Outcome({all[0], right}), Outcome(all));
  }
}

TEST(Strictest, IsNeverWeakerThanAnyPart) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SeededEntropy entropy(seed);
    const std::vector<Treatment> pair = {RandomTreatment(entropy, /*comparable=*/true),
                                         RandomTreatment(entropy, /*comparable=*/true)};
    const Treatment strictest = *Treatment::Strictest(pair);
    for (const Treatment& part : pair) {
      ASSERT_GE(strictest.kind, part.kind);
      if (strictest.kind != part.kind) continue;
      ASSERT_GE(strictest.options["band"].AsInt(), part.options["band"].AsInt());
      ASSERT_LE(strictest.options["top"].AsInt(-1), part.options["top"].AsInt(1000));
    }
  }
}

TEST(Strictest, NamesBothRulesWhenTheyCannotBeCompared) {
  struct Case {
    Json a;
    Json b;
  };
  for (const Case& c : {Case{Json::Of({{"band", 10}}), Json::Of({{"truncate", 3}})},
                        Case{Json::Of({{"band", 10}}), Json::Of({{"band", 15}})},
                        Case{Json::Of({{"year", true}}), Json::Of({{"band", 10}})}}) {
    const std::vector<Treatment> pair = {Make(TreatmentKind::kGeneralise, c.a, "gdpr.yaml:41 x"),
                                         Make(TreatmentKind::kGeneralise, c.b, "ccpa.yaml:7 x")};
    const Result<Treatment> strictest = Treatment::Strictest(pair);
    ASSERT_FALSE(strictest.ok());
    EXPECT_EQ(strictest.status().code(), StatusCode::kConflict);
    EXPECT_THAT(strictest.status().message(), testing::HasSubstr("gdpr.yaml:41"));
    EXPECT_THAT(strictest.status().message(), testing::HasSubstr("ccpa.yaml:7"));
  }
  const std::vector<Treatment> domains = {
      Make(TreatmentKind::kPseudonymise, Json::Of({{"domain", "a"}})),
      Make(TreatmentKind::kPseudonymise, Json::Of({{"domain", "b"}}))};
  EXPECT_FALSE(Treatment::Strictest(domains).ok());
}

TEST(Treatment, ComesBackFromJson) {
  const Treatment treatment = Make(TreatmentKind::kGeneralise, Json::Of({{"truncate", 3}}));
  const Result<Treatment> again = Treatment::FromJson(treatment.ToJson());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->ToJson(), treatment.ToJson());
  EXPECT_FALSE(Treatment::FromJson(Json::Of({{"kind", "hide"}})).ok());
}

}  // namespace
}  // namespace signet::policies
