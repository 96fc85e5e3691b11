#include "coordinator/scheduler/run_spec.h"

#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

TEST(RunSpec, RefusesWhatCannotRun) {
  struct Case {
    const char* want = "";
    RunSpec spec;
  };
  RunSpec pool = RunOf("r", {Step("a", 1)});
  pool.steps[0].pool = "nowhere";
  const Case cases[] = {
      {"the run has no id", RunOf("", {Step("a", 1)})},
      {"the run has no steps", RunOf("r", {})},
      {"two steps are called 'a'", RunOf("r", {Step("a", 1), Step("a", 1)})},
      {"step 'a' waits for the unknown step 'b'", RunOf("r", {Step("a", 1, {On("b")})})},
      {"step 'a' waits for itself in a cycle",
       RunOf("r", {Step("a", 1, {On("b")}), Step("b", 1, {On("a")})})},
      {"step 'b' has 3 tasks and waits partitionwise for 'a' with 2",
       RunOf("r", {Step("a", 2), Step("b", 3, {On("a", /*partitionwise=*/true)})})},
      {"step 'a' has 0 tasks; 1 to 10000000 are possible", RunOf("r", {Step("a", 0)})},
      {"step 'a' names the unknown pool 'nowhere'", pool},
  };
  for (const Case& c : cases) EXPECT_EQ(CheckRunSpec(c.spec).message(), c.want);
}

}  // namespace
}  // namespace signet::coordinator
