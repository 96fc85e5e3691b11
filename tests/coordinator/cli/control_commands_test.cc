// `signet get`, `top`, `submit`, `why`, `cancel` through the door of a coordinator in this process.
#include <string>
#include <vector>

#include "tests/coordinator/cli/control_door.h"

namespace signet::coordinator {
namespace {

using ControlCommands = ControlDoor;

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
