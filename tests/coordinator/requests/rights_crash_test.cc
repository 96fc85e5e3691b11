// A process that dies at any moment of a request: another one goes on, and there is exactly one
// receipt for each stage, with one entry of the log that names it.
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "policies/rights/right.h"
#include "tests/coordinator/requests/dying_desk.h"
#include "tests/support/environment.h"
#include "tests/support/process.h"

namespace signet::coordinator {
namespace {

namespace fs = std::filesystem;
using policies::Right;

class RightsCrash : public ::testing::TestWithParam<Right> {
 protected:
  void SetUp() override {
    DyingDesk opened(state());
    ASSERT_TRUE(opened.state->FixPartitions(2).ok());
  }
  [[nodiscard]] fs::path state() const { return scratch_.path() / "state"; }

  /// Asks in a process of its own, which dies at the `calls`-th look at the clock. Whether it
  /// lived.
  [[nodiscard]] bool AskAndDie(int calls) const {
    testing_support::ProcessOptions asks;
    asks.arguments = {
        state().string(), std::string(policies::RightName(GetParam())), std::to_string(calls)};
    const testing_support::ProcessResult ended =
        testing_support::RunProcess(testing_support::ProgramFolder() / "signet-test-desk",
                                    asks,
                                    testing_support::Process::Seconds(60));
    EXPECT_TRUE(ended.exit_code == 0 || ended.exit_code == FatalClock::kDied)
        << "exit " << ended.exit_code << ", signal " << ended.signal << ": " << ended.err;
    return ended.exit_code == 0;
  }
  [[nodiscard]] size_t Receipts(const std::string& stage) const {
    std::error_code error;
    size_t count = 0;
    for (fs::directory_iterator at(state() / "receipts", error), end; !error && at != end;
         at.increment(error)) {
      count += at->path().string().ends_with("-" + stage + ".json") ? 1U : 0U;
    }
    return count;
  }
  static size_t Entries(DyingDesk& opened, const std::string& type) {
    size_t count = 0;
    const Status scanned =
        opened.state->audit().reader().Scan(0, [&](uint64_t, ByteView entry) -> Status {
          count += AsText(entry).find("\"" + type + "\"") != std::string_view::npos ? 1U : 0U;
          return OkStatus();
        });
    EXPECT_TRUE(scanned.ok());
    return count;
  }

  testing_support::ScratchFolder scratch_;
};

TEST_P(RightsCrash, AtAnyMomentLeavesARequestThatEndsWithOneReceiptPerStage) {
  const bool erasure = GetParam() == Right::kErasure;
  constexpr int kCallsMax = 200;
  size_t requests = 0;
  for (int calls = 0; calls < kCallsMax; ++calls) {
    SCOPED_TRACE("dies at look " + std::to_string(calls));
    const bool lived = AskAndDie(calls);
    DyingDesk opened(state());
    ASSERT_TRUE(opened.ledger.LoadVersion().ok());
    const Status resumed = opened.desk.Resume();
    ASSERT_TRUE(resumed.ok()) << resumed.ToString();
    if (erasure) {
      const Result<Json> swept = opened.desk.SweepErasures();
      ASSERT_TRUE(swept.ok()) << swept.status().ToString();
    }
    EXPECT_TRUE(opened.desk.book().Open()->empty()) << "nobody waits";
    // One more, or none where the process died before the request was durable.
    requests = Entries(opened, "right.requested");
    const size_t stages = erasure ? 2 : 1;
    EXPECT_EQ(Entries(opened, "right.answered"), requests * stages);
    EXPECT_EQ(Receipts(erasure ? "destroyed" : "done"), requests);
    if (erasure) {
      EXPECT_EQ(Receipts("withdrawn"), requests);
    }
    EXPECT_TRUE(opened.state->audit().VerifyAll().ok());
    if (lived) break;
    ASSERT_LT(calls + 1, kCallsMax) << "the request never ends";
  }
  EXPECT_GT(requests, 3U) << "it died before anything was durable only";
}

std::string NameOf(const ::testing::TestParamInfo<Right>& info) {
  return std::string(policies::RightName(info.param)) == "opt_out"
             ? "OptOut"
             : (info.param == Right::kErasure ? "Erasure" : "Objection");
}

INSTANTIATE_TEST_SUITE_P(Each,
                         RightsCrash,
                         ::testing::Values(Right::kOptOut, Right::kErasure),
                         NameOf);

}  // namespace
}  // namespace signet::coordinator
