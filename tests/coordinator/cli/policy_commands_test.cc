// `signet policy check|explain|diff` in this process; on real runs see tests/e2e/governance.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/cli/commands.h"
#include "crypto/base/file.h"
#include "crypto/base/json.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

class PolicyCommands : public testing::Test {
 protected:
  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"signet", "policy"});
    std::vector<char*> argv;
    argv.reserve(arguments.size());
    for (std::string& argument : arguments) argv.push_back(argument.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = RunCli(static_cast<int>(argv.size()), argv.data());
    out_ = testing::internal::GetCapturedStdout();
    error_ = testing::internal::GetCapturedStderr();
    return code;
  }
  testing_support::ScratchFolder scratch_;
  std::string out_;
  std::string error_;
};

TEST_F(PolicyCommands, CheckCompilesBundles) {
  EXPECT_EQ(Run({"check", "gdpr", "ccpa"}), 0) << error_;
  EXPECT_NE(out_.find("digest"), std::string::npos);
  EXPECT_EQ(Run({"check", "gpdr"}), 1);
  EXPECT_NE(error_.find("gdpr"), std::string::npos);
}

TEST_F(PolicyCommands, DiffOfTheSamePoliciesSaysSo) {
  EXPECT_EQ(Run({"diff", "gdpr,ccpa", "ccpa,gdpr"}), 0) << error_;
  EXPECT_EQ(out_, "the policies are the same\n");
  EXPECT_EQ(Run({"diff", "gdpr", "gdpr,ccpa", "--format", "json"}), 0) << error_;
  const Result<Json> json = Json::Parse(out_);
  ASSERT_TRUE(json.ok());
  EXPECT_FALSE((*json)["same"].AsBool());
}

TEST_F(PolicyCommands, ExplainNeedsAPipelineThatExists) {
  EXPECT_EQ(Run({"explain", "crm.email"}), 2);
  EXPECT_NE(Run({"explain", "crm.email", "--pipeline", (scratch_.path() / "none.yaml").string()}),
            0);
  EXPECT_FALSE(error_.empty());
}

}  // namespace
}  // namespace signet::coordinator
