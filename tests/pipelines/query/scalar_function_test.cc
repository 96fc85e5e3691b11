#include "pipelines/query/scalar_function.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "pipelines/query/database.h"

namespace signet::pipelines::query {
namespace {

class ScalarFunctionTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> database_ = Database::Open({2, 512, {}}).value();
  std::unique_ptr<Connection> connection_ = database_->Connect();
};

ScalarFunction Twice() {
  return {
      "twice", {ColumnType::kText}, ColumnType::kText, [](const Arguments& in, ColumnWriter& out) {
        for (size_t r = 0; r < in.rows(); ++r) {
          if (in.AnyNull(r)) continue;
          out.SetText(r, std::string(in[0].Text(r)) + std::string(in[0].Text(r)));
        }
        return OkStatus();
      }};
}

TEST_F(ScalarFunctionTest, RunsOverEveryRowOfAScan) {
  ASSERT_TRUE(connection_->RegisterFunction(Twice()).ok());
  EXPECT_EQ(connection_
                ->QueryInt64("SELECT count(*) FROM range(50000) WHERE twice(range::VARCHAR) = "
                             "range::VARCHAR || range::VARCHAR")
                .value(),
            50000);
}

TEST_F(ScalarFunctionTest, ANullArgumentGivesNullWithoutTheFunctionKnowing) {
  ASSERT_TRUE(connection_->RegisterFunction(Twice()).ok());
  EXPECT_EQ(connection_
                ->QueryInt64("SELECT count(*) FROM (SELECT CASE WHEN range % 3 = 0 THEN NULL ELSE "
                             "range::VARCHAR END AS v FROM range(3000)) WHERE twice(v) IS NULL")
                .value(),
            1000);
  EXPECT_EQ(connection_->QueryInt64("SELECT count(*) WHERE twice(NULL) IS NULL").value(), 1);
}

TEST_F(ScalarFunctionTest, GivesUuidsThatSqlAndWeReadAlike) {
  ASSERT_TRUE(connection_
                  ->RegisterFunction({"fixed",
                                      {ColumnType::kInt64},
                                      ColumnType::kUuid,
                                      [](const Arguments& in, ColumnWriter& out) {
                                        for (size_t r = 0; r < in.rows(); ++r) {
                                          Uuid uuid{};
                                          uuid[0] = static_cast<uint8_t>(in[0].Int64(r));
                                          uuid[15] = 1;
                                          out.SetUuid(r, uuid);
                                        }
                                        return OkStatus();
                                      }})
                  .ok());
  EXPECT_EQ(connection_->QueryText("SELECT fixed(200)::VARCHAR").value(),
            "c8000000-0000-0000-0000-000000000001");
  EXPECT_EQ(connection_->QueryText("SELECT fixed(1)::VARCHAR").value(),
            "01000000-0000-0000-0000-000000000001");
}

TEST_F(ScalarFunctionTest, ItsStatusEndsTheQueryWithThatVeryStatus) {
  ASSERT_TRUE(connection_
                  ->RegisterFunction({"fails",
                                      {ColumnType::kInt64},
                                      ColumnType::kBool,
                                      [](const Arguments&, ColumnWriter&) {
                                        return Exhausted("too many").WithDiagnostic("SIG-9999");
                                      }})
                  .ok());
  ASSERT_TRUE(connection_->Execute("CREATE TABLE t AS SELECT range AS x FROM range(5)").ok());
  const Status status = connection_->Execute("CREATE TABLE u AS SELECT fails(x) FROM t");
  EXPECT_EQ(status.code(), StatusCode::kExhausted);
  EXPECT_EQ(status.diagnostic(), "SIG-9999");
  EXPECT_EQ(connection_->QueryInt64("SELECT count(*) FROM t").value(), 5);
}

TEST_F(ScalarFunctionTest, BytesThatAreNotUtf8NeverBecomeText) {
  ASSERT_TRUE(connection_
                  ->RegisterFunction({"raw",
                                      {ColumnType::kInt64},
                                      ColumnType::kText,
                                      [](const Arguments& in, ColumnWriter& out) {
                                        for (size_t r = 0; r < in.rows(); ++r) {
                                          out.SetText(r, "\xff\xfe");
                                        }
                                        return OkStatus();
                                      }})
                  .ok());
  EXPECT_EQ(connection_->QueryInt64("SELECT count(*) WHERE raw(1) IS NULL").value(), 1);
}

TEST_F(ScalarFunctionTest, ANameCanBeTakenOnce) {
  ASSERT_TRUE(connection_->RegisterFunction(Twice()).ok());
  EXPECT_EQ(connection_->RegisterFunction(Twice()).code(), StatusCode::kConflict);
}

}  // namespace
}  // namespace signet::pipelines::query
