#include "pipelines/artifacts/partition_tables.h"

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

class PartitionTablesTest : public testing::Test {
 protected:
  void SetUp() override {
    schema_ = {{{"n", ColumnType::kInt64, {}},
                {"flag", ColumnType::kBool, {}},
                {"day", ColumnType::kDate, {}},
                {"at", ColumnType::kTimestamp, {}},
                {"money", ColumnType::kDecimal, {}},
                {"share", ColumnType::kDouble, {}},
                {"id", ColumnType::kUuid, {}},
                {"text", ColumnType::kText, {}},
                {"cell", ColumnType::kBytes, {}}}};
    ASSERT_TRUE(
        sql_->Execute("CREATE TABLE rows AS SELECT i AS n, i % 2 = 0 AS flag, DATE '2026-01-01' + "
                      "(i % 300)::INTEGER AS day, TIMESTAMP '2026-01-01' + to_seconds(i) AS at, "
                      "(i / 4)::DECIMAL(18,4) AS money, i / 3.0::DOUBLE AS share, ('00000000-"
                      "0000-0000-0000-' || lpad(i::VARCHAR, 12, '0'))::UUID AS id, CASE WHEN i % "
                      "7 = 0 THEN NULL ELSE repeat('ä', (i % 20)::INTEGER) END AS text, "
                      "encode('cell' || i) AS cell FROM range(20000) t(i)")
            .ok());
  }

  /// Row n goes to partition n % 3, but every tenth goes nowhere.
  void Fill(PartitionTables& tables) {
    const auto rows = sql_->Query("SELECT 'first', * FROM rows").value();
    query::Chunk chunk;
    while (rows->Next(chunk).value()) {
      std::vector<uint32_t> places;
      for (size_t r = 0; r < chunk.size(); ++r) {
        const int64_t n = chunk.Int64(1, r);
        places.push_back(n % 10 == 9 ? PartitionTables::kLeftOut : static_cast<uint32_t>(n % 3));
      }
      ASSERT_TRUE(tables.Add(chunk, 1, places).ok());
    }
    ASSERT_TRUE(tables.Finish().ok());
  }

  int64_t Count(const std::string& rest) { return *sql_->QueryInt64("SELECT count(*) " + rest); }

  std::unique_ptr<query::Database> database_ = query::Database::Open({1, 512, {}}).value();
  std::unique_ptr<query::Connection> sql_ = database_->Connect();
  Schema schema_;
};

TEST_F(PartitionTablesTest, EachRowIsInItsPartitionWithAllItsValuesAndInOrder) {
  PartitionTables tables(*sql_, "split", schema_, 4);
  Fill(tables);
  EXPECT_EQ(tables.table(3), "") << "a partition without rows has no table";
  uint64_t rows = 0;
  for (size_t p = 0; p < 3; ++p) {
    rows += tables.rows(p);
    const std::string want =
        "(SELECT * FROM rows WHERE n % 10 <> 9 AND n % 3 = " + std::to_string(p) + ")";
    EXPECT_EQ(Count("FROM (FROM " + want + " EXCEPT ALL FROM " + tables.table(p) + ")"), 0);
    EXPECT_EQ(Count("FROM (FROM " + tables.table(p) + " EXCEPT ALL FROM " + want + ")"), 0);
    EXPECT_EQ(Count("FROM (SELECT n < lag(n) OVER (ORDER BY rowid) AS back FROM " +
                    tables.table(p) + ") WHERE back"),
              0);
  }
  EXPECT_EQ(rows, 18000U);
}

TEST_F(PartitionTablesTest, DropFreesOneTableAndLeavesTheOthers) {
  PartitionTables tables(*sql_, "split", schema_, 3);
  Fill(tables);
  const std::string first = tables.table(0);
  ASSERT_TRUE(tables.Drop(0).ok());
  EXPECT_FALSE(sql_->Query("SELECT * FROM " + first).ok());
  EXPECT_GT(Count("FROM " + tables.table(1)), 0);
  EXPECT_TRUE(tables.Drop(0).ok()) << "twice is once";
}

}  // namespace
}  // namespace signet::pipelines
