#include "pipelines/query/connection.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "crypto/base/text.h"
#include "pipelines/query/database.h"

namespace signet::pipelines::query {
namespace {

class ConnectionTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> database_ = Database::Open({1, 512, {}}).value();
  std::unique_ptr<Connection> connection_ = database_->Connect();
};

TEST_F(ConnectionTest, ReadsEveryTypeWithItsNulls) {
  const auto rows = connection_
                        ->Query(
                            "SELECT true, 7::TINYINT, -8, 9000000000, 1.5::FLOAT, 2.5::DOUBLE, "
                            "12.34::DECIMAL(18,4), 5.5::DECIMAL(4,1), DATE '1970-01-03', "
                            "TIMESTAMP '1970-01-01 00:00:01', 'short', repeat('long', 10), "
                            "'00112233-4455-6677-8899-aabbccddeeff'::UUID, "
                            "'\\x00\\xff'::BLOB, sum(3), NULL::BIGINT")
                        .value();
  Chunk chunk;
  ASSERT_TRUE(rows->Next(chunk).value());
  ASSERT_EQ(chunk.size(), 1U);
  EXPECT_TRUE(chunk.Bool(0, 0));
  EXPECT_EQ(chunk.Int64(1, 0), 7);
  EXPECT_EQ(chunk.Int64(2, 0), -8);
  EXPECT_EQ(chunk.Int64(3, 0), 9000000000);
  EXPECT_EQ(chunk.Double(4, 0), 1.5);
  EXPECT_EQ(chunk.Double(5, 0), 2.5);
  EXPECT_EQ(chunk.Int64(6, 0), 123400);
  EXPECT_EQ(chunk.Int64(7, 0), 55000);
  EXPECT_EQ(chunk.Double(7, 0), 5.5);
  EXPECT_EQ(chunk.Int64(8, 0), 2);
  EXPECT_EQ(chunk.Int64(9, 0), 1000000);
  EXPECT_EQ(chunk.Text(10, 0), "short");
  EXPECT_EQ(chunk.Text(11, 0).size(), 40U);
  EXPECT_EQ(UuidText(chunk.GetUuid(12, 0)), "00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_EQ(ToHex(chunk.Blob(13, 0)), "00ff");
  EXPECT_EQ(chunk.Int64(14, 0), 3);
  EXPECT_TRUE(chunk.IsNull(15, 0));
  EXPECT_FALSE(rows->Next(chunk).value());
}

TEST_F(ConnectionTest, StreamsAllRowsInOrder) {
  const auto rows = connection_->Query("SELECT range FROM range(100000)").value();
  Chunk chunk;
  int64_t next = 0;
  for (;;) {
    ASSERT_TRUE(rows->columns().size() == 1);
    const Result<bool> more = rows->Next(chunk);
    ASSERT_TRUE(more.ok());
    if (!*more) break;
    for (size_t r = 0; r < chunk.size(); ++r) ASSERT_EQ(chunk.Int64(0, r), next++);
  }
  EXPECT_EQ(next, 100000);
}

TEST_F(ConnectionTest, RefusesANumberThatNeedsMoreThan64Bits) {
  const auto rows =
      connection_->Query("SELECT sum(x) FROM (VALUES (9223372036854775807), (1)) AS t(x)").value();
  Chunk chunk;
  EXPECT_EQ(rows->Next(chunk).status().code(), StatusCode::kInvalid);
}

TEST_F(ConnectionTest, RefusesTypesThatDatasetsCannotHold) {
  EXPECT_EQ(connection_->Query("SELECT [1, 2] AS l").status().code(), StatusCode::kInvalid);
  EXPECT_EQ(connection_->Query("SELECT {'a': 1} AS s").status().code(), StatusCode::kInvalid);
}

TEST_F(ConnectionTest, ErrorsNeverQuoteAValue) {
  ASSERT_TRUE(connection_->Execute("CREATE TABLE t AS SELECT 'canary-77' AS s").ok());
  for (const char* sql : {
           "CREATE TABLE u AS SELECT s::BIGINT FROM t",
           "CREATE TABLE u AS SELECT s::DATE FROM t",
           "CREATE TABLE u AS SELECT strptime(s, '%Y') FROM t",
           "CREATE TABLE u AS SELECT error(s) FROM t",
           "CREATE TABLE u AS SELECT s::UUID FROM t",
           "CREATE TABLE u AS SELECT json_extract_string(s, '$.a') FROM t",
           "CREATE TABLE u AS SELECT regexp_matches('x', s || '(') FROM t",
       }) {
    SCOPED_TRACE(sql);
    const Status status = connection_->Execute(sql);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.ToString().find("canary"), std::string::npos) << status.ToString();
  }
}

TEST_F(ConnectionTest, TellsMistakesInTheSqlInDuckDbsWords) {
  const Status typo = connection_->Execute("SELEC 1");
  EXPECT_EQ(typo.code(), StatusCode::kInvalid);
  EXPECT_NE(typo.message().find("SELEC"), std::string::npos);
  const Status column = connection_->Query("SELECT nope FROM range(3)").status();
  EXPECT_NE(column.message().find("nope"), std::string::npos);
  EXPECT_EQ(column.message().find('\n'), std::string::npos);
}

TEST_F(ConnectionTest, AnInterruptFromAnotherThreadCancelsTheQuery) {
  std::atomic<bool> done = false;
  // An interrupt before the query starts is forgotten: ask until the query has ended.
  std::thread canceller([this, &done] {
    while (!done) {
      (void)connection_->Progress();
      connection_->Interrupt();
      std::this_thread::yield();
    }
  });
  const Status status = connection_->Execute(
      "CREATE TABLE big AS SELECT sum(a.range * b.range) FROM range(1000000) a, range(100000) b");
  done = true;
  canceller.join();
  EXPECT_EQ(status.code(), StatusCode::kCancelled) << status.ToString();
}

TEST_F(ConnectionTest, DescribesWithoutRunning) {
  ASSERT_TRUE(connection_->Execute("CREATE TABLE t (a BIGINT, b DECIMAL(18,4))").ok());
  const auto columns = connection_->Describe("SELECT b, a + 1 AS c FROM t").value();
  ASSERT_EQ(columns.size(), 2U);
  EXPECT_EQ(columns[0].type, ColumnType::kDecimal);
  EXPECT_EQ(columns[1].name, "c");
  EXPECT_EQ(connection_->Describe("DROP TABLE t").status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::pipelines::query
