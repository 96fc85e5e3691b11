#include "pipelines/ingest/cast_sql.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/text.h"
#include "pipelines/query/database.h"

namespace signet::pipelines {
namespace {

class CastSqlTest : public ::testing::Test {
 protected:
  /// The value as text, "!reason", or "" for missing.
  std::string Cast(const std::string& text, ColumnType type, const Json& options = {}) {
    CHECK(connection_->Execute("CREATE OR REPLACE TABLE t AS SELECT " + SqlLiteral(text) + " AS x")
              .ok());
    const CastExpressions cast = CastSql("x", type, options);
    const Result<std::string> result = connection_->QueryText(
        "SELECT coalesce('!' || " + cast.reason + ", CAST(" + cast.value + " AS VARCHAR)) FROM t");
    CHECK_FACTS(result.ok(), result.status().ToString());
    return *result;
  }
  std::unique_ptr<query::Database> database_ = query::Database::Open({1, 256, {}}).value();
  std::unique_ptr<query::Connection> connection_ = database_->Connect();
};

TEST_F(CastSqlTest, TakesWhatIsMeantAndNamesWhatCannotBeUsed) {
  struct Case {
    ColumnType type;
    const char* text;
    const char* want;
  };
  for (const Case& c : {
           Case{ColumnType::kBool, "Yes", "true"},
           Case{ColumnType::kBool, " 0 ", "false"},
           Case{ColumnType::kBool, "maybe", "!bad_bool"},
           Case{ColumnType::kInt64, "+5", "5"},
           Case{ColumnType::kInt64, " -17 ", "-17"},
           Case{ColumnType::kInt64, "1.5", "!bad_int"},
           Case{ColumnType::kInt64, "1_000", "!bad_int"},
           Case{ColumnType::kInt64, "0x10", "!bad_int"},
           Case{ColumnType::kInt64, "99999999999999999999", "!bad_int"},
           Case{ColumnType::kInt64, "  ", ""},
           Case{ColumnType::kDouble, "1.25", "1.25"},
           Case{ColumnType::kDouble, "nan", "!bad_number"},
           Case{ColumnType::kDouble, "1e999", "!bad_number"},
           Case{ColumnType::kDecimal, "12.5", "12.5000"},
           Case{ColumnType::kDecimal, "12,5", "!bad_decimal"},
           Case{ColumnType::kDecimal, "twelve", "!bad_decimal"},
           Case{ColumnType::kDate, "2026-02-03", "2026-02-03"},
           Case{ColumnType::kDate, "2026-02-03T10:00:00Z", "2026-02-03"},
           Case{ColumnType::kDate, "2026-02-30", "!bad_date"},
           Case{ColumnType::kDate, "03.02.2026", "!bad_date"},
           Case{ColumnType::kDate, "2026-02-03 junk", "!bad_date"},
           Case{ColumnType::kDate, "infinity", "!bad_date"},
           Case{ColumnType::kTimestamp, "2026-02-03T10:00:00Z", "2026-02-03 10:00:00"},
           Case{ColumnType::kTimestamp, "2026-02-03 10:00:00+02:00", "2026-02-03 08:00:00"},
           Case{ColumnType::kTimestamp, "2026-02-03 10:00:00", "2026-02-03 10:00:00"},
           Case{ColumnType::kTimestamp, "2026-02-03", "2026-02-03 00:00:00"},
           Case{ColumnType::kTimestamp, "infinity", "!bad_timestamp"},
           Case{ColumnType::kTimestamp, "soon", "!bad_timestamp"},
           Case{ColumnType::kTimestamp, "", ""},
           Case{ColumnType::kText, " a b ", "a b"},
           Case{ColumnType::kText, "", ""},
           Case{ColumnType::kUuid,
                "00112233-4455-6677-8899-aabbccddeeff",
                "00112233-4455-6677-8899-aabbccddeeff"},
           Case{ColumnType::kUuid, "0011", "!bad_uuid"},
       }) {
    SCOPED_TRACE(std::string(ColumnTypeName(c.type)) + " " + c.text);
    EXPECT_EQ(Cast(c.text, c.type), c.want);
  }
}

TEST_F(CastSqlTest, ReadsLocalTimesInTheSourcesZone) {
  const Json helsinki = Json::Of({{"time_zone", "Europe/Helsinki"}});
  const auto cast = [&](const char* text) { return Cast(text, ColumnType::kTimestamp, helsinki); };
  EXPECT_EQ(cast("2026-07-01 12:00:00"), "2026-07-01 09:00:00");
  EXPECT_EQ(cast("2026-01-01 12:00:00"), "2026-01-01 10:00:00");
  EXPECT_EQ(cast("2026-07-01"), "2026-06-30 21:00:00");
  EXPECT_EQ(cast("2026-07-01T12:00:00Z"), "2026-07-01 12:00:00");
  EXPECT_EQ(cast("2026-07-01T12:00:00-04:00"), "2026-07-01 16:00:00");
}

TEST_F(CastSqlTest, KnowsDecimalCommasAndDateFormats) {
  const Json comma = Json::Of({{"decimal_comma", true}});
  EXPECT_EQ(Cast("1.234,50", ColumnType::kDecimal, comma), "1234.5000");
  const Json format = Json::Of({{"date_format", "%d.%m.%Y"}});
  EXPECT_EQ(Cast("03.02.2026", ColumnType::kDate, format), "2026-02-03");
  EXPECT_EQ(Cast("2026-02-03", ColumnType::kDate, format), "!bad_date");
}

TEST(CheckCastOptions, KnowsTimeZones) {
  EXPECT_TRUE(CheckCastOptions(Json::Of({{"time_zone", "Europe/Helsinki"}})).ok());
  EXPECT_TRUE(CheckCastOptions({}).ok());
  EXPECT_EQ(CheckCastOptions(Json::Of({{"time_zone", "Europe/Helsinky"}})).diagnostic(),
            "SIG-4012");
  EXPECT_EQ(CheckCastOptions(Json::Of({{"decimal_comma", 1}})).diagnostic(), "SIG-4012");
}

}  // namespace
}  // namespace signet::pipelines
