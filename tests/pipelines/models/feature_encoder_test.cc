#include "pipelines/models/feature_encoder.h"

#include <cmath>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/pipelines/models/training_world.h"

namespace signet::pipelines {
namespace {

Schema MixedSchema() {
  return {{{"subject", ColumnType::kUuid, {}},
           {"features_at", ColumnType::kTimestamp, {}},
           {"flag", ColumnType::kBool, {}},
           {"born", ColumnType::kDate, {}},
           {"tier", ColumnType::kText, {}},
           {"x", ColumnType::kDouble, {}}}};
}

TEST(FeatureEncoder, ReadsEachTypeAndGivesRareValuesNoCode) {
  const auto database = testing_world::OpenDatabase();
  const auto connection = database->Connect();
  ASSERT_TRUE(
      connection
          ->Execute("CREATE TABLE v AS SELECT ('00000000-0000-0000-0000-' || "
                    "lpad(CAST(i AS VARCHAR), 12, '0'))::UUID AS subject, TIMESTAMP "
                    "'2026-01-11' AS features_at, i % 2 = 0 AS flag, DATE '2026-01-01' AS "
                    "born, CASE WHEN i < 30 THEN 'a' WHEN i < 55 THEN 'b' ELSE 'rare' END AS "
                    "tier, CASE WHEN i = 3 THEN 'inf'::DOUBLE ELSE i END AS x FROM range(60) "
                    "t(i) ORDER BY i DESC")
          .ok());
  const Result<FeatureEncoder> encoder = FeatureEncoder::Learn(*connection, "v", MixedSchema(), {});
  ASSERT_TRUE(encoder.ok()) << encoder.status().ToString();
  EXPECT_EQ(encoder->Names(), (std::vector<std::string>{"flag", "born", "tier", "x"}));
  const FeatureMatrix rows = encoder->Read(*connection, "v f", {"f.x * 2"}).value();
  ASSERT_EQ(rows.rows(), 60U);
  EXPECT_EQ(rows.cells[0], 1);   // subjects ascend: i = 0, flag
  EXPECT_EQ(rows.cells[1], 10);  // days before the cut-off
  EXPECT_EQ(rows.cells[2], 0);   // 'a', the most common
  EXPECT_EQ(rows.cells[40 * 4 + 2], 1);
  EXPECT_TRUE(std::isnan(rows.cells[59 * 4 + 2]));  // 'rare'
  EXPECT_TRUE(std::isnan(rows.cells[3 * 4 + 3]));   // infinite
  EXPECT_EQ(rows.extras[0][7], 14);
  const Result<FeatureEncoder> read = FeatureEncoder::FromJson(encoder->ToJson());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->ToJson(), encoder->ToJson());
}

TEST(FeatureEncoder, RefusesToDropWhatIsNotThere) {
  const auto database = testing_world::OpenDatabase();
  const auto connection = database->Connect();
  ASSERT_TRUE(connection->Execute("CREATE TABLE v (tier VARCHAR)").ok());
  EXPECT_FALSE(FeatureEncoder::Learn(*connection, "v", MixedSchema(), {"y"}).ok());
  EXPECT_FALSE(FeatureEncoder::Learn(*connection, "v", MixedSchema(), {"flag", "born", "x"}).ok());
}

}  // namespace
}  // namespace signet::pipelines
