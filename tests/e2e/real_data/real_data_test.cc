// The shipped pipelines over real data. Skipped, visibly, where ../shared/data is absent.
#include <string>

#include <gtest/gtest.h>

#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::ProcessResult;

/// Runs the pipeline over the data set in a fresh state; null when that failed.
Json RunShipped(const Workplace& place, const std::string& pipeline, const fs::path& data) {
  const ProcessResult result =
      place.Signet({"run",
                    fs::absolute("pipelines/definitions/" + pipeline).string(),
                    "-p",
                    "data=" + fs::absolute(data).string(),
                    "--state",
                    place.state().string(),
                    "--format",
                    "json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result.exit_code == 0 ? ReportOf(result) : Json();
}

void ExpectWholeRun(const Json& report) {
  EXPECT_EQ(report["status"].AsString(), "succeeded");
  for (const Json& step : report["steps"].items()) {
    EXPECT_EQ(step["state"].AsString(), "succeeded") << step["id"].AsString();
  }
  ASSERT_EQ(report["snapshots"].size(), 1U);
  const Json& snapshot = report["snapshots"].items().front();
  EXPECT_FALSE(snapshot["content_digest"].AsString().empty());
  for (const Json& segment : snapshot["segments"].items()) {
    EXPECT_GE(segment["members"].AsInt(), 50)
        << segment["name"].AsString() << " is below the policy's minimum group";
  }
}

TEST(RealData, CompleteJourneyRunsFromFilesToSnapshot) {
  const auto data = testing_support::SharedPath("data/complete_journey");
  if (!data) GTEST_SKIP() << "no ../shared/data/complete_journey";
  const Workplace place;
  const Json report = RunShipped(place, "complete_journey.yaml", *data);
  ExpectWholeRun(report);
}

TEST(RealData, CafeRewardsRunsFromFilesToSnapshot) {
  const auto data = testing_support::SharedPath("data/starbucks_rewards");
  if (!data) GTEST_SKIP() << "no ../shared/data/starbucks_rewards";
  const Workplace place;
  const Json report = RunShipped(place, "cafe_rewards.yaml", *data);
  ExpectWholeRun(report);
}

}  // namespace
}  // namespace signet::e2e
