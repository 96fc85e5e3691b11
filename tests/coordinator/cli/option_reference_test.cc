#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include "coordinator/cli/commands.h"

namespace signet::coordinator {
namespace {

TEST(OptionReference, NamesEveryCommandWithItsOptionsAndDefaults) {
  CommandOutcome outcome;
  CLI::App app("Signet", "signet");
  AddDevCommands(app, outcome);
  AddScheduleCommands(app, outcome);
  AddOptionReference(app);
  testing::internal::CaptureStdout();
  app.parse("options");
  const std::string out = testing::internal::GetCapturedStdout();
  for (const char* wanted : {"## signet coordinator\n",
                             "## signet schedule add\n",
                             "`--listen`",
                             "`--workers`",
                             "| option | default | required | meaning |"}) {
    EXPECT_NE(out.find(wanted), std::string::npos) << wanted << "\n" << out;
  }
}

}  // namespace
}  // namespace signet::coordinator
