#include "coordinator/scheduler/happening.h"

#include "tests/coordinator/scheduler/scheduler_world.h"

namespace signet::coordinator {
namespace {

TEST(Happening, ALifeReadsAsItWent) {
  World world;
  world.Join("w1", 1);
  world.Submit(RunOf("r", {Step("a", 1)}));
  world.Do(TaskFailed{world.Tick().at(0).fence, Unavailable("no disk")});
  world.Pass(60'000);
  world.Do(WorkerJoined{WorkerId("w1"), 2, 1, {}, {}});
  world.Do(TaskSucceeded{world.Tick().at(0).fence, 7});
  std::string text;
  for (const Record& record : world.records) {
    const Happening one = DescribeRecord(world.scheduler, record);
    if (one.run.empty()) continue;
    text += std::string(one.what) + (one.worker.empty() ? "" : " on " + one.worker) +
            (one.step.empty() ? "" : " " + one.step.text() + "/" + std::to_string(one.task)) + "\n";
    if (one.what == "retried") {
      EXPECT_NE(one.detail.find("no disk; again in"), std::string::npos) << one.detail;
    }
    if (one.what == "succeeded") {
      EXPECT_EQ(one.detail, "7 rows");
    }
  }
  EXPECT_EQ(text, "accepted\nleased on w1 a/0\nretried a/0\nleased on w1 a/0\nsucceeded a/0\n");
}

TEST(Happening, ARecordOfAForgottenRunNamesNone) {
  World world;
  Record record;
  record.type = RecordType::kTaskFailed;
  record.run = 77;
  EXPECT_TRUE(DescribeRecord(world.scheduler, record).run.empty());
}

}  // namespace
}  // namespace signet::coordinator
