// P10 of DESIGN.md: in one state, the snapshot's content does not depend on the number of workers,
// nor on a worker that dies half-way.
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

using testing_support::ChildrenOf;
using testing_support::Process;
using testing_support::ProcessResult;

constexpr Process::Seconds kPatience{120};

/// Attempts beyond one per task, over all steps.
int64_t Retries(const Json& report) {
  int64_t retries = 0;
  for (const Json& step : report["steps"].items()) {
    retries += step["attempts"].AsInt() - step["tasks"].AsInt();
  }
  return retries;
}

/// Runs with one worker and kills it with SIGKILL once the first gate step is through, so that the
/// other steps' tasks are under way. Null when the program never came so far.
Json RunWithKilledWorker(const Workplace& place) {
  const std::unique_ptr<Process> run = place.Start(place.RunArguments({"--workers", "1"}));
  if (run == nullptr) return {};
  const bool gated =
      run->WaitUntil([&] { return run->err().find("gate.") != std::string::npos; }, kPatience);
  EXPECT_TRUE(gated) << run->err();
  const auto workers = ChildrenOf(run->pid(), "signet-worker");
  EXPECT_EQ(workers.size(), 1U);
  for (const pid_t worker : workers) EXPECT_EQ(::kill(worker, SIGKILL), 0);
  const ProcessResult result = run->Wait(kPatience);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.err.find("worker ended"), std::string::npos)
      << "nobody is told that a worker died:\n"
      << result.err;
  return result.exit_code == 0 ? ReportOf(result) : Json();
}

TEST(SameResult, ContentDependsNeitherOnWorkersNorOnAKilledOneNorOnTheDisk) {
  Workplace place;
  place.SetUp(/*customers=*/600, /*partitions=*/4);
  if (HasFatalFailure()) return;
  const Json first = place.Run({"--workers", "1"});
  const std::string digest = ContentDigest(first);
  ASSERT_FALSE(digest.empty());
  ASSERT_GT(first["snapshots"].items().front()["members"].AsInt(), 0);
  EXPECT_EQ(Retries(first), 0);

  for (const std::string workers : {"2", "4"}) {
    SCOPED_TRACE(workers + " workers");
    EXPECT_EQ(ContentDigest(place.Run({"--workers", workers})), digest);
  }

  // Nor on where the cells rest that models are learnt from.
  const std::string text = ReadText(place.pipeline());
  const std::string on_disk =
      Replaced(text, "    uses: train\n", "    uses: train\n    external_memory: true\n");
  ASSERT_NE(on_disk, text);
  WriteText(place.pipeline(), on_disk);
  EXPECT_EQ(ContentDigest(place.Run({"--workers", "2"})), digest);
  WriteText(place.pipeline(), text);

  const Json killed = RunWithKilledWorker(place);
  EXPECT_EQ(ContentDigest(killed), digest);
  EXPECT_GE(Retries(killed), 1) << "the killed worker's task was not tried again";
}

TEST(SameResult, OtherDataGivesAnotherDigest) {
  // The digest above would be worthless if it were blind: one person less must change it.
  Workplace place;
  SetUpShop(place, 100);
  const std::string whole = ContentDigest(place.Run());
  const std::filesystem::path orders = place.data() / "orders.csv";
  WriteText(orders, Replaced(ReadText(orders), ",C1,", ",C999,"));
  const std::string less = ContentDigest(place.Run());
  ASSERT_FALSE(whole.empty());
  ASSERT_FALSE(less.empty());
  EXPECT_NE(whole, less);
}

}  // namespace
}  // namespace signet::e2e
