// What `signet dev` refuses before it stays; that it stays and serves is in tests/e2e/resume.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/cli/commands.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

class DevCommand : public testing::Test {
 protected:
  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"signet", "dev", "--state", (scratch_.path() / "state").string()});
    std::vector<char*> argv;
    argv.reserve(arguments.size());
    for (std::string& argument : arguments) argv.push_back(argument.data());
    testing::internal::CaptureStderr();
    const int code = RunCli(static_cast<int>(argv.size()), argv.data());
    error_ = testing::internal::GetCapturedStderr();
    return code;
  }
  testing_support::ScratchFolder scratch_;
  std::string error_;
};

TEST_F(DevCommand, RefusesAnImpossibleNumberOfWorkers) {
  EXPECT_EQ(Run({"--workers", "257"}), 2);
}

TEST_F(DevCommand, RefusesAnAddressThatIsNone) {
  EXPECT_EQ(Run({"--workers", "0", "--listen", "nowhere"}), 1) << error_;
  EXPECT_NE(error_.find("nowhere"), std::string::npos) << error_;
}

TEST_F(DevCommand, RefusesATlsDoorThatNobodyMayOperate) {
  EXPECT_EQ(Run({"--workers", "0", "--control-port", "0"}), 1) << error_;
  EXPECT_NE(error_.find("--operator"), std::string::npos) << error_;
}

}  // namespace
}  // namespace signet::coordinator
