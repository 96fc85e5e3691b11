// Tasks in real child processes.
#include "workers/executor/child_slots.h"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <poll.h>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include "crypto/base/clock.h"
#include "crypto/base/text.h"
#include "tests/support/sanitizers.h"
#include "workers/executor/task_pipe.h"

namespace signet::workers {
namespace {

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): it has no state
SystemClock g_clock;

// What the zygote made ready: by which process, and how often.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
std::string g_prepared;

[[noreturn]] void Spin(const ProgressFn& progress) {
  while (true) progress(0.25);
}

Result<Bytes> Interpret(ByteView payload, const ProgressFn& progress) {
  const std::string text(AsText(payload));
  if (text == "abort") std::abort();
  if (text == "exit") ::_exit(3);
  if (text == "throw") throw std::runtime_error("a record's text");
  if (text == "sleep") {
    progress(0.5);
    while (true) ::pause();
  }
  if (text == "spin") Spin(progress);
  if (text == "prepared") return ToBytes(g_prepared);
  if (text == "fail") return Denied("no").WithDiagnostic("SIG-3003").WithRemedy("ask");
  if (text == "pid") return ToBytes(std::to_string(::getpid()) + " " + std::to_string(::getppid()));
  if (text == "large") return Bytes(kResultBytesMax, 7);
  if (text == "too large") return Bytes(kResultBytesMax + 1, 7);
  if (text == "core") {
    rlimit core{1, 1};
    ::getrlimit(RLIMIT_CORE, &core);
    return ToBytes(std::to_string(core.rlim_max));
  }
  if (text == "talk") {
    Log(LogLevel::kInfo, "halfway", Json::Of({{"rows", 7}, {"name", "mustermann"}}));
    progress(0.5);
    while (true) ::pause();
  }
  if (text == "chatter") {
    for (int i = 0; i < 50'000; ++i) Log(LogLevel::kInfo, "again", Json::Of({{"i", i}}));
  }
  if (text == "hungry") {
    const Bytes much(size_t{1} << 30U);
    // clang leaves out memory that nobody reads: a byte is read whose place it cannot know.
    return ToBytes(std::to_string(much.at(much.size() - 1 - payload.size())));
  }
  return Bytes(payload.begin(), payload.end());
}

class ChildSlotsTest : public testing::Test {
 protected:
  void SetUp() override { Open({}); }
  void Open(TaskLimits limits) {
    slots_.reset();
    auto slots = StartChildSlots(&Interpret, limits);
    ASSERT_TRUE(slots.ok());
    slots_ = std::move(*slots);
  }
  void Wait() {
    std::vector<pollfd> waits;
    for (const int descriptor : slots_->Descriptors()) waits.push_back({descriptor, POLLIN, 0});
    ::poll(waits.data(), waits.size(), 20);
  }
  /// The end of a task, at most 20 s away.
  TaskEnd Await(uint64_t fence) {
    const int64_t until = g_clock.MonotonicMicros() + 20'000'000;
    while (g_clock.MonotonicMicros() < until) {
      for (TaskEnd& end : slots_->TakeEnded()) ended_[end.fence] = std::move(end);
      if (ended_.count(fence) != 0) return ended_[fence];
      Wait();
    }
    return {fence, Internal("the test waited in vain"), {}};
  }
  TaskEnd Run(const std::string& payload) {
    EXPECT_TRUE(slots_->Start(++fence_, ToBytes(payload)).ok());
    return Await(fence_);
  }
  std::unique_ptr<TaskSlots> slots_;
  std::map<uint64_t, TaskEnd> ended_;
  uint64_t fence_ = 0;
};

TEST_F(ChildSlotsTest, AResultComesBackFromAProcessOfItsOwn) {
  const TaskEnd first = Run("pid");
  const TaskEnd second = Run("pid");
  ASSERT_TRUE(first.status.ok()) << first.status.ToString();
  EXPECT_NE(first.result, second.result);
  EXPECT_NE(AsText(first.result).substr(0, AsText(first.result).find(' ')),
            std::to_string(::getpid()));
}

TEST_F(ChildSlotsTest, WhatTheZygoteMadeReadyIsThereInEachTaskAndMadeOnce) {
  slots_.reset();
  auto slots = StartChildSlots(
      &Interpret, {}, [] { g_prepared += "made by " + std::to_string(::getpid()); });
  ASSERT_TRUE(slots.ok());
  slots_ = std::move(*slots);
  const TaskEnd first = Run("prepared");
  const TaskEnd second = Run("prepared");
  ASSERT_TRUE(first.status.ok()) << first.status.ToString();
  EXPECT_EQ(first.result, second.result);
  const std::string parents(AsText(Run("pid").result));
  EXPECT_EQ(AsText(first.result), "made by " + parents.substr(parents.find(' ') + 1));
  EXPECT_EQ(g_prepared, "") << "it was made in the agent's process";
}

TEST_F(ChildSlotsTest, AFailureKeepsCodeDiagnosticAndRemedy) {
  const TaskEnd end = Run("fail");
  EXPECT_EQ(end.status.code(), StatusCode::kDenied);
  EXPECT_EQ(end.status.diagnostic(), "SIG-3003");
  EXPECT_EQ(end.status.remedy(), "ask");
}

TEST_F(ChildSlotsTest, ACrashIsUnavailableAndNamesTheSignal) {
  const TaskEnd end = Run("abort");
  EXPECT_EQ(end.status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(end.status.message(), "its process was ended by signal SIGABRT");
  EXPECT_EQ(Run("exit").status.message(),
            "its process ended with exit code 3 and without a result");
  EXPECT_TRUE(Run("still works").status.ok());
}

TEST_F(ChildSlotsTest, AnExceptionIsInternalAndItsTextStaysInside) {
  const TaskEnd end = Run("throw");
  EXPECT_EQ(end.status.code(), StatusCode::kInternal);
  EXPECT_EQ(end.status.message().find("record"), std::string::npos);
}

TEST_F(ChildSlotsTest, WhatATaskSaysIsHeardWhileItRunsAndRedacted) {
  ASSERT_TRUE(slots_->Start(40, ToBytes("talk")).ok());
  const int64_t until = g_clock.MonotonicMicros() + 20'000'000;
  std::vector<TaskLine> lines;
  while (lines.empty() && g_clock.MonotonicMicros() < until) {
    EXPECT_TRUE(slots_->TakeEnded().empty()) << "it still runs";
    lines = slots_->TakeLines();
    Wait();
  }
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].fence, 40U);
  EXPECT_EQ(lines[0].event, "halfway");
  EXPECT_EQ(lines[0].facts, R"({"name":"[text]","rows":7})");
  slots_->Kill(40);
}

TEST_F(ChildSlotsTest, ATaskThatNeverStopsTalkingIsCappedAndStillEnds) {
  EXPECT_TRUE(Run("chatter").status.ok());
  EXPECT_LE(slots_->TakeLines().size(), 200U) << "of 50,000";
}

TEST_F(ChildSlotsTest, AKilledTaskReportsNothingAndItsProcessIsGone) {
  ASSERT_TRUE(slots_->Start(50, ToBytes("sleep")).ok());
  const int64_t until = g_clock.MonotonicMicros() + 10'000'000;
  while (slots_->Pulses()[0].progress < 0.4 && g_clock.MonotonicMicros() < until) {
    EXPECT_TRUE(slots_->TakeEnded().empty());
    Wait();
  }
  EXPECT_EQ(slots_->Pulses()[0].progress, 0.5);
  slots_->Kill(50);
  EXPECT_TRUE(slots_->Pulses().empty());
  EXPECT_TRUE(Run("next").status.ok());
  EXPECT_EQ(ended_.count(50), 0U);
}

TEST_F(ChildSlotsTest, AnInterruptedTaskEndsWhereItReportsAndADeafOneIsKilled) {
  const std::string pids(AsText(Run("pid").result));
  const std::string zygote = pids.substr(pids.find(' ') + 1);
  const auto children = [&] {
    std::ifstream file("/proc/" + zygote + "/task/" + zygote + "/children");
    std::string all;
    std::getline(file, all);
    return all;
  };
  uint64_t fence = 60;
  for (const char* payload : {"spin", "sleep"}) {  // the second never reports again
    SCOPED_TRACE(payload);
    ASSERT_TRUE(slots_->Start(++fence, ToBytes(std::string(payload))).ok());
    int64_t until = g_clock.MonotonicMicros() + 10'000'000;
    while (slots_->Pulses()[0].progress < 0.2 && g_clock.MonotonicMicros() < until) {
      slots_->TakeEnded();
      Wait();
    }
    EXPECT_NE(children(), "");
    slots_->Kill(fence);
    until = g_clock.MonotonicMicros() + 10'000'000;
    while (!children().empty() && g_clock.MonotonicMicros() < until) {
      slots_->TakeEnded();
      Wait();
    }
    EXPECT_EQ(children(), "") << "cancel ends within its deadline, whatever the task does";
  }
}

TEST_F(ChildSlotsTest, CpuTimeOfABusyTaskAdvances) {
  ASSERT_TRUE(slots_->Start(1, ToBytes("spin")).ok());
  const int64_t until = g_clock.MonotonicMicros() + 10'000'000;
  while (slots_->Pulses()[0].cpu_ms < 50 && g_clock.MonotonicMicros() < until) {
    slots_->TakeEnded();
    Wait();
  }
  EXPECT_GE(slots_->Pulses()[0].cpu_ms, 50);
  slots_->Kill(1);
}

TEST_F(ChildSlotsTest, LargePayloadsAndResultsPassAndTooLargeOnesAreExhausted) {
  const std::string payload(kPayloadBytesMax - 1, 'x');
  const TaskEnd echo = Run(payload);
  ASSERT_TRUE(echo.status.ok());
  EXPECT_EQ(echo.result.size(), payload.size());
  EXPECT_EQ(Run("large").result.size(), kResultBytesMax);
  EXPECT_EQ(Run("too large").status.code(), StatusCode::kExhausted);
  EXPECT_EQ(slots_->Start(99, Bytes(kPayloadBytesMax + 1)).code(), StatusCode::kExhausted);
}

TEST_F(ChildSlotsTest, ManyAtOnceAllEnd) {
  for (uint64_t fence = 1; fence <= 20; ++fence) {
    ASSERT_TRUE(slots_->Start(fence, ToBytes("task " + std::to_string(fence))).ok());
  }
  for (uint64_t fence = 1; fence <= 20; ++fence) {
    EXPECT_EQ(AsText(Await(fence).result), "task " + std::to_string(fence));
  }
}

TEST_F(ChildSlotsTest, NoTaskMayLeaveACoreFile) {
  EXPECT_EQ(AsText(Run("core").result), "0");
}

TEST_F(ChildSlotsTest, ATaskBeyondItsMemoryIsExhausted) {
  if (testing_support::kSanitized) {
    GTEST_SKIP() << "sanitizers need more address space than the limit leaves";
  }
  TaskLimits limits;
  limits.memory_bytes_max = uint64_t{200} << 20U;
  Open(limits);
  EXPECT_EQ(Run("hungry").status.code(), StatusCode::kExhausted);
  EXPECT_TRUE(Run("small").status.ok());
}

TEST_F(ChildSlotsTest, TasksDieWithTheirSlots) {
  const TaskEnd who = Run("pid");
  const std::string text(AsText(who.result));
  const auto zygote = static_cast<pid_t>(*IntegerFromText(text.substr(text.find(' ') + 1)));
  EXPECT_EQ(::kill(zygote, 0), 0);
  ASSERT_TRUE(slots_->Start(100, ToBytes("sleep")).ok());
  slots_.reset();
  EXPECT_NE(::kill(zygote, 0), 0);
}

}  // namespace
}  // namespace signet::workers
