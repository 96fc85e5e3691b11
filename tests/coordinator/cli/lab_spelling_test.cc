#include "coordinator/cli/lab_spelling.h"

#include <cmath>
#include <fstream>
#include <memory>

#include <gtest/gtest.h>

#include "coordinator/cli/lab_input.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

class LabSpelling : public testing::Test {
 protected:
  /// One column of the cells given, as a semicolon file.
  std::unique_ptr<LabInput> Column(const std::string& cells) {
    const auto path = folder_.path() / "a.csv";
    std::ofstream(path) << "id;it\n" << cells;
    auto input = LabInput::Open(path.string(), "");
    EXPECT_TRUE(input.ok()) << input.status().ToString();
    return std::move(input).value();
  }
  testing_support::ScratchFolder folder_;
};

TEST_F(LabSpelling, ReadsNumbersAsOtherProgramsWriteThem) {
  struct Case {
    const char* name;
    const char* cells;
    double first, second;
  };
  for (const Case& c : {Case{"decimal comma", "a;1,5\nb;22,25\n", 1.5, 22.25},
                        Case{"comma and dots", "a;1.234,56\nb;7\n", 1234.56, 7},
                        Case{"thousands", "a;\"1,234\"\nb;\"1,234,567.5\"\n", 1234, 1234567.5},
                        Case{"dollars", "a; $58,138.00 \nb; $7.00 \n", 58138, 7},
                        Case{"euros", "a;12,50 \u20ac\nb;9,00 \u20ac\n", 12.5, 9},
                        Case{"missing cells", "a;NA\nb;3.5\nc;-2\n", NAN, 3.5},
                        Case{"negative", "a;-1,5\nb;-0,25\n", -1.5, -0.25}}) {
    SCOPED_TRACE(c.name);
    const auto input = Column(c.cells);
    const auto numbers = input->Numbers("it");
    ASSERT_TRUE(numbers.ok()) << numbers.status().ToString();
    EXPECT_EQ(std::isnan(numbers->at(0)), std::isnan(c.first));
    if (!std::isnan(c.first)) {
      EXPECT_DOUBLE_EQ(numbers->at(0), c.first);
    }
    EXPECT_DOUBLE_EQ(numbers->at(1), c.second);
  }
}

TEST_F(LabSpelling, ReadsTimesAsOtherProgramsWriteThem) {
  // 2010-12-01, and the 25th, which tells days from months.
  for (const char* cells : {"a;12/1/2010 8:26\nb;12/25/2010 17:05\n",
                            "a;01-Dec-2010\nb;25-Dec-2010\n",
                            "a;Dec 1, 2010\nb;Dec 25, 2010\n",
                            "a;1 December 2010\nb;25 December 2010\n",
                            "a;01.12.2010 08:26\nb;25.12.2010 17:05\n",
                            "a;2010-12-01\nb;NA\nc;2010-12-25\n"}) {
    SCOPED_TRACE(cells);
    const auto input = Column(cells);
    const auto times = input->Times("it");
    ASSERT_TRUE(times.ok()) << times.status().ToString();
    EXPECT_EQ(times->at(0) / 86'400'000'000, 14'944);
  }
}

TEST_F(LabSpelling, LeavesWhatIsTextOrCouldBeReadInTwoWays) {
  for (const char* cells : {"a;tea\nb;12\n",
                            "a;007\nb;NA\n",
                            "a;01/02/2010 8:00\nb;03/04/2010 9:00\nc;NA\n",
                            "a;12,5\nb;1,2,3\n",
                            "a;NA\nb;NA\n"}) {
    SCOPED_TRACE(cells);
    const auto input = Column(cells);
    EXPECT_EQ(input->ColumnSql("it"), "\"it\"");
    EXPECT_EQ(*input->SpelledTable(), "input");
  }
}

TEST_F(LabSpelling, AnExpressionOfTheCallerStillSeesTheText) {
  const auto input = Column("a;1,5\nb;2,5\n");
  const auto numbers = input->Numbers("CAST(replace(it, ',', '.') AS DOUBLE) * 2");
  ASSERT_TRUE(numbers.ok()) << numbers.status().ToString();
  EXPECT_EQ(numbers->at(1), 5);
  EXPECT_EQ(*input->SpelledTable(), "spelled");
  EXPECT_EQ(*input->connection().QueryInt64("SELECT CAST(sum(it) AS BIGINT) FROM spelled"), 4);
}

}  // namespace
}  // namespace signet::coordinator
