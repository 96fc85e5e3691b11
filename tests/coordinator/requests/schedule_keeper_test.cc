#include "coordinator/requests/schedule_keeper.h"

#include <atomic>
#include <string>

#include <gtest/gtest.h>

#include "tests/coordinator/requests/schedule_world.h"

namespace signet::coordinator {
namespace {

using ScheduleKeeperTest = ScheduleWorld;

TEST_F(ScheduleKeeperTest, APipelineWithoutAScheduleIsRefusedWithWhatToAdd) {
  const Result<Json> added = Add("");
  ASSERT_FALSE(added.ok());
  EXPECT_EQ(added.status().code(), StatusCode::kInvalid);
  EXPECT_NE(added.status().remedy().find("cron"), std::string::npos);
}

TEST_F(ScheduleKeeperTest, WhatIsDueRunsOnceAndSaysWhenItIsDueAgain) {
  const Result<Json> added = Add("schedule: {cron: '0 6 * * *'}\n");
  ASSERT_TRUE(added.ok()) << added.status().message();
  EXPECT_EQ((*added)["next"].AsString(), "2026-03-02T06:00:00Z");
  for (int i = 0; i < 10; ++i) Turn();
  EXPECT_EQ(RunCount(), 0U);
  GoTo("2026-03-02T06:00:10Z");
  ASSERT_TRUE(TurnUntil([&] { return RunCount() == 1; }));
  EXPECT_NE(One()["why"].AsString().find("is under way"), std::string::npos);
  CancelAll();
  for (int i = 0; i < 10; ++i) Turn();
  EXPECT_EQ(RunCount(), 1U);
  EXPECT_EQ(One()["next"].AsString(), "2026-03-03T06:00:00Z");
  EXPECT_EQ(One()["last_due"].AsString(), "2026-03-02T06:00:00Z");
  const Result<Json> run = host_->Run("last");
  ASSERT_TRUE(run.ok());
  EXPECT_EQ((*run)["cause"].AsString(), "schedule, due 2026-03-02T06:00:00Z");
  EXPECT_EQ((*run)["owner"].AsString(), "ada");
}

TEST_F(ScheduleKeeperTest, ARestartNeitherForgetsNorRepeats) {
  ASSERT_TRUE(Add("schedule: {cron: '0 6 * * *', missed: run_all}\n").ok());
  GoTo("2026-03-02T06:00:10Z");
  ASSERT_TRUE(TurnUntil([&] { return RunCount() == 1; }));
  Restart();
  CancelAll();
  for (int i = 0; i < 10; ++i) Turn();
  EXPECT_EQ(RunCount(), 1U) << "not twice";
  Stop();
  Reopen();
  GoTo("2026-03-04T12:00:00Z");
  Start();
  for (size_t runs : {2U, 3U}) {
    ASSERT_TRUE(TurnUntil([&] { return RunCount() == runs; }));
    CancelAll();
  }
  for (int i = 0; i < 10; ++i) Turn();
  EXPECT_EQ(RunCount(), 3U) << "the third and the fourth of March";
  EXPECT_EQ(One()["missed_count"].AsInt(), 0);
}

TEST_F(ScheduleKeeperTest, WhatWasMissedIsReportedAndToldToTheHooks) {
  ASSERT_TRUE(Add("schedule: {cron: '0 6 * * *', missed: skip}\n"
                  "notify: [{url: 'http://hook', on: [missed]}]\n")
                  .ok());
  GoTo("2026-03-05T12:00:00Z");
  ASSERT_TRUE(TurnUntil([&] { return !posted().empty() && notices_->pending() == 0; }));
  EXPECT_EQ(RunCount(), 0U);
  EXPECT_EQ(One()["missed_count"].AsInt(), 4);
  EXPECT_NE(posted()[0].find("\"missed\":4"), std::string::npos) << posted()[0];
  EXPECT_NE(posted()[0].find("2026-03-05T06:00:00Z"), std::string::npos) << posted()[0];
}

TEST_F(ScheduleKeeperTest, APlanThatIsRefusedIsReportedWithItsReason) {
  ASSERT_TRUE(Add("schedule: {cron: '0 6 * * *'}\n").ok());
  WriteText("small.yaml", "signet: 1\n");
  GoTo("2026-03-02T06:00:10Z");
  ASSERT_TRUE(TurnUntil([&] { return One()["missed_count"].AsInt() == 1; }));
  EXPECT_NE(One()["why"].AsString().find("made no run"), std::string::npos);
  EXPECT_EQ(RunCount(), 0U);
}

TEST_F(ScheduleKeeperTest, FilesThatChangeMakeARun) {
  ASSERT_TRUE(Add("schedule: {files: {path: 'orders*.csv', settle: 0s}}\n").ok());
  for (int i = 0; i < 20; ++i) Turn();
  EXPECT_EQ(RunCount(), 0U) << "what is there counts as seen";
  WriteText("orders-2.csv", "customer_id,ordered_at,amount\n");
  ASSERT_TRUE(TurnUntil([&] { return RunCount() == 1; }));
  CancelAll();
  for (int i = 0; i < 20; ++i) Turn();
  EXPECT_EQ(RunCount(), 1U);
  EXPECT_NE(One()["why"].AsString().find("to change"), std::string::npos);
}

TEST_F(ScheduleKeeperTest, SnapshotsThatAreAllPublishedMakeARun) {
  const auto publish = [&](const std::string& name, const std::string& version) {
    crypto::WriteBatch batch;
    batch.Put("snapshot/mail/" + name + "/" + version, std::string_view("{}"));
    Write(batch);
  };
  publish("audience", "20260301T000000Z-a");
  ASSERT_TRUE(Add("schedule: {snapshots: [audience, prices]}\n").ok());
  publish("prices", "20260302T000000Z-b");
  for (int i = 0; i < 20; ++i) Turn();
  EXPECT_EQ(RunCount(), 0U) << "the audience is the one that was there";
  publish("audience", "20260302T000000Z-c");
  ASSERT_TRUE(TurnUntil([&] { return RunCount() == 1; }));
  CancelAll();
  for (int i = 0; i < 20; ++i) Turn();
  EXPECT_EQ(RunCount(), 1U);
}

TEST_F(ScheduleKeeperTest, OneSlowTriggerStopsNothing) {
  std::atomic<bool> hang = true;
  keeper_.reset();
  plan_ = [&](RunRequest request, Timestamp now) -> Result<PreparedRun> {
    while (hang && request.file.filename() == "stuck.yaml") std::this_thread::yield();
    return PrepareRun(std::move(request), now);
  };
  Restart();
  ASSERT_TRUE(Add("schedule: {cron: '0 6 * * *'}\n", "stuck").ok());
  ASSERT_TRUE(Add("schedule: {cron: '0 6 * * *'}\n", "small").ok());
  GoTo("2026-03-02T06:00:10Z");
  EXPECT_TRUE(TurnUntil([&] { return RunCount() == 1; }));
  EXPECT_NE(One("stuck")["why"].AsString().find("is being planned"), std::string::npos);
  hang = false;
  EXPECT_TRUE(TurnUntil([&] { return RunCount() == 2; }));
}

TEST_F(ScheduleKeeperTest, ADocumentThatChangedSinceItWasAddedIsNamedUntilItIsAddedAgain) {
  const Result<Json> added = Add("schedule: {cron: '0 6 * * *'}\n");
  ASSERT_TRUE(added.ok()) << added.status().message();
  EXPECT_EQ((*added)["document"].AsString(), "");
  const std::string file = (*added)["file"].AsString();
  const Result<Bytes> before = ReadFile(file);
  ASSERT_TRUE(before.ok());
  const std::string changed = std::string(AsText(*before)) + "# later\n";
  ASSERT_TRUE(WriteFileAtomically(file, AsBytes(changed), 0644).ok());
  EXPECT_NE(One()["document"].AsString().find("has changed since"), std::string::npos);
  EXPECT_NE(One()["document"].AsString().find("signet schedule add"), std::string::npos);
  ASSERT_TRUE(Add("schedule: {cron: '0 7 * * *'}\n").ok());
  EXPECT_EQ(One()["document"].AsString(), "");
  EXPECT_EQ(One()["next"].AsString(), "2026-03-02T07:00:00Z");
}

TEST_F(ScheduleKeeperTest, APausedScheduleMakesNoRunsUntilItIsResumed) {
  ASSERT_TRUE(Add("schedule: {cron: '0 6 * * *', missed: skip}\n").ok());
  ASSERT_TRUE(keeper_->SetPaused("small", /*paused=*/true).ok());
  GoTo("2026-03-02T06:00:10Z");
  for (int i = 0; i < 10; ++i) Turn();
  EXPECT_EQ(RunCount(), 0U);
  EXPECT_NE(keeper_->Why("small").value()["why"].AsString().find("resume"), std::string::npos);
  ASSERT_TRUE(keeper_->SetPaused("small", /*paused=*/false).ok());
  EXPECT_TRUE(TurnUntil([&] { return RunCount() == 1; }));
  EXPECT_EQ(keeper_->SetPaused("smal", true).code(), StatusCode::kNotFound);
  ASSERT_TRUE(keeper_->Remove("small").ok());
  EXPECT_EQ(keeper_->Why("small").status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace signet::coordinator
