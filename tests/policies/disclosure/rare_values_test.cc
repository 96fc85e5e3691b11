#include "policies/disclosure/rare_values.h"

#include <gtest/gtest.h>

#include "crypto/base/entropy.h"

namespace signet::policies {
namespace {

TEST(MergeRareValues, ShowsFrequentValuesAndTheRestAsOne) {
  const ShownValues shown =
      MergeRareValues({{"FI", 900}, {"SE", 200}, {"NO", 30}, {"IS", 4}, {"FO", 25}}, 50);
  EXPECT_EQ(shown.shown, (std::map<std::string, int64_t>{{"FI", 900}, {"SE", 200}}));
  EXPECT_EQ(shown.rest, 59);
  EXPECT_EQ(shown.values_in_rest, 3);
}

TEST(MergeRareValues, ASmallRestTakesTheRarestValueShownAlong) {
  const ShownValues shown = MergeRareValues({{"FI", 900}, {"SE", 200}, {"IS", 4}}, 50);
  EXPECT_EQ(shown.shown, (std::map<std::string, int64_t>{{"FI", 900}}));
  EXPECT_EQ(shown.rest, 204);
}

TEST(MergeRareValues, ShowsNothingOfASmallGroup) {
  const ShownValues shown = MergeRareValues({{"FI", 30}, {"SE", 19}}, 50);
  EXPECT_TRUE(shown.shown.empty());
  EXPECT_EQ(shown.rest, 0);
}

TEST(MergeRareValues, NeverShowsASmallNumber) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SeededEntropy entropy(seed);
    std::map<std::string, int64_t> people;
    int64_t all = 0;
    for (uint64_t i = 0; i < 1 + entropy.Next() % 12; ++i) {
      const auto count = static_cast<int64_t>(entropy.Next() % 120);
      people["v" + std::to_string(i)] = count;
      all += count;
    }
    const ShownValues shown = MergeRareValues(people, 50);
    int64_t sum = shown.rest;
    for (const auto& entry : shown.shown) {
      EXPECT_GE(entry.second, 50) << "seed " << seed;
      sum += entry.second;
    }
    EXPECT_TRUE(shown.rest == 0 || shown.rest >= 50) << "seed " << seed;
    EXPECT_EQ(sum, all < 50 ? 0 : all) << "seed " << seed;
  }
}

TEST(CodeRange, BoundsHaveAGroupBeyondThem) {
  std::vector<double> values;
  values.reserve(101);
  values.reserve(100);
  for (int i = 0; i < 100; ++i) values.push_back(i);
  values.push_back(1e9);
  const auto range = CodeRange(values, 10);
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->bottom, 9);
  EXPECT_EQ(range->top, 91);
  EXPECT_FALSE(CodeRange(std::vector<double>(19, 1.0), 10).has_value());
}

}  // namespace
}  // namespace signet::policies
