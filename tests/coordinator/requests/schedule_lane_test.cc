#include "coordinator/requests/schedule_lane.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace signet::coordinator {
namespace {

bool WaitFor(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

LaneTools Tools() {
  LaneTools tools;
  tools.plan = [](const RunRequest&, Timestamp) -> Result<PreparedRun> {
    return Invalid("as it is");
  };
  tools.look = [](const std::string& files) -> Result<std::string> { return "1:" + files; };
  tools.poll_ms = 1;
  return tools;
}

TEST(ScheduleLane, IsBusyFromTheJobUntilItsResultIsTaken) {
  ScheduleLane lane(Tools(), "", 0);
  EXPECT_FALSE(lane.busy());
  EXPECT_FALSE(lane.Take().has_value());
  lane.Plan({}, Timestamp{7});
  EXPECT_TRUE(lane.busy());
  std::optional<PlannedMoment> planned;
  ASSERT_TRUE(WaitFor([&] { return (planned = lane.Take()).has_value(); }));
  EXPECT_EQ(planned->due.micros, 7);
  EXPECT_EQ(planned->run.status().message(), "as it is");
  EXPECT_FALSE(lane.busy());
}

TEST(ScheduleLane, TellsTheFilesOnceTheyStandStill) {
  std::atomic<int> looks = 0;
  LaneTools tools = Tools();
  tools.look = [&](const std::string&) -> Result<std::string> {
    return std::to_string(std::min(++looks, 5));
  };
  ScheduleLane lane(tools, "*.csv", 1);
  ASSERT_TRUE(WaitFor([&] { return lane.Settled() == "5"; }));
}

TEST(ScheduleLane, EndsWhileItWaits) {
  for (const char* files : {"", "*.csv"}) ScheduleLane(Tools(), files, 60'000);
}

}  // namespace
}  // namespace signet::coordinator
