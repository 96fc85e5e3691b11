#include "pipelines/query/table_writer.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines::query {
namespace {

Schema AllTypes() {
  Schema schema;
  for (const ColumnType type : {ColumnType::kBool,
                                ColumnType::kInt64,
                                ColumnType::kDouble,
                                ColumnType::kDecimal,
                                ColumnType::kDate,
                                ColumnType::kTimestamp,
                                ColumnType::kText,
                                ColumnType::kUuid,
                                ColumnType::kBytes}) {
    schema.columns.push_back({"c_" + std::string(ColumnTypeName(type)), type, {}});
  }
  return schema;
}

TEST(TableWriter, WritesEveryTypeOverManyChunks) {
  const auto database = Database::Open({1, 512, {}}).value();
  const auto connection = database->Connect();
  const auto writer = connection->CreateTable("t", AllTypes()).value();
  size_t row = 0;
  constexpr size_t kRows = 5000;
  for (size_t i = 0; i < kRows; ++i) {
    const auto n = static_cast<int64_t>(i);
    writer->column(0).SetBool(row, i % 2 == 0);
    writer->column(1).SetInt64(row, n);
    writer->column(2).SetDouble(row, 0.5 * static_cast<double>(i));
    writer->column(3).SetInt64(row, n * 10000);
    writer->column(4).SetInt64(row, n);
    writer->column(5).SetInt64(row, n * 1000000);
    if (i % 10 == 0) {
      writer->column(6).SetNull(row);
    } else {
      writer->column(6).SetText(row, "text number " + std::to_string(i));
    }
    Uuid uuid{};
    uuid[0] = static_cast<uint8_t>(i);
    writer->column(7).SetUuid(row, uuid);
    writer->column(8).SetBytes(row, Bytes{0x00, 0xff, static_cast<uint8_t>(i)});
    if (++row == kChunkRows) {
      ASSERT_TRUE(writer->Flush(row).ok());
      row = 0;
    }
  }
  ASSERT_TRUE(writer->Flush(row).ok());
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_EQ(writer->rows(), kRows);
  EXPECT_EQ(
      connection
          ->QueryInt64(
              "SELECT count(*) FROM t WHERE c_bool = (c_int % 2 = 0) AND c_double = c_int / 2 "
              "AND c_decimal = c_int AND c_date = DATE '1970-01-01' + c_int::INTEGER "
              "AND epoch(c_timestamp) = c_int AND octet_length(c_bytes) = 3 "
              "AND (c_text IS NULL) = (c_int % 10 = 0) "
              "AND coalesce(c_text, 'text number ' || c_int) = 'text number ' || c_int")
          .value(),
      static_cast<int64_t>(kRows));
}

TEST(TableWriter, ATableIsMadeOnce) {
  const auto database = Database::Open({1, 512, {}}).value();
  const auto connection = database->Connect();
  ASSERT_TRUE(connection->CreateTable("t", AllTypes()).ok());
  EXPECT_FALSE(connection->CreateTable("t", AllTypes()).ok());
}

TEST(TableWriter, MayBeFilledWhileAResultIsRead) {
  const auto database = Database::Open({1, 256, {}}).value();
  const auto sql = database->Connect();
  const auto rows = sql->Query("SELECT i::BIGINT FROM range(100000) t(i)").value();
  Chunk chunk;
  int64_t read = 0;
  std::vector<std::unique_ptr<TableWriter>> writers;
  while (rows->Next(chunk).value()) {
    read += static_cast<int64_t>(chunk.size());
    const std::string name = "t" + std::to_string(writers.size());
    writers.push_back(sql->CreateTable(name, {{{"n", ColumnType::kInt64, {}}}}).value());
    writers.back()->column(0).SetInt64(0, chunk.Int64(0, 0));
    ASSERT_TRUE(writers.back()->Flush(1).ok());
    ASSERT_TRUE(writers.back()->Finish().ok());
  }
  EXPECT_EQ(read, 100000);
  EXPECT_EQ(*sql->QueryInt64("SELECT n FROM t1"), 2048);
}

TEST(Rows, AreNotCutOffSilentlyByAnotherStatement) {
  const auto database = Database::Open({1, 256, {}}).value();
  const auto sql = database->Connect();
  const auto rows = sql->Query("SELECT i::BIGINT FROM range(100000) t(i)").value();
  Chunk chunk;
  ASSERT_TRUE(rows->Next(chunk).value());
  ASSERT_TRUE(sql->Execute("CREATE TABLE other (n BIGINT)").ok());
  Result<bool> more = rows->Next(chunk);
  while (more.ok() && *more) more = rows->Next(chunk);
  EXPECT_EQ(more.status().code(), StatusCode::kInternal) << "100,000 rows did not come";
}

}  // namespace
}  // namespace signet::pipelines::query
