#include "coordinator/requests/run_log.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

Happening Something(const std::string& detail) {
  Happening happening;
  happening.at = Timestamp{1'790'000'000'000'000};
  happening.step = StepId("gate.crm");
  happening.task = 3;
  happening.what = "retried";
  happening.detail = detail;
  return happening;
}

TEST(RunLog, LinesComeBackInPartsThatFitTogether) {
  const testing_support::ScratchFolder scratch;
  const RunLog log(scratch.path() / "log.jsonl");
  const Result<LogPart> none = log.Read(0);
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->lines.size(), 0U);
  log.Write(Something("one"));
  const Result<LogPart> first = log.Read(0);
  ASSERT_TRUE(first.ok());
  ASSERT_EQ(first->lines.size(), 1U);
  EXPECT_EQ(first->lines.items()[0]["detail"].AsString(), "one");
  EXPECT_EQ(first->lines.items()[0]["task"].AsInt(), 3);
  log.Write(Something("two"));
  const Result<LogPart> second = log.Read(first->next);
  ASSERT_TRUE(second.ok());
  ASSERT_EQ(second->lines.size(), 1U);
  EXPECT_EQ(second->lines.items()[0]["detail"].AsString(), "two");
  EXPECT_EQ(log.Read(second->next)->lines.size(), 0U);
}

TEST(RunLog, ATaskThatFailsForEverFillsNoDisk) {
  const testing_support::ScratchFolder scratch;
  const std::filesystem::path file = scratch.path() / "log.jsonl";
  const RunLog log(file);
  const std::string detail(60'000, 'x');
  for (int i = 0; i < 400; ++i) log.Write(Something(detail));
  EXPECT_LE(static_cast<int64_t>(std::filesystem::file_size(file)), RunLog::kBytesMax);
  int64_t after = 0;
  std::string last;
  for (Result<LogPart> part = log.Read(0); part.ok() && part->next != after;
       part = log.Read(after)) {
    after = part->next;
    for (const Json& line : part->lines.items()) last = line["what"].AsString();
  }
  EXPECT_EQ(last, "log full");
}

TEST(RunLog, TasksThatNeverStopTalkingLeaveRoomForWhatHappensToThem) {
  const testing_support::ScratchFolder scratch;
  const std::filesystem::path file = scratch.path() / "log.jsonl";
  const RunLog log(file);
  TaskSaid said;
  said.at = Timestamp{1'790'000'000'000'000};
  said.task.step = StepId("churn");
  said.worker = WorkerId("w1");
  said.event = "training round";
  said.facts = R"({"round":7,"of":"rounds"})";
  said.dropped = 2;
  log.Write(said);
  const Json line = log.Read(0)->lines.items().at(0);
  EXPECT_EQ(line["what"].AsString(), "log");
  EXPECT_EQ(line["level"].AsString(), "info");
  EXPECT_EQ(line["detail"].AsString(),
            "training round, of rounds, round 7 (2 lines before it were left out)");
  said.event = std::string(60'000, 'x');
  for (int i = 0; i < 400; ++i) log.Write(said);
  EXPECT_LE(static_cast<int64_t>(std::filesystem::file_size(file)), RunLog::kSaidBytesMax);
  log.Write(Something("the task failed"));
  int64_t after = 0;
  std::string last;
  for (Result<LogPart> part = log.Read(0); part.ok() && part->next != after;
       part = log.Read(after)) {
    after = part->next;
    for (const Json& one : part->lines.items()) last = one["detail"].AsString();
  }
  EXPECT_EQ(last, "the task failed");
}

}  // namespace
}  // namespace signet::coordinator
