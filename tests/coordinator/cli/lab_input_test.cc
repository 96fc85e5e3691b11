#include "coordinator/cli/lab_input.h"

#include <cmath>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

class LabInputTest : public testing::Test {
 protected:
  std::string File(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    std::ofstream(path) << text;
    return path.string();
  }
  testing_support::ScratchFolder folder_;
};

TEST_F(LabInputTest, ReadsColumnsAndExpressionsInTheFilesOrder) {
  const std::string path = File("a.csv", "who,when,amount\nb,2024-01-02,2.5\na,2024-01-01,\n");
  auto input = LabInput::Open(path, "");
  ASSERT_TRUE(input.ok()) << input.status().message();
  EXPECT_EQ((*input)->columns(), (std::vector<std::string>{"who", "when", "amount"}));
  EXPECT_EQ(*(*input)->Texts("who"), (std::vector<std::string>{"b", "a"}));
  const std::vector<double> doubled = *(*input)->Numbers("amount * 2");
  EXPECT_EQ(doubled[0], 5.0);
  EXPECT_TRUE(std::isnan(doubled[1]));
  EXPECT_EQ((*(*input)->Times("when"))[1], 1'704'067'200'000'000);
}

TEST_F(LabInputTest, TakesEightDigitsAsADate) {
  auto input = LabInput::Open(File("a.csv", "d,x\n19970101,1\n19970102,2\n"), "");
  ASSERT_TRUE(input.ok());
  EXPECT_EQ((*(*input)->Times("d"))[0], 852'076'800'000'000);
}

TEST_F(LabInputTest, TakesSecondsAndMillisecondsSince1970AsTimes) {
  auto input = LabInput::Open(File("a.csv", "s,ms,n\n874724710,1304236800123,99\n"), "");
  ASSERT_TRUE(input.ok());
  EXPECT_EQ((*(*input)->Times("s"))[0], 874'724'710'000'000);
  EXPECT_EQ((*(*input)->Times("ms"))[0], 1'304'236'800'123'000);
  EXPECT_EQ((*input)->Times("n").status().code(), StatusCode::kInvalid);
}

TEST_F(LabInputTest, ReadsLatin1WhereBytesAreNotUtf8) {
  auto input = LabInput::Open(File("a.data", "what\tpaid\nCAF\xC9\t2\n\xA3 5\t3\n"), "");
  ASSERT_TRUE(input.ok()) << input.status().ToString();
  EXPECT_EQ(*(*input)->Texts("what"), (std::vector<std::string>{"CAF\u00C9", "\u00A3 5"}));
  EXPECT_EQ((*input)->Numbers("paid")->at(1), 3.0);
}

TEST_F(LabInputTest, WhereLeavesRowsOutAndLeavingNoneIsAnError) {
  const std::string path = File("a.csv", "x\n1\n2\n3\n");
  EXPECT_EQ((*LabInput::Open(path, "x > 1"))->rows(), 2);
  const auto none = LabInput::Open(path, "x > 9");
  EXPECT_EQ(none.status().code(), StatusCode::kInvalid);
  EXPECT_NE(none.status().message().find("--where"), std::string::npos);
}

TEST_F(LabInputTest, NamesTheNearestColumn) {
  auto input = LabInput::Open(File("a.csv", "customer,amount\n1,2\n"), "");
  const Status status = (*input)->Require("custmer");
  EXPECT_EQ(status.code(), StatusCode::kInvalid);
  EXPECT_EQ(status.remedy(), "did you mean 'customer'?");
}

TEST_F(LabInputTest, ErrorsDoNotQuoteRows) {
  auto input = LabInput::Open(File("a.csv", "name\nMallory\n"), "");
  const auto numbers = (*input)->Numbers("name");
  ASSERT_FALSE(numbers.ok());
  EXPECT_EQ(numbers.status().message().find("Mallory"), std::string::npos);
  EXPECT_EQ(LabInput::Open("missing.csv", "").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(LabInput::Open(File("a.xlsx", "x"), "").status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::coordinator
