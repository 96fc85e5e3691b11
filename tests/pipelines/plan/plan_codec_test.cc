#include "pipelines/plan/plan_codec.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/pipelines/plan/plan_world.h"

namespace signet::pipelines {
namespace {

using PlanCodec = PlanWorld;

TEST_F(PlanCodec, APlanComesBackWithAllThatATaskIsBoundBy) {
  const Plan plan = MustPlan(Whole());
  const Result<Json> stored = Json::Parse(EncodePlan(plan).Dump());
  ASSERT_TRUE(stored.ok());
  const Result<Plan> back = DecodePlan(*stored);
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(back->Digest(), plan.Digest());
  ASSERT_EQ(back->steps.size(), plan.steps.size());
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const PlannedStep& was = plan.steps[i];
    const PlannedStep& is = back->steps[i];
    SCOPED_TRACE(was.id);
    EXPECT_EQ(is.shape, was.shape);
    EXPECT_EQ(is.keys, was.keys);
    EXPECT_EQ(is.after, was.after);
    EXPECT_EQ(is.line, was.line);
    ASSERT_EQ(is.inputs.size(), was.inputs.size());
    for (size_t j = 0; j < was.inputs.size(); ++j) {
      EXPECT_EQ(is.inputs[j].schema, was.inputs[j].schema);
      EXPECT_EQ(is.inputs[j].same_task, was.inputs[j].same_task);
      EXPECT_EQ(is.inputs[j].before.has_value(), was.inputs[j].before.has_value());
    }
    ASSERT_EQ(is.outputs.size(), was.outputs.size());
    for (size_t j = 0; j < was.outputs.size(); ++j) {
      EXPECT_EQ(is.outputs[j].name, was.outputs[j].name);
      EXPECT_EQ(is.outputs[j].partitioned, was.outputs[j].partitioned);
      EXPECT_EQ(is.outputs[j].ephemeral, was.outputs[j].ephemeral);
    }
  }
}

TEST_F(PlanCodec, APlanThatWasChangedIsRefused) {
  Json stored = EncodePlan(MustPlan(Whole()));
  stored.Set("partitions", 7);
  EXPECT_EQ(DecodePlan(stored).status().code(), StatusCode::kCorrupt);
  stored = EncodePlan(MustPlan(Whole()));
  stored.Set("format", 99);
  EXPECT_EQ(DecodePlan(stored).status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::pipelines
