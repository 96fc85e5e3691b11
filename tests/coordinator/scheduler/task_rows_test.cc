#include "coordinator/scheduler/task_rows.h"

#include <gtest/gtest.h>

#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

constexpr uint32_t kMillion = 1'000'000;

TEST(TaskRows, AMillionTasksThatHaveNotBegunTakeFortyKilobytes) {
  TaskRows rows;
  TaskRow waiting;
  waiting.waits = 2;
  rows.Reset(kMillion, waiting);
  EXPECT_EQ(rows.size(), kMillion);
  EXPECT_EQ(rows[999'999].waits, 2);
  EXPECT_LT(rows.bytes(), 64'000U);
}

TEST(TaskRows, RowsAreMadeWhereATaskChangesAndGoWhenItsRangeHasEnded) {
  TaskRows rows;
  rows.Reset(3 * TaskRows::kRange + 10, {});
  const size_t untouched = rows.bytes();
  rows.Touch(TaskRows::kRange + 5).state = TaskState::kLeased;
  EXPECT_EQ(rows.bytes(), untouched + TaskRows::kRange * sizeof(TaskRow));
  EXPECT_EQ(rows[TaskRows::kRange + 5].state, TaskState::kLeased);
  EXPECT_EQ(rows[TaskRows::kRange + 6].state, TaskState::kBlocked);
  for (uint32_t task = TaskRows::kRange; task < 2 * TaskRows::kRange; ++task) {
    rows.Touch(task).state = TaskState::kSucceeded;
    rows.Settle(task);
  }
  EXPECT_EQ(rows.bytes(), untouched);
  EXPECT_EQ(rows[TaskRows::kRange + 5].state, TaskState::kSucceeded);
  // The last range is a short one.
  for (uint32_t task = 3 * TaskRows::kRange; task < rows.size(); ++task) {
    rows.Touch(task).state = TaskState::kSucceeded;
    rows.Settle(task);
  }
  EXPECT_EQ(rows.bytes(), untouched);
}

TEST(TaskRows, ARangeWhoseTasksEndedDifferentlyKeepsItsRows) {
  TaskRows rows;
  rows.Reset(3, {});
  for (uint32_t task = 0; task < 3; ++task) {
    rows.Touch(task).state = task == 1 ? TaskState::kFailed : TaskState::kSucceeded;
    rows.Settle(task);
  }
  EXPECT_EQ(rows[0].state, TaskState::kSucceeded);
  EXPECT_EQ(rows[1].state, TaskState::kFailed);
}

TEST(TaskRows, AStretchIsARangeOrOneTask) {
  TaskRows rows;
  rows.Reset(2 * TaskRows::kRange, {});
  EXPECT_EQ(rows.StretchEnd(0, 2 * TaskRows::kRange), TaskRows::kRange);
  EXPECT_EQ(rows.StretchEnd(7, 20), 20U);
  ASSERT_NE(rows.TouchStretch(0, TaskRows::kRange), nullptr);
  rows.TouchStretch(0, TaskRows::kRange)->state = TaskState::kReady;
  EXPECT_EQ(rows[TaskRows::kRange - 1].state, TaskState::kReady);
  EXPECT_EQ(rows.TouchStretch(TaskRows::kRange, TaskRows::kRange + 2), nullptr) << "a part";
  EXPECT_EQ(rows.StretchEnd(TaskRows::kRange, 2 * TaskRows::kRange), TaskRows::kRange + 1);
}

TEST(TaskRows, AMillionTaskRunNeverHasMoreRowsThanAreUnderWay) {
  World world;
  world.Join("w", 3'000);
  world.Submit(RunOf("big", {Step("a", kMillion)}));
  const auto bytes = [&world] {
    return world.scheduler.FindRun(RunId("big"))->steps[0].tasks.bytes();
  };
  EXPECT_LT(bytes(), 64'000U) << "accepted";
  size_t most = 0;
  int done = 0;
  while (world.endings.empty() && done < 100'000) {
    world.records.clear();
    for (const TaskRef& task : world.Tick()) {
      world.Do(TaskSucceeded{task.fence, 0});
      ++done;
    }
    most = std::max(most, bytes());
  }
  EXPECT_EQ(world.View("big").steps[0].done, done);
  EXPECT_LT(most, 64'000 + size_t{5} * TaskRows::kRange * sizeof(TaskRow));
  EXPECT_LT(world.scheduler.Snapshot().size(), 20'000U) << "ranges in the snapshot, too";
  world.Do(CancelRun{RunId("big"), Cancelled("enough")});
  EXPECT_EQ(world.endings.at(0), RunState::kCancelled);
}

}  // namespace
}  // namespace signet::coordinator
