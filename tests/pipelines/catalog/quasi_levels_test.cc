#include "pipelines/catalog/quasi_levels.h"

#include <map>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

policies::Codes Rows(size_t values) {
  policies::Codes rows;
  for (size_t v = 0; v < values; ++v) rows.push_back(static_cast<uint32_t>(v));
  return rows;
}

/// Each level merges what the one before merged, and the last one everything.
void ExpectNested(const NamedLevels& levels) {
  ASSERT_EQ(levels.names.size(), levels.column.levels.size());
  for (size_t l = 1; l < levels.column.levels.size(); ++l) {
    const policies::Codes& finer = levels.column.levels[l - 1];
    const policies::Codes& coarser = levels.column.levels[l];
    std::map<uint32_t, uint32_t> parent;
    for (size_t v = 0; v < finer.size(); ++v) {
      EXPECT_EQ(parent.emplace(finer[v], coarser[v]).first->second, coarser[v])
          << levels.names[l] << " splits what " << levels.names[l - 1] << " merged";
    }
  }
  for (const uint32_t code : levels.column.levels.back()) EXPECT_EQ(code, 0U);
  EXPECT_EQ(levels.names.front(), "as it is");
  EXPECT_EQ(levels.names.back(), "*");
}

TEST(QuasiLevels, DatesBecomeMonthsYearsAndDecades) {
  const std::vector<std::string> texts = {
      "1980-01-09", "1980-01-20", "1981-05-05", "1999-12-31", ""};
  const NamedLevels levels = LevelsOf(Rows(texts.size()), texts);
  ExpectNested(levels);
  EXPECT_EQ(levels.names, (std::vector<std::string>{"as it is", "month", "year", "decade", "*"}));
  EXPECT_EQ(levels.column.levels[1][0], levels.column.levels[1][1]);
  EXPECT_NE(levels.column.levels[2][0], levels.column.levels[2][2]);
  EXPECT_EQ(levels.column.levels[3][0], levels.column.levels[3][2]);
}

TEST(QuasiLevels, NumbersBecomeBandsThatLieInEachOther) {
  std::vector<std::string> texts;
  for (int n = -40; n < 90; ++n) texts.push_back(std::to_string(n) + ".5");
  texts.emplace_back("");
  const NamedLevels levels = LevelsOf(Rows(texts.size()), texts);
  ExpectNested(levels);
  EXPECT_EQ(levels.names.size(), 8U);
  EXPECT_EQ(levels.names[1], "bands of 4");
  EXPECT_EQ(levels.names[6], "bands of 128");
}

TEST(QuasiLevels, CodesOfDigitsBecomeTheirBeginnings) {
  const std::vector<std::string> texts = {"00100", "00120", "02100"};
  const NamedLevels levels = LevelsOf(Rows(texts.size()), texts);
  ExpectNested(levels);
  EXPECT_EQ(levels.names[1], "first 3 characters");
  EXPECT_EQ(levels.column.levels[1][0], levels.column.levels[1][1]);
  EXPECT_NE(levels.column.levels[1][0], levels.column.levels[1][2]);
}

TEST(QuasiLevels, OtherTextsHaveTwoLevels) {
  const NamedLevels levels = LevelsOf(Rows(2), {"FI", "SE"});
  ExpectNested(levels);
  EXPECT_EQ(levels.names.size(), 2U);
}

}  // namespace
}  // namespace signet::pipelines
