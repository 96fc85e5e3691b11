#include "coordinator/binding/run_notes.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

TaskRef Task(const std::string& step, int task) {
  TaskRef ref;
  ref.run = RunId("run-1");
  ref.step = StepId(step);
  ref.task = task;
  ref.attempt = 1;
  ref.fence = 7;
  return ref;
}

std::map<std::string, Json> Flushed(RunNotes& notes) {
  std::map<std::string, Json> entries;
  EXPECT_TRUE(notes
                  .Flush([&entries](const std::string& type, Json facts) {
                    entries[type] = std::move(facts);
                    return OkStatus();
                  })
                  .ok());
  EXPECT_TRUE(notes.empty());
  return entries;
}

TEST(RunNotes, ATaskThatEndedSaysWhoComputedIt) {
  RunNotes notes;
  notes.leases().Granted(Task("score", 2), {});
  notes.leases().Sent(Task("score", 2), WorkerId("w1"));
  pipelines::TaskResult result;
  result.rows = 12;
  notes.Finished(Task("score", 2), result);
  const std::map<std::string, Json> entries = Flushed(notes);
  ASSERT_TRUE(entries.count("task.finished"));
  EXPECT_EQ(entries.at("task.finished")["worker"].AsString(), "w1");
  EXPECT_EQ(entries.at("task.finished")["rows"].AsInt(), 12);
  EXPECT_TRUE(entries.count("lease.released"));
}

TEST(RunNotes, ATaskThatFailedForGoodIsToldByItsCodeAlone) {
  RunNotes notes;
  AttemptEnd end;
  end.task = Task("score", 2);
  end.why = Invalid("anna@example.com").WithDiagnostic("SIG-3009");
  end.reported = true;
  notes.Ended(end);
  EXPECT_TRUE(notes.empty()) << "it is tried again";
  end.final = true;
  notes.Ended(end);
  const std::map<std::string, Json> entries = Flushed(notes);
  EXPECT_EQ(entries.at("task.failed")["code"].AsString(), "SIG-3009");
  EXPECT_EQ(entries.at("task.failed").Dump().find("anna"), std::string::npos);
}

TEST(RunNotes, WhatCouldNotBeWrittenWaits) {
  RunNotes notes;
  notes.Cancelled("loyalty", Cancelled("cancelled by anna"));
  notes.Resumed("loyalty", 3);
  EXPECT_FALSE(
      notes.Flush([](const std::string&, const Json&) { return Unavailable("disk"); }).ok());
  const std::map<std::string, Json> entries = Flushed(notes);
  EXPECT_EQ(entries.at("run.cancelled")["reason"].AsString(), "cancelled by anna");
  EXPECT_EQ(entries.at("run.resumed")["tasks"].AsInt(), 3);
}

}  // namespace
}  // namespace signet::coordinator
