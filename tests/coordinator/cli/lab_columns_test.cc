#include "coordinator/cli/lab_columns.h"

#include <cmath>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

class LabColumnsTest : public testing::Test {
 protected:
  void SetUp() override {
    options_.in = (scratch_.path() / "in.csv").string();
    ASSERT_TRUE(WriteFileAtomically(options_.in, AsBytes("a,b,\"c,d\",t\n1,,3,x\n4,5,6,y\n")).ok());
  }
  testing_support::ScratchFolder scratch_;
  LabColumnsOptions options_;
};

TEST_F(LabColumnsTest, SplitsListsButNotExpressionsOrQuotedNames) {
  options_.columns = {"a, round(b, 1)", "c,d"};
  const Result<LabColumns> columns = ReadLabColumns(options_);
  ASSERT_TRUE(columns.ok()) << columns.status().ToString();
  EXPECT_EQ(columns->names, (std::vector<std::string>{"a", "round(b, 1)", "c,d"}));
  EXPECT_TRUE(std::isnan(columns->values[1][0]));
  EXPECT_EQ(columns->values[2][1], 6);
}

TEST_F(LabColumnsTest, TakesOnlyTheRowsOfWhere) {
  options_.columns = {"a"};
  options_.where = "a > 1";
  EXPECT_EQ(ReadLabColumns(options_)->values[0], std::vector<double>{4});
}

TEST_F(LabColumnsTest, RefusesTextAndStrangers) {
  for (const char* column : {"t", "zz", "a,,b"}) {
    options_.columns = {column};
    EXPECT_EQ(ReadLabColumns(options_).status().code(), StatusCode::kInvalid) << column;
  }
}

}  // namespace
}  // namespace signet::coordinator
