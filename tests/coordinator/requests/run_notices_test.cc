#include "coordinator/requests/run_notices.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/coordinator/requests/schedule_world.h"

namespace signet::coordinator {
namespace {

class RunNoticesTest : public ScheduleWorld {
 protected:
  RunId Submit(const std::string& lines) {
    WriteText("small.yaml", ScheduledPipeline() + lines);
    RunRequest request;
    request.file = scratch_.path() / "small.yaml";
    request.base = scratch_.path();
    request.bundles = "policies/bundles";
    Result<PreparedRun> prepared = PrepareRun(request, clock_.Now());
    EXPECT_TRUE(prepared.ok()) << prepared.status().message();
    RunOccasion occasion;
    occasion.late_ms = 60'000;
    return host_->Submit(*std::move(prepared), occasion).value();
  }
  [[nodiscard]] int Count(const std::string& text) {
    int count = 0;
    for (const std::string& one : posted()) count += one.find(text) != std::string::npos ? 1 : 0;
    return count;
  }
};

TEST_F(RunNoticesTest, TheHooksThatAskedHearHowARunEnded) {
  Submit("notify: [{url: 'http://a'}, {url: 'http://b', on: [success]}]\n");
  CancelAll();
  ASSERT_TRUE(TurnUntil([&] { return notices_->pending() == 0; }));
  ASSERT_EQ(posted().size(), 1U);
  EXPECT_EQ(Count("http://a"), 1);
  EXPECT_EQ(Count(R"("event":"failure")"), 1);
  EXPECT_EQ(Count(R"("status":"cancelled")"), 1);
  EXPECT_EQ(Count("by test"), 0) << "no text of a failure";
}

TEST_F(RunNoticesTest, ALateRunIsToldOnce) {
  Submit("notify: [{url: 'http://a', on: [late]}]\n");
  for (int i = 0; i < 10; ++i) Turn();
  EXPECT_TRUE(posted().empty());
  clock_.JumpWall(Timestamp{clock_.Now().micros + 61'000'000});
  // Delivered, and forgotten as such: only the run itself is still watched.
  ASSERT_TRUE(
      TurnUntil([&] { return Count(R"("event":"late")") == 1 && notices_->pending() == 1; }));
  Restart();
  for (int i = 0; i < 20; ++i) Turn();
  EXPECT_EQ(Count(R"("event":"late")"), 1);
}

TEST_F(RunNoticesTest, ARestartTellsWhatWasNotTold) {
  Submit("notify: [{url: 'http://a'}]\n");
  // The run ends, and the process with it before anybody is told.
  for (const RunId& run : coordinator_->UnfinishedRuns()) coordinator_->Cancel(run, "by test");
  ASSERT_TRUE(coordinator_->Turn().ok());
  EXPECT_TRUE(posted().empty());
  Restart();
  ASSERT_TRUE(TurnUntil([&] { return notices_->pending() == 0; }));
  EXPECT_EQ(Count(R"("event":"failure")"), 1);
  Restart();
  EXPECT_EQ(notices_->pending(), 0U) << "nothing is left in the store";
}

TEST_F(RunNoticesTest, WhoAsksForNothingIsToldNothing) {
  Submit("");
  EXPECT_EQ(notices_->pending(), 0U);
  CancelAll();
  EXPECT_TRUE(posted().empty());
}

}  // namespace
}  // namespace signet::coordinator
