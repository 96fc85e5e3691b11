/// Runs `signet lab ...` in this process over a small file.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/cli/commands.h"
#include "crypto/base/file.h"
#include "crypto/base/json.h"
#include "tests/support/environment.h"

namespace signet::coordinator {

class LabClustersWorld : public testing::Test {
 protected:
  void SetUp() override {
    std::string csv = "name,orders_count,spend,constant,gaps,negative\n";
    for (int i = 0; i < 90; ++i) {
      const int heap = i % 3;
      csv += "n" + std::to_string(i) + "," + std::to_string(heap * 20 + i % 4) + "," +
             std::to_string(heap * heap * 30 + i % 5) + ",7," +
             (i == 4 ? "" : std::to_string(i % 7)) + "," + std::to_string(i % 9 - 4) + "\n";
    }
    ASSERT_TRUE(WriteFileAtomically(In(), AsBytes(csv)).ok());
  }
  [[nodiscard]] std::string In() const { return (scratch_.path() / "in.csv").string(); }
  [[nodiscard]] std::string Path(const char* name) const {
    return (scratch_.path() / name).string();
  }
  /// The exit code; what was printed is in out_ and error_.
  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"signet", "lab"});
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
  [[nodiscard]] Json Printed() const { return Json::Parse(out_).value(); }

  testing_support::ScratchFolder scratch_;
  std::string out_;
  std::string error_;
};

}  // namespace signet::coordinator
