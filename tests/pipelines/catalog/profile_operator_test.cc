#include "pipelines/catalog/profile_operator.h"

#include <gtest/gtest.h>

#include "tests/pipelines/catalog/task_world.h"

namespace signet::pipelines {
namespace {

class ProfileOperatorTest : public TaskWorld {
 protected:
  /// The statistics of 100 orders of ten persons under that minimum group.
  Json Profiled(int64_t min_group, const Json& more = Json(Json::Object{})) {
    TaskAssignment task = SqlTask("SELECT 1");
    task.spec.op = "profile";
    task.spec.operator_digest = OperatorDigest(*FindOperator("profile"));
    task.spec.options = Json::Of({{"min_group", min_group}, {"min_class", 2}, {"rule", "r"}});
    for (const auto& [key, value] : more.fields()) task.spec.options.Set(key, value);
    task.spec.inputs.front().name = "rows";
    task.spec.outputs.clear();
    const Result<TaskResult> result = Run(task);
    EXPECT_TRUE(result.ok()) << result.status().message();
    return result.ok() ? result->extra : Json();
  }
};

TEST_F(ProfileOperatorTest, RefusesADatasetOfTooFewPeople) {
  const Json refused = Profiled(11);
  EXPECT_TRUE(refused.Has("refused"));
  EXPECT_FALSE(refused.Has("people"));
}

TEST_F(ProfileOperatorTest, CodesNumbersAtBothEnds) {
  const Json json = Profiled(5);
  EXPECT_EQ(json["people"].AsInt(), 10);
  EXPECT_EQ(json["rows"].AsInt(), 100);
  ASSERT_EQ(json["columns"].size(), 2U);
  const Json& amount = json["columns"].items()[0];
  EXPECT_EQ(amount["name"].AsString(), "amount");
  // The persons' smallest amounts are 0.25 to 9.25: five lie at or below 4.25, five at or
  // above 5.25.
  EXPECT_NEAR(amount["bottom"].AsDouble(), 4.3, 0.11);
  EXPECT_NEAR(amount["top"].AsDouble(), 5.3, 0.11);
  EXPECT_FALSE(amount.Has("values"));
}

TEST_F(ProfileOperatorTest, SaysNothingAtTheEndsOfASmallGroup) {
  const Json json = Profiled(6);
  EXPECT_FALSE(json["columns"].items()[0].Has("top")) << "both ends need a group of their own";
}

TEST_F(ProfileOperatorTest, MeasuresClassesWithoutTellingSmallOnes) {
  const Json json = Profiled(5, Json::Of({{"quasi", Json::List({"amount"})}}));
  EXPECT_FALSE(json["classes"]["k_reached"].AsBool()) << json.Pretty();
  EXPECT_FALSE(json["classes"].Has("k"));
}

TEST_F(ProfileOperatorTest, FindsTheLeastGeneralisationOnRequest) {
  const Json options = Json::Of({{"quasi", Json::List({"amount"})}, {"suppressed_max", 0.0}});
  const Json search = Profiled(5, options)["generalisation"];
  ASSERT_TRUE(search["found"].AsBool()) << search.Pretty();
  const Json& level = search["levels"].items().at(0);
  EXPECT_EQ(level["column"].AsString(), "amount");
  EXPECT_EQ(level["level"].AsString(), "bands of 2")
      << "0.25 to 9.25 in steps of 1: bands of 2 hold two people each";
  EXPECT_TRUE(search["suppressed"].is_null()) << "nobody is no group";
}

}  // namespace
}  // namespace signet::pipelines
