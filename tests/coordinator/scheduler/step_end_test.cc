#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

TEST(StepEnd, WhenDecidesWhetherAStepBegins) {
  for (const bool fails : {false, true}) {
    SCOPED_TRACE(fails ? "fails" : "succeeds");
    World world;
    world.Join("w", 8);
    StepSpec on_failure = Step("on_failure", 1, {On("a")});
    on_failure.when = StepWhen::kFailed;
    StepSpec always = Step("always", 1, {On("a"), On("b")});
    always.when = StepWhen::kAlways;
    world.Submit(RunOf("r",
                       {Step("a", 1),
                        Step("b", 1, {On("a")}),
                        on_failure,
                        always,
                        Step("after", 1, {On("on_failure")})}));
    const uint64_t a = world.Tick().at(0).fence;
    if (fails) {
      world.Do(TaskFailed{a, Invalid("no")});
    } else {
      world.Do(TaskSucceeded{a, 0});
    }
    for (int i = 0; i < 4; ++i) {
      for (const TaskRef& task : world.Tick()) world.Do(TaskSucceeded{task.fence, 0});
    }
    const RunView view = world.View("r");
    EXPECT_EQ(view.state, fails ? RunState::kFailed : RunState::kSucceeded);
    EXPECT_EQ(view.steps[1].state, fails ? RunState::kSkipped : RunState::kSucceeded);
    EXPECT_EQ(view.steps[2].state, fails ? RunState::kSucceeded : RunState::kSkipped);
    EXPECT_EQ(view.steps[3].state, RunState::kSucceeded);
    EXPECT_EQ(view.steps[4].state, fails ? RunState::kSucceeded : RunState::kSkipped);
    EXPECT_EQ(world.endings.size(), 1U);
  }
}

}  // namespace
}  // namespace signet::coordinator
