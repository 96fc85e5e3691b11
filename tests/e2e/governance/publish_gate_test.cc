// Consent is asked again at the publish gate: who opts out after the plan, while the run is under
// way, is not published. Real processes: the list waits for a worker that may release it, and the
// person speaks meanwhile.
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/e2e/common/shop.h"
#include "tests/e2e/common/standing.h"

namespace signet::e2e {
namespace {

using testing_support::Process;
using testing_support::ProcessResult;

constexpr int kCustomers = 60;
constexpr int kWithdraws = 7;  // three orders, consent: a member
constexpr int kErased = 11;
constexpr int kRestricts = 3;
static_assert(kWithdraws % 5 != 0 && kWithdraws % 4 != 0);

class PublishGate : public StandingShop {
 protected:
  PublishGate() : StandingShop(kCustomers) {}
  void SetUp() override {
    StandingShop::SetUp();
    WriteText(place_.pipeline(),
              Replaced(ShopPipeline(),
                       "    snapshot: shop\n",
                       "    snapshot: shop\n    needs: {labels: [release]}\n"));
    Enrol("computes");
    Enrol("releases");
  }
  [[nodiscard]] ProcessResult Says(std::vector<std::string> arguments, int customer) const {
    return Signet(std::move(arguments), "email " + ShopEmail(customer) + "\n");
  }
  /// The members as the segment's step counted them, and as they were published.
  [[nodiscard]] static int64_t Counted(const Json& report) {
    return SumOfFigure(report, "buyers", "members");
  }
};

TEST_F(PublishGate, WhoOptsOutBetweenPlanAndPublishIsNotPublished) {
  if (HasFatalFailure()) return;
  const std::unique_ptr<Process> worker = StartWorker("computes", "computes");
  ASSERT_NE(worker, nullptr);
  const ProcessResult asked = Submit({"--format", "json"});
  ASSERT_EQ(asked.exit_code, 0) << asked.err;
  const std::string run = ReportOf(asked)["run"].AsString();
  // Everything but the list is made; nobody here may release it.
  WaitForAnswer({"why", run + "/publish/0"}, "label 'release'");
  const ProcessResult withdrawn = Says(
      {"consent", "set", "--purpose", "marketing.segmentation", "--to", "withdrawn"}, kWithdraws);
  ASSERT_EQ(withdrawn.exit_code, 0) << withdrawn.err;
  ASSERT_EQ(Says({"subject", "restrict"}, kRestricts).exit_code, 0);
  ASSERT_EQ(Says({"subject", "erase", "--withdraw-only"}, kErased).exit_code, 0);
  const std::unique_ptr<Process> releasing = StartWorker("releases", "releases", "release");
  ASSERT_NE(releasing, nullptr);
  const ProcessResult ended = Signet({"get", run, "-w", "--format", "json"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  const Json report = ReportOf(ended);
  EXPECT_EQ(report["status"].AsString(), "succeeded");
  EXPECT_EQ(Counted(report), ShopMembers(kCustomers)) << "they were in the segment\n"
                                                      << report.Pretty();
  EXPECT_EQ(MembersOf(report), ShopMembers(kCustomers) - 3) << report["snapshots"].Pretty();
  Stop();
}

}  // namespace
}  // namespace signet::e2e
