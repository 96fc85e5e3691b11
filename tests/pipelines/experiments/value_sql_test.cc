#include "pipelines/experiments/value_sql.h"

#include <string>

#include "tests/pipelines/experiments/rows_world.h"

namespace signet::pipelines {
namespace {

using ValueSql = RowsWorld;

TEST_F(ValueSql, TakesNumbersBooleansAndWordsForYesAndNo) {
  Table(
      "SELECT * FROM (VALUES (true, 'Yes', '1.5', 2.5::DECIMAL(9,2), 3::UTINYINT, NULL), "
      "(false, 'no ', '2', 1, 0, NULL), (NULL, NULL, '', NULL, NULL, NULL)) "
      "t(flag, word, digits, money, small, nothing)");
  for (const auto& [column, sum] : {std::pair<const char*, const char*>{"flag", "1.0"},
                                    {"word", "1.0"},
                                    {"digits", "3.5"},
                                    {"money", "3.5"},
                                    {"small", "3.0"}}) {
    SCOPED_TRACE(column);
    const Result<std::string> sql = NumberSql(*connection_, "input", column);
    ASSERT_TRUE(sql.ok()) << sql.status().ToString();
    EXPECT_EQ(
        connection_->QueryText("SELECT CAST(sum(" + *sql + ") AS VARCHAR) FROM input").value(),
        sum);
  }
  EXPECT_TRUE(NumberSql(*connection_, "input", "nothing").ok());
}

TEST_F(ValueSql, RefusesDatesAndOtherWordsWithoutQuotingThem) {
  Table("SELECT DATE '2026-01-01' AS day, 'secret' AS word");
  EXPECT_FALSE(NumberSql(*connection_, "input", "day").ok());
  const Status word = NumberSql(*connection_, "input", "word").status();
  EXPECT_EQ(word.ToString().find("secret"), std::string::npos);
  EXPECT_FALSE(word.remedy().empty());
}

}  // namespace
}  // namespace signet::pipelines
