#include "pipelines/catalog/decision_operators.h"

#include <string>

#include <gtest/gtest.h>

namespace signet::pipelines {
namespace {

TEST(DecisionOperators, CanBeNamedInYamlAndSayWhatTheyGive) {
  for (const char* name : {"uplift", "next_best_offer", "send_time", "randomise"}) {
    const Operator* op = FindOperator(name);
    ASSERT_NE(op, nullptr) << name;
    EXPECT_TRUE(op->signature().in_documents);
    EXPECT_EQ(op->signature().shape, Shape::kOnce);
  }
  EXPECT_EQ(FindOperator("uplift")->signature().produces, DatasetKind::kScores);
}

TEST(DecisionOperators, BindTheirOutputBeforeAnythingRuns) {
  BindRequest request;
  request.options = *Json::Parse(R"({"time": "at"})");
  request.inputs = {
      {"events", {{{"subject", ColumnType::kUuid, {}}, {"at", ColumnType::kTimestamp, {}}}}}};
  const auto schema = FindOperator("send_time")->Bind(request);
  ASSERT_TRUE(schema.ok()) << schema.status().ToString();
  EXPECT_EQ(schema->columns[1].name, "send_hour");
  request.options = *Json::Parse(R"({"time": "nowhere"})");
  EXPECT_FALSE(FindOperator("send_time")->Bind(request).ok());
}

// A step's own keys are taken before its options are read.
TEST(DecisionOperators, NoOptionIsCalledAsAKeyOfTheStep) {
  for (const Operator* op : AllOperators()) {
    for (const OptionDoc& option : op->signature().options) {
      for (const char* key : {"uses", "purpose", "inputs", "from", "allow_failure"}) {
        EXPECT_NE(option.name, key) << op->signature().name;
      }
    }
  }
}

}  // namespace
}  // namespace signet::pipelines
