#include "pipelines/decisions/uplift_table.h"

#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

class UpliftTableReading : public testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
    ASSERT_TRUE(connection_
                    ->Execute("CREATE TABLE input AS SELECT i AS id, CASE i % 3 WHEN 0 THEN 'none' "
                              "WHEN 1 THEN 'mail' ELSE 'sms' END AS arm, (i * 37 % 101) / 10.0 AS "
                              "x, CASE i % 7 WHEN 0 THEN 'gold' WHEN 1 THEN NULL ELSE 'basic' END "
                              "AS tier, DATE '2026-01-01' + (i % 50)::INT AS joined, 5 AS same, "
                              "i % 3 = 1 AND i % 2 = 0 AS clicked, CASE WHEN i % 5 = 0 THEN 'yes' "
                              "ELSE 'no' END AS bought, CASE WHEN i % 20 = 0 THEN i % 9 + 1 ELSE 0 "
                              "END AS spent FROM range(3000) t(i)")
                    .ok());
    spec_.table = "input";
    spec_.columns = {"id", "x", "tier", "joined", "same", "clicked", "spent"};
    spec_.arm = "arm";
    spec_.control = "none";
    spec_.treatment = "mail";
    spec_.outcome = "bought";
  }

  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  UpliftTableSpec spec_;
};

TEST_F(UpliftTableReading, KeepsWhatWasKnownBeforeAndSaysWhatItLeavesOut) {
  const auto table = ReadUpliftTable(*connection_, spec_);
  ASSERT_TRUE(table.ok()) << table.status().ToString();
  EXPECT_EQ(table->names, (std::vector<std::string>{"x", "tier", "joined"}));
  EXPECT_EQ(table->rows_other_arms, 1000);
  EXPECT_TRUE(table->left_out.Has("id"));
  EXPECT_TRUE(table->left_out.Has("same"));
  EXPECT_TRUE(table->left_out.Has("clicked"));
  EXPECT_EQ(table->left_out["spent"].AsString(),
            "its rarer values come with the outcome alone: not known before it");
  EXPECT_TRUE(table->binary);
  spec_.keep_unbalanced = true;
  EXPECT_EQ(ReadUpliftTable(*connection_, spec_)->names.size(), 4U);
}

TEST_F(UpliftTableReading, SplitsByConditionOrBySeed) {
  const auto seeded = ReadUpliftTable(*connection_, spec_);
  const UpliftTable test = seeded->Part(1);
  EXPECT_NEAR(static_cast<double>(test.rows()) / 2000, 0.3, 0.04);
  EXPECT_EQ(test.cells.size(), test.rows() * 3);
  spec_.test_where = "id >= 2700";
  EXPECT_EQ(ReadUpliftTable(*connection_, spec_)->Part(1).rows(), 200U);
  spec_.test_where = "id < 0";
  EXPECT_FALSE(ReadUpliftTable(*connection_, spec_).ok());
}

TEST_F(UpliftTableReading, TheSeededSplitIgnoresTheOrderOfRows) {
  const auto sums = [&] {
    double treated = 0;
    double x = 0;
    const UpliftTable test = ReadUpliftTable(*connection_, spec_)->Part(1);
    for (size_t i = 0; i < test.rows(); ++i) {
      treated += test.treated[i];
      x += static_cast<double>(test.cells[3 * i]);
    }
    return std::pair(treated, std::round(x * 1000));
  };
  const auto before = sums();
  ASSERT_TRUE(
      connection_->Execute("CREATE OR REPLACE TABLE input AS SELECT * FROM input ORDER BY id DESC")
          .ok());
  EXPECT_EQ(sums(), before);
}

TEST_F(UpliftTableReading, NamesTheArmsThatExist) {
  spec_.treatment = "letter";
  const Status status = ReadUpliftTable(*connection_, spec_).status();
  EXPECT_NE(status.remedy().find("mail, none, sms"), std::string::npos);
  spec_.treatment = "none";
  EXPECT_FALSE(ReadUpliftTable(*connection_, spec_).ok());
}

}  // namespace
}  // namespace signet::pipelines
