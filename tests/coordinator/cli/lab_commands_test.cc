#include "coordinator/cli/lab_commands.h"

#include <string>
#include <vector>

#include "tests/coordinator/cli/lab_study_world.h"

namespace signet::coordinator {
namespace {

class LabCommands : public LabStudyWorld {};

TEST_F(LabCommands, EveryMethodOfTheDesignIsThereAndExplainsItself) {
  for (const char* method : {"fit",
                             "train",
                             "cluster",
                             "project",
                             "uplift",
                             "recommend",
                             "ope",
                             "experiment",
                             "drift",
                             "features"}) {
    EXPECT_EQ(Run({method, "--help"}), 0) << method;
    EXPECT_NE(out_.find("Usage"), std::string::npos) << method;
  }
}

TEST_F(LabCommands, AnUnknownMethodIsWrongUse) {
  EXPECT_EQ(Run({"guess"}), 2);
}

}  // namespace
}  // namespace signet::coordinator
