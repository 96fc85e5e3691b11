// Slow tasks in real processes: what they say is seen while they run, and a second attempt that is
// faster wins without changing the result.
#include <filesystem>
#include <memory>
#include <signal.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

using testing_support::ChildrenOf;
using testing_support::Process;
using testing_support::ProcessResult;

constexpr int kCustomers = 300;
constexpr int kPartitions = 4;
constexpr int kTries = 8;
constexpr Process::Seconds kPatience{120};

/// The shop's pipeline whose `profile` computes for a moment, long enough to be caught at it.
std::string SlowPipeline(const std::string& straggler_after) {
  std::string text = Replaced(ShopPipeline(), "partitions: 2", "partitions: 4");
  text =
      Replaced(text, "  profile:\n", "  profile:\n    straggler_after: " + straggler_after + "\n");
  return Replaced(text,
                  "WHERE ordered_at < $as_of GROUP BY",
                  "WHERE ordered_at < $as_of AND "
                  "(SELECT count(*) FROM range(60000000) r(x) WHERE x % 7 = 3) > 0 GROUP BY");
}

int Count(const std::string& text, const std::string& word) {
  int count = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

class Stragglers : public testing::Test {
 protected:
  void SetUpWith(const std::string& straggler_after) {
    SetUpShop(place_, kCustomers);
    WriteText(place_.pipeline(), SlowPipeline(straggler_after));
    digest_ = ContentDigest(place_.Run());
    ASSERT_FALSE(digest_.empty());
    dev_ = place_.Start(With({"dev", "--workers", "2"}));
    ASSERT_NE(dev_, nullptr);
    const bool up = dev_->WaitUntil(
        [&] { return dev_->err().find("coordinator up") != std::string::npos; }, kPatience);
    ASSERT_TRUE(up) << dev_->err();
  }
  void TearDown() override {
    if (dev_ == nullptr) return;
    dev_->Signal(SIGTERM);
    EXPECT_EQ(dev_->Wait(kPatience).exit_code, 0);
  }
  [[nodiscard]] std::vector<std::string> With(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--state", place_.state().string()});
    return arguments;
  }
  [[nodiscard]] std::string Submit() const {
    const ProcessResult result = place_.Signet(With({"submit",
                                                     place_.pipeline().string(),
                                                     "-p",
                                                     "data=" + place_.data().string(),
                                                     "--no-cache"}));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out.substr(0, result.out.find('\n'));
  }
  /// The processes of tasks that run now: a worker's child is its zygote, whose children they are.
  [[nodiscard]] std::vector<pid_t> Tasks() const {
    std::vector<pid_t> tasks;
    for (const pid_t worker : ChildrenOf(dev_->pid(), "signet-worker")) {
      for (const pid_t zygote : ChildrenOf(worker, "signet-worker")) {
        const std::vector<pid_t> own = ChildrenOf(zygote, "signet-worker");
        tasks.insert(tasks.end(), own.begin(), own.end());
      }
    }
    return tasks;
  }
  /// Stops one process of the step `profile` of the run that `logs` follows; 0 when none was met.
  pid_t StopOne(Process& logs) const {
    pid_t stopped = 0;
    logs.WaitUntil(
        [&] {
          if (logs.out().find("leased     profile/") == std::string::npos) return false;
          const std::vector<pid_t> tasks = Tasks();
          if (!tasks.empty() && ::kill(tasks.front(), SIGSTOP) == 0) stopped = tasks.front();
          return stopped != 0;
        },
        kPatience);
    return stopped;
  }
  [[nodiscard]] Json Report(const std::string& run) const {
    const ProcessResult got = place_.Signet(With({"get", run, "-w", "--format", "json"}));
    EXPECT_EQ(got.exit_code, 0) << got.err;
    return ReportOf(got);
  }

  Workplace place_;
  std::string digest_;
  std::unique_ptr<Process> dev_;
};

TEST_F(Stragglers, ASecondAttemptBesideAStoppedProcessWinsWithTheSameDigest) {
  SetUpWith("1s");
  bool won = false;
  std::string won_by;
  // A process that was about to end when it was stopped proves nothing: then once more.
  for (int i = 0; i < kTries && !won; ++i) {
    SCOPED_TRACE("try " + std::to_string(i));
    const std::string run = Submit();
    const std::unique_ptr<Process> logs = place_.Start(With({"logs", run, "-f"}));
    const pid_t stopped = StopOne(*logs);
    const Json report = Report(run);
    EXPECT_EQ(report["status"].AsString(), "succeeded");
    EXPECT_EQ(ContentDigest(report), digest_);
    const std::string said = logs->Wait(kPatience).out;
    won = said.find("another attempt at the task was first") != std::string::npos;
    if (!won) continue;
    EXPECT_EQ(Count(said, "a second attempt, beside a slow one"), 1) << said;
    EXPECT_EQ(StepOf(report, "profile")["attempts"].AsInt(), kPartitions + 1);
    EXPECT_EQ(said.find("retried"), std::string::npos) << "nothing was taken for hung:\n" << said;
    // The loser is gone, stopped as it was.
    EXPECT_TRUE(dev_->WaitUntil([&] { return ::kill(stopped, 0) != 0; }, kPatience));
    won_by = run;
  }
  EXPECT_TRUE(won) << "in " << kTries << " runs no second attempt was first";
  dev_->Signal(SIGTERM);
  EXPECT_EQ(dev_->Wait(kPatience).exit_code, 0);
  dev_.reset();
  const ProcessResult log = place_.Signet(
      With({"audit", "tail", "--type", "snapshot.published", "--run", won_by, "-n", "1000"}));
  EXPECT_EQ(Count(log.out, "\n"), 1) << "published once";
}

TEST_F(Stragglers, WhatATaskSaysIsSeenWhileItRuns) {
  SetUpWith("0s");
  bool caught = false;
  for (int i = 0; i < kTries && !caught; ++i) {
    SCOPED_TRACE("try " + std::to_string(i));
    const std::string run = Submit();
    const std::unique_ptr<Process> logs = place_.Start(With({"logs", run, "-f"}));
    const pid_t stopped = StopOne(*logs);
    // Of both workers' tasks, this one's among them: it opened its input before it computed.
    const bool seen = logs->WaitUntil(
        [&] {
          const std::string& out = logs->out();
          const size_t from = out.find("leased     profile/");
          return from != std::string::npos && out.find("input opened", from) != std::string::npos;
        },
        kPatience);
    EXPECT_TRUE(seen) << logs->out();
    const ProcessResult now = place_.Signet(With({"get", run, "--format", "json"}));
    caught = ReportOf(now)["status"].AsString() == "running" && !Tasks().empty();
    ::kill(stopped, SIGCONT);
    const Json report = Report(run);
    EXPECT_EQ(report["status"].AsString(), "succeeded");
    EXPECT_EQ(ContentDigest(report), digest_);
    const std::string said = logs->Wait(kPatience).out;
    EXPECT_NE(said.find("input orders"), std::string::npos) << said;
    EXPECT_EQ(said.find("@shop.example"), std::string::npos) << "no person's";
  }
  EXPECT_TRUE(caught) << "in " << kTries << " runs no task was met at work";
}

}  // namespace
}  // namespace signet::e2e
