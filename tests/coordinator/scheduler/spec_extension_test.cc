#include "coordinator/scheduler/spec_extension.h"

#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

TEST(SpecExtension, DefaultsTakeNoBytes) {
  EXPECT_EQ(ExtensionOf(RunOf("r", {Step("a", 1)})), "");
}

TEST(SpecExtension, ComesBackAsItWas) {
  RunSpec run = RunOf("r", {Step("a", 1)});
  run.lane = "state";
  run.priority = -10;
  run.owner = "anna";
  run.steps.push_back(Step("b", 1));
  run.steps[1].when = StepWhen::kAlways;
  run.steps[1].needs = {{"gpu"}, 512, 1'500};
  run.steps[1].timeouts.start_ms = 5'000;
  run.steps[1].cached = true;
  RunSpec back = RunOf("r", {Step("a", 1), Step("b", 1)});
  ASSERT_TRUE(ApplyExtension(ExtensionOf(run), back).ok());
  EXPECT_EQ(back.steps[1].when, StepWhen::kAlways);
  EXPECT_EQ(back.steps[1].needs, run.steps[1].needs);
  EXPECT_EQ(back.steps[1].timeouts.start_ms, 5'000);
  EXPECT_TRUE(back.steps[1].cached);
  EXPECT_FALSE(back.steps[0].cached);
  EXPECT_EQ(back.lane, "state");
  EXPECT_EQ(back.priority, -10);
  EXPECT_EQ(back.owner, "anna");
}

TEST(SpecExtension, KeysOfALaterVersionAreIgnoredAndDamageIsCorrupt) {
  RunSpec back = RunOf("r", {Step("a", 1)});
  EXPECT_TRUE(ApplyExtension(R"({"lane":"x","moon":{"phase":3}})", back).ok());
  EXPECT_EQ(back.lane, "x");
  EXPECT_EQ(ApplyExtension("{", back).code(), StatusCode::kCorrupt);
  EXPECT_EQ(ApplyExtension("[1]", back).code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace signet::coordinator
