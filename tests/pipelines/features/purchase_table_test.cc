#include "pipelines/features/purchase_table.h"

#include <cmath>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

class PurchaseTableTest : public testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(query::Database::Open({}).value());
    connection_ = database_->Connect();
    Sql("CREATE TABLE p (who VARCHAR, bought TIMESTAMP, paid DOUBLE)");
    options_.table = "p";
    options_.customer = "who";
    options_.time = "bought";
    options_.amount = "paid";
    options_.names = true;
    options_.until = *TimestampFromText("1997-09-30");
  }
  void Sql(const std::string& sql) {
    const Status status = connection_->Execute(sql);
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  PurchaseTable Read() {
    Result<PurchaseTable> table = ReadPurchases(*connection_, options_);
    EXPECT_TRUE(table.ok()) << table.status().ToString();
    return table.ok() ? std::move(table).value() : PurchaseTable();
  }
  std::unique_ptr<query::Database> database_;
  std::unique_ptr<query::Connection> connection_;
  PurchaseTableOptions options_;
};

// CDNOW's customer 4: bought on 01-01, 01-18, 08-02 and 12-12 of 1997. Published: x = 2,
// t_x = 30.43, T = 38.86 weeks, mean repeat value 22.345.
TEST_F(PurchaseTableTest, CountsAsThePublishedSummaryDoes) {
  Sql("INSERT INTO p VALUES ('4', '1997-01-01', 29.33), ('4', '1997-01-18', 29.73), ('4', "
      "'1997-08-02', 14.96), ('4', '1997-12-12', 26.48)");
  options_.unit = TimeUnit::kWeek;
  options_.holdout = TimestampFromText("1998-06-30").value();
  const PurchaseTable table = Read();
  ASSERT_EQ(table.customers.size(), 1U);
  const CustomerPurchases& c = table.customers[0];
  EXPECT_EQ(c.history.repeats, 2);
  EXPECT_NEAR(c.history.recency, 30.43, 0.005);
  EXPECT_NEAR(c.history.observed, 38.86, 0.005);
  EXPECT_NEAR(c.repeat_value_mean, 22.345, 1e-9);
  EXPECT_NEAR(table.horizon, 39, 1e-12);
  EXPECT_EQ(c.later, 1);
  EXPECT_NEAR(c.later_value, 26.48, 1e-9);
  EXPECT_EQ(c.recent, 3);
  EXPECT_FALSE(table.holdout_complete);
}

TEST_F(PurchaseTableTest, RowsOfOneDayAreOnePurchaseAndOfOneHourToo) {
  Sql("INSERT INTO p VALUES ('a', '1997-09-01 08:00:00', 1), ('a', '1997-09-01 08:59:59', 2), "
      "('a', "
      "'1997-09-01 20:00:00', 4), ('a', '1997-09-03 00:00:00', 8)");
  PurchaseTable table = Read();
  EXPECT_EQ(table.customers[0].history.repeats, 1);
  EXPECT_EQ(table.customers[0].history.recency, 2);
  EXPECT_EQ(table.customers[0].repeat_value_mean, 8);
  EXPECT_EQ(table.customers[0].value, 15);
  options_.unit = TimeUnit::kHour;
  table = Read();
  EXPECT_EQ(table.customers[0].history.repeats, 2);
  EXPECT_EQ(table.customers[0].history.recency, 40);
  EXPECT_EQ(table.customers[0].repeat_value_mean, 6);
}

TEST_F(PurchaseTableTest, TheLastDayCountsAndTheNextDoesNot) {
  Sql("INSERT INTO p VALUES ('a', '1997-09-30 23:59:59', 1), ('b', '1997-10-01 00:00:00', 1)");
  const PurchaseTable table = Read();
  ASSERT_EQ(table.customers.size(), 1U);
  EXPECT_EQ(table.names[0], "a");
  EXPECT_EQ(table.customers[0].history.observed, 0);
  EXPECT_EQ(table.late, 1);
}

TEST_F(PurchaseTableTest, NetReturnsAreNoPurchases) {
  Sql("INSERT INTO p VALUES ('a', '1997-09-01', 10), ('a', '1997-09-05', -10), ('a', '1997-09-09', "
      "20), ('a', '1997-09-09', -5), ('a', '1997-09-10', 0), ('b', '1997-09-01', -3)");
  const PurchaseTable table = Read();
  ASSERT_EQ(table.customers.size(), 1U);
  EXPECT_EQ(table.customers[0].history.repeats, 2);
  EXPECT_EQ(table.customers[0].repeat_value_mean, 7.5);
  EXPECT_EQ(table.returns, 2);
}

TEST_F(PurchaseTableTest, CountsWhatCannotBeUsed) {
  Sql("INSERT INTO p VALUES (NULL, '1997-09-01', 1), ('a', NULL, 1), ('a', '1997-09-01', NULL), "
      "('a', '1997-09-02', 'inf'::DOUBLE), ('a', '1997-09-03', 'nan'::DOUBLE)");
  const PurchaseTable table = Read();
  EXPECT_EQ(table.rows, 5);
  EXPECT_EQ(table.without_customer, 1);
  EXPECT_EQ(table.without_time, 1);
  EXPECT_EQ(table.without_amount, 3);
  EXPECT_EQ(table.customers[0].history.repeats, 2);
  EXPECT_EQ(table.customers[0].value, 0);
  EXPECT_EQ(table.ToJson()["without_amount"].AsInt(), 3);
}

TEST_F(PurchaseTableTest, SumsTheLogarithmsOfGapsInTheUnitOfTime) {
  Sql("INSERT INTO p VALUES ('a', '1997-09-01', 1), ('a', '1997-09-08', 1), ('a', '1997-09-22', "
      "1)");
  options_.log_gaps = true;
  EXPECT_NEAR(Read().customers[0].history.log_gaps, std::log(7) + std::log(14), 1e-8);
  options_.unit = TimeUnit::kWeek;
  EXPECT_NEAR(Read().customers[0].history.log_gaps, std::log(2), 1e-8);
}

TEST_F(PurchaseTableTest, DoesNotDependOnRowOrder) {
  std::string rows;
  for (int i = 0; i < 500; ++i) {
    rows += (i == 0 ? "" : ", ") + std::string("('") + std::to_string(i * 37 % 50) +
            "', TIMESTAMP '1997-01-01' + to_hours(" + std::to_string(i * 131 % 6000) + "), " +
            std::to_string((i * 17 % 1000) / 100.0) + ")";
  }
  Sql("INSERT INTO p VALUES " + rows);
  options_.log_gaps = true;
  const PurchaseTable forward = Read();
  Sql("CREATE TABLE q AS SELECT * FROM p ORDER BY paid, bought DESC, who; DROP TABLE p; CREATE "
      "TABLE p "
      "AS FROM q");
  const PurchaseTable other = Read();
  ASSERT_EQ(forward.customers.size(), other.customers.size());
  for (size_t i = 0; i < forward.customers.size(); ++i) {
    EXPECT_EQ(forward.customers[i].history, other.customers[i].history);
    EXPECT_EQ(forward.customers[i].repeat_value_mean, other.customers[i].repeat_value_mean);
  }
}

TEST_F(PurchaseTableTest, RefusesWhatGivesNoHistory) {
  EXPECT_EQ(ReadPurchases(*connection_, options_).status().code(), StatusCode::kInvalid);
  options_.may_be_empty = true;
  EXPECT_TRUE(Read().customers.empty());
  options_.may_be_empty = false;
  Sql("INSERT INTO p VALUES ('a', '1997-09-01', NULL)");
  EXPECT_NE(ReadPurchases(*connection_, options_).status().message().find("no row has an amount"),
            std::string::npos);
  options_.amount = "";
  EXPECT_EQ(Read().customers.size(), 1U);
  options_.holdout = options_.until;
  EXPECT_EQ(ReadPurchases(*connection_, options_).status().code(), StatusCode::kInvalid);
  EXPECT_FALSE(TimeUnitFromName("fortnight").ok());
}

}  // namespace
}  // namespace signet::pipelines
