// Usage and refusals; what they do to a state is tested in tests/e2e/rights.
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/coordinator/cli/run_governance.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

int Consent(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "consent");
  return command_testing::RunCommand(AddConsentCommands, std::move(arguments));
}

TEST(ConsentCommands, WantWhatTheyNeed) {
  EXPECT_EQ(Consent({}), 2);
  EXPECT_EQ(Consent({"set", "--purpose", "marketing.email"}), 2);
  EXPECT_EQ(Consent({"set", "--purpose", "marketing.email", "--to", "perhaps"}), 2);
  EXPECT_EQ(Consent({"import", "file.csv"}), 2) << "an import names its source";
}

TEST(ConsentCommands, ABadExportIsRefusedBeforeTheStateIsOpened) {
  const testing_support::ScratchFolder scratch;
  const std::string file = (scratch.path() / "x.csv").string();
  const std::string state = (scratch.path() / "none").string();
  EXPECT_EQ(Consent({"import", file, "--source", "x", "--state", state}), 1) << "no such file";
  ASSERT_TRUE(WriteFileAtomically(file, AsBytes("purpose,state\nmarketing,given\n")).ok());
  EXPECT_EQ(Consent({"import", file, "--source", "x", "--state", state}), 1) << "names nobody";
  EXPECT_EQ(Consent({"import", file, "--source", "x", "--tcf", "nonsense", "--state", state}), 1);
  EXPECT_FALSE(std::filesystem::exists(state));
}

}  // namespace
}  // namespace signet::coordinator
