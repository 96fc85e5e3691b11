// Reports of a state that never ran; real ones are made in tests/e2e/rights/reports_test.cc.
#include <string>

#include <gtest/gtest.h>

#include "coordinator/binding/state_folder.h"
#include "crypto/base/file.h"
#include "tests/coordinator/cli/run_governance.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

int Report(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "report");
  return command_testing::RunCommand(AddGovernanceReportCommands, std::move(arguments));
}

TEST(GovernanceReports, AreMadeOfAnEmptyStateOrSayWhatIsMissing) {
  const testing_support::ScratchFolder scratch;
  const std::string state = (scratch.path() / "state").string();
  SystemClock clock;
  SystemEntropy entropy;
  ASSERT_TRUE(StateFolder::Open(state, clock, entropy).ok());
  const std::string out = (scratch.path() / "ropa.html").string();
  EXPECT_EQ(Report({"ropa", "--format", "html", "--out", out, "--state", state}), 0);
  const Bytes page = *ReadFile(out);
  EXPECT_NE(AsText(page).find("GDPR Art. 30(1)(a)"), std::string_view::npos);
  EXPECT_EQ(Report({"requests", "--format", "csv", "--out", out, "--state", state}), 0);
  EXPECT_EQ(Report({"lineage", "--state", state}), 1) << "nothing ran";
  EXPECT_EQ(Report({"dpia", "--state", state}), 1) << "nothing ran";
  EXPECT_EQ(Report({"breach", "--state", state}), 1) << "nothing asked";
  EXPECT_EQ(Report({"ropa", "--since", "soon", "--state", state}), 1);
  EXPECT_EQ(Report({"ropa", "--format", "pdf", "--state", state}), 2);
  const std::string declared = (scratch.path() / "declared.json").string();
  ASSERT_TRUE(WriteFileAtomically(declared, AsBytes("{}")).ok());
  EXPECT_EQ(Report({"ropa", "--declared", declared, "--out", out, "--state", state}), 1);
}

}  // namespace
}  // namespace signet::coordinator
