#include "coordinator/cli/lab_purchases.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

class LabPurchasesTest : public testing::Test {
 protected:
  LabPurchaseOptions Options(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    std::ofstream(path) << text;
    LabPurchaseOptions options;
    options.in = path.string();
    options.customer = "who";
    options.time = "day";
    options.amount = "paid";
    return options;
  }
  testing_support::ScratchFolder folder_;
};

constexpr char kCsv[] = "who,day,paid\na,2026-01-01,5\na,2026-01-05,6\nb,2026-01-03,7\n";

TEST_F(LabPurchasesTest, ReadsHistoriesUntilTheLastDayOfTheFile) {
  const auto table = ReadLabPurchases(Options("a.csv", kCsv), /*log_gaps=*/false, /*names=*/true);
  ASSERT_TRUE(table.ok()) << table.status().ToString();
  ASSERT_EQ(table->table.customers.size(), 2U);
  EXPECT_EQ(table->table.names[1], "b");
  EXPECT_EQ(table->table.customers[0].history.observed, 4);
  EXPECT_EQ(table->table.customers[0].repeat_value_mean, 6);
}

TEST_F(LabPurchasesTest, ReadsColumnsKeptApartByBlanks) {
  LabPurchaseOptions options =
      Options("a.txt", " 00004 0001 19970101  2   29.33\r\n 00004 0001 19970118  2   29.73\r\n");
  options.customer = "column1";
  options.time = "column2";
  options.amount = "column4";
  auto table = ReadLabPurchases(options, /*log_gaps=*/false, /*names=*/false);
  ASSERT_TRUE(table.ok()) << table.status().ToString();
  EXPECT_EQ(table->table.customers[0].history.recency, 17);
  EXPECT_EQ(table->table.customers[0].repeat_value_mean, 29.73);
  options.where = "column4 > 29.5";
  table = ReadLabPurchases(options, /*log_gaps=*/false, /*names=*/false);
  ASSERT_TRUE(table.ok()) << table.status().ToString();
  EXPECT_EQ(table->table.customers[0].history.repeats, 0);
}

TEST_F(LabPurchasesTest, SaysWhichOptionIsWrong) {
  LabPurchaseOptions options = Options("a.csv", kCsv);
  options.customer = "whoo";
  Status status = ReadLabPurchases(options, /*log_gaps=*/false, /*names=*/false).status();
  EXPECT_NE(status.message().find("--customer"), std::string::npos);
  EXPECT_EQ(status.remedy(), "did you mean 'who'?");
  options = Options("a.csv", kCsv);
  options.time = "who";
  status = ReadLabPurchases(options, /*log_gaps=*/false, /*names=*/false).status();
  EXPECT_NE(status.message().find("--time: 3 of 3 values"), std::string::npos) << status.message();
  EXPECT_NE(status.remedy().find("strptime"), std::string::npos);
  options = Options("a.csv", kCsv);
  options.until = "yesterday";
  EXPECT_NE(ReadLabPurchases(options, false, false).status().message().find("--until"),
            std::string::npos);
  options.until = "";
  options.holdout = "2026-02-01";
  EXPECT_NE(ReadLabPurchases(options, false, false).status().message().find("without --until"),
            std::string::npos);
}

TEST_F(LabPurchasesTest, TakesSqlForTimes) {
  LabPurchaseOptions options =
      Options("a.csv", "who,day,paid\na,12/1/2010 8:26,5\na,12/3/2010 9:00,6\n");
  options.time = "strptime(day, '%m/%d/%Y %H:%M')";
  const auto table = ReadLabPurchases(options, /*log_gaps=*/false, /*names=*/false);
  ASSERT_TRUE(table.ok()) << table.status().ToString();
  EXPECT_EQ(table->table.customers[0].history.recency, 2);
  EXPECT_EQ(LabMoment("--until", "19970930")->micros, LabMoment("--until", "1997-09-30")->micros);
}

}  // namespace
}  // namespace signet::coordinator
