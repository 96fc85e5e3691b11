#include "pipelines/models/reason_words.h"

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(ReasonWords, LevelsAreThoseOfThePeopleLearntFrom) {
  CodeMatrix codes{2, {}};
  for (int i = 0; i < 100; ++i) {
    codes.codes.push_back(static_cast<uint8_t>(i));
    codes.codes.push_back(i < 95 ? 0 : CodeMatrix::kMissing);  // one value
  }
  const ReasonWords words = ReasonWords::Learn(codes).value();
  EXPECT_EQ(words.Level(0, 3), "very low");
  EXPECT_EQ(words.Level(0, 20), "low");
  EXPECT_EQ(words.Level(0, 50), "typical");
  EXPECT_EQ(words.Level(0, 80), "high");
  EXPECT_EQ(words.Level(0, 99), "very high");
  EXPECT_EQ(words.Level(0, CodeMatrix::kMissing), "missing");
  EXPECT_EQ(words.Level(1, 0), "typical");
  const Result<ReasonWords> read = ReasonWords::FromJson(words.ToJson());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Level(0, 20), "low");
  EXPECT_FALSE(ReasonWords::FromJson(*Json::Parse("[[1,2,3]]")).ok());
}

TEST(ReasonWords, NameNoLevelOfTooFewPeople) {
  CodeMatrix codes{1, {}};
  for (int i = 0; i < 100; ++i) codes.codes.push_back(static_cast<uint8_t>(i));
  const ReasonWords words = ReasonWords::Learn(codes, 15).value();
  EXPECT_EQ(words.Level(0, 3), "low") << "ten people are too few to be very low";
  EXPECT_EQ(words.Level(0, 50), "typical");
  EXPECT_EQ(words.Level(0, 99), "high");
  const ReasonWords fewer = ReasonWords::Learn(codes, 40).value();
  for (const uint8_t code : {uint8_t{0}, uint8_t{20}, uint8_t{50}, uint8_t{99}}) {
    EXPECT_EQ(fewer.Level(0, code), "typical");
  }
}

TEST(ReasonWords, AreAPlainSentence) {
  EXPECT_EQ(ReasonSentence("orders_recency_days", "very high", true, "churn"),
            "orders recency days is very high: raises churn");
}

}  // namespace
}  // namespace signet::pipelines
