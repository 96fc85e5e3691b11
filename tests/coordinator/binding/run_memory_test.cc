#include "coordinator/binding/run_memory.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/coordinator/binding/state_world.h"

namespace signet::coordinator {
namespace {

using RunMemoryTest = StateWorld;

TaskRef Task(const std::string& step, int task) {
  TaskRef ref;
  ref.step = StepId(step);
  ref.task = task;
  return ref;
}

std::vector<std::string> ResultsOf(RunMemory& memory) {
  std::vector<std::string> all;
  const Status scanned =
      memory.ForEachResult([&all](const std::string& step, int task, ByteView result) {
        all.push_back(step + "/" + std::to_string(task) + "=" + std::string(AsText(result)));
        return OkStatus();
      });
  EXPECT_TRUE(scanned.ok()) << scanned.message();
  return all;
}

TEST_F(RunMemoryTest, ResultsComeBackAfterARestartByStepAndTask) {
  crypto::WriteBatch batch;
  RunMemory(*state_, "r1").PutResult(Task("b", 11), AsBytes("x"), batch);
  RunMemory(*state_, "r1").PutResult(Task("b", 2), AsBytes("y"), batch);
  RunMemory(*state_, "r1").PutResult(Task("gate.a", 0), AsBytes("z"), batch);
  RunMemory(*state_, "r10").PutResult(Task("b", 0), AsBytes("another run's"), batch);
  Write(batch);
  Reopen();
  RunMemory memory(*state_, "r1");
  EXPECT_EQ(ResultsOf(memory), (std::vector<std::string>{"b/2=y", "b/11=x", "gate.a/0=z"}));
}

TEST_F(RunMemoryTest, TheEndForgetsAllButTheReportAlsoWhatItsOwnBatchPut) {
  crypto::WriteBatch batch;
  RunMemory memory(*state_, "r1");
  memory.PutResult(Task("a", 0), AsBytes("x"), batch);
  Write(batch);
  crypto::WriteBatch last;
  memory.PutResult(Task("a", 1), AsBytes("y"), last);
  memory.PutManifest(Task("a", 1), Json::Of({{"name", "s"}}), last);
  EXPECT_EQ(RunMemory::Report(*state_, "r1").status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(memory.Finish(Json::Of({{"figures", 1}}), last).ok());
  Write(last);
  Reopen();
  RunMemory after(*state_, "r1");
  EXPECT_TRUE(ResultsOf(after).empty());
  int manifests = 0;
  ASSERT_TRUE(after.ForEachManifest([&](const Json&) { return ++manifests, OkStatus(); }).ok());
  EXPECT_EQ(manifests, 0);
  const Result<Json> report = RunMemory::Report(*state_, "r1");
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_EQ((*report)["figures"].AsInt(), 1);
}

}  // namespace
}  // namespace signet::coordinator
