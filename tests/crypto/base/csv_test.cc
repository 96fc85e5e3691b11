#include "crypto/base/csv.h"

#include <string>

#include <gtest/gtest.h>

namespace signet {
namespace {

TEST(CsvField, QuotesAsRfc4180Says) {
  EXPECT_EQ(CsvField("plain"), "plain");
  EXPECT_EQ(CsvField(""), "");
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(CsvField("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(CsvField(" padded "), "\" padded \"");
}

TEST(CsvField, LeavesNoFormulaForASpreadsheet) {
  for (const std::string text : {"=1+1",
                                 "+cmd|' /C calc'!A0",
                                 "-2+3",
                                 "@SUM(A1)",
                                 "\t=1",
                                 "\r=1",
                                 " =1",
                                 "\"=1",
                                 "'=1",
                                 "=HYPERLINK(\"http://x\",\"y\")",
                                 "|x",
                                 "%0A=1",
                                 "\xEF\xBC\x9D\x31",
                                 "-",
                                 "+",
                                 "--1"}) {
    SCOPED_TRACE(text);
    const std::string field = CsvField(text);
    const size_t first = field.starts_with('"') ? 1 : 0;
    EXPECT_EQ(field[first], '\'') << field;
  }
}

TEST(CsvField, LeavesNumbersAsTheyAre) {
  for (const std::string text : {"-12.5", "+3", "0", "1234567890123456789", "-0.001"}) {
    EXPECT_EQ(CsvField(text), text);
  }
  EXPECT_NE(CsvField("-1."), "-1.");
  EXPECT_NE(CsvField("-.5"), "-.5");
}

}  // namespace
}  // namespace signet
