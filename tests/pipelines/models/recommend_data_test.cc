#include "pipelines/models/recommend_data.h"

#include "tests/pipelines/models/recommend_world.h"

namespace signet::pipelines {
namespace {

using RecommendDataTest = RecommendWorld;

TEST_F(RecommendDataTest, NumbersItemsByPopularityAndCutsStrictlyBefore) {
  Sql("INSERT INTO p VALUES ('c00', 'late', '2026-07-01'), ('new', 'a1', '2026-07-02'), ('c01', "
      "'gone', '2026-12-01'), (NULL, 'a1', '2026-06-01'), ('c01', NULL, '2026-06-01')");
  const RecommendData data = Read();
  EXPECT_EQ(data.items[0], "bread");
  EXPECT_EQ(data.items.size(), 21U);  // 'late' and 'gone' have no number
  EXPECT_EQ(data.customers.size(), 60U);
  EXPECT_EQ(data.customers[7], "c07");
  EXPECT_EQ(data.customers_only_after, 1);
  EXPECT_EQ(data.rows_incomplete, 2);
  EXPECT_EQ(data.after_unknown[0], 1U);
  EXPECT_EQ(data.after_unknown[1], 0U);
  EXPECT_EQ(data.before.Row(0)[0].count, 4);  // bread on 06-02, 10, 18 and 26
  EXPECT_EQ(data.recent[0], 60U);
  ASSERT_EQ(data.after[0].size(), 3U);  // two of its taste, and bread
  EXPECT_LT(data.after[0][0], data.after[0][1]);
}

TEST_F(RecommendDataTest, DoesNotDependOnRowOrder) {
  const RecommendData forward = Read();
  Sql("CREATE TABLE q AS SELECT * FROM p ORDER BY what DESC, bought DESC, who; DROP TABLE p; "
      "CREATE "
      "TABLE p AS FROM q");
  const RecommendData other = Read();
  EXPECT_EQ(forward.items, other.items);
  EXPECT_EQ(forward.after, other.after);
  EXPECT_EQ(forward.ToJson().Dump(), other.ToJson().Dump());
}

TEST_F(RecommendDataTest, RefusesACutBeforeAllRows) {
  options_.cut = *TimestampFromText("2020-01-01");
  EXPECT_EQ(ReadRecommendData(*connection_, options_).status().code(), StatusCode::kInvalid);
  options_.item = "nothing";
  EXPECT_FALSE(ReadRecommendData(*connection_, options_).ok());
}

}  // namespace
}  // namespace signet::pipelines
