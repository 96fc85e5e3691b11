// `signet get`, `top`, `submit`, `why`, `cancel` through the door of a coordinator in this process.
#include <string>
#include <vector>

#include "coordinator/cli/commands.h"
#include "tests/coordinator/api/control_world.h"

namespace signet::coordinator {
namespace {

class ControlCommands : public ControlWorld {
 protected:
  /// Runs `signet ARGUMENTS --state S`, where S holds the coordinator's socket: the exit code.
  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "signet");
    arguments.insert(arguments.end(), {"--state", scratch_.path().string()});
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
  std::string out_;
  std::string error_;
};

TEST_F(ControlCommands, GetAndTopAnswerAsJson) {
  for (const char* command : {"get", "top"}) {
    ASSERT_EQ(Run({command, "--format", "json"}), 0) << error_;
    EXPECT_TRUE(Json::Parse(out_).ok()) << out_;
  }
}

TEST_F(ControlCommands, AnUnknownRunIsNamed) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"get", "r-nobody"},
                                                    {"cancel", "r-nobody"},
                                                    {"logs", "r-nobody"}}) {
    EXPECT_EQ(Run(arguments), 1) << arguments[0];
    EXPECT_NE(error_.find("r-nobody"), std::string::npos) << error_;
  }
}

TEST_F(ControlCommands, AMissingPipelineIsTheCallersMistake) {
  EXPECT_EQ(Run({"submit", (scratch_.path() / "none.yaml").string()}), 1);
  EXPECT_NE(error_.find("none.yaml"), std::string::npos) << error_;
}

}  // namespace
}  // namespace signet::coordinator
