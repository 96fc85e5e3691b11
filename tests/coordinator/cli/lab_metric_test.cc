#include "coordinator/cli/lab_metric.h"

#include <memory>
#include <string>

#include "tests/coordinator/cli/lab_world.h"

namespace signet::coordinator {
namespace {

class LabMetric : public LabWorld {
 protected:
  void SetUp() override {
    input_ =
        std::move(LabInput::Open(File("m.csv", "id,Paid,a/b,n\n1,2,3,4\n2,3,4,5\n"), "").value());
  }
  std::unique_ptr<LabInput> input_;
};

TEST_F(LabMetric, ReadsColumnsAndExpressions) {
  EXPECT_EQ(*ColumnSql(*input_, "n"), "\"n\"");
  EXPECT_EQ(*ColumnSql(*input_, "paid"), "\"Paid\"");
  EXPECT_EQ(*ColumnSql(*input_, "n + 1"), "(n + 1)");
  EXPECT_EQ(*ColumnSql(*input_, "1"), "(1)");
  EXPECT_NE(ColumnSql(*input_, "payd").status().remedy().find("Paid"), std::string::npos);
}

TEST_F(LabMetric, CutsARatioWhereColumnsAreOnBothSides) {
  const auto metric = MetricFromText(*input_, "ratio:a/b/n");
  ASSERT_TRUE(metric.ok()) << metric.status().ToString();
  EXPECT_EQ(metric->value, "\"a/b\"");
  EXPECT_EQ(metric->per, "\"n\"");
  EXPECT_EQ(MetricFromText(*input_, "ratio:(n / 2)/Paid")->per, "\"Paid\"");
  EXPECT_FALSE(MetricFromText(*input_, "ratio:n").ok());
}

TEST_F(LabMetric, ReadsQuantiles) {
  EXPECT_EQ(MetricFromText(*input_, "quantile:n@0.9")->design.quantile, 0.9);
  EXPECT_EQ(MetricFromText(*input_, "median:n")->design.quantile, 0.5);
  EXPECT_FALSE(MetricFromText(*input_, "quantile:n@2").ok());
  EXPECT_FALSE(MetricFromText(*input_, "median:").ok());
}

TEST_F(LabMetric, ReadsShares) {
  EXPECT_EQ(SharesFromText("a=0.9, b c=0.1")->at("b c"), 0.1);
  EXPECT_TRUE(SharesFromText("")->empty());
  for (const char* bad : {"a", "a=", "a=0", "a=-1", "a=x"}) EXPECT_FALSE(SharesFromText(bad).ok());
}

}  // namespace
}  // namespace signet::coordinator
