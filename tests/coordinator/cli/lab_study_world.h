/// A file of customers, and `signet lab train|drift` run on it in this process.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "coordinator/cli/commands.h"
#include "crypto/base/entropy.h"
#include "crypto/base/json.h"
#include "tests/support/environment.h"

namespace signet::coordinator {

class LabStudyWorld : public testing::Test {
 protected:
  /// `shift` moves the column `days`.
  std::string Customers(const std::string& name, int rows, uint64_t seed, int shift) {
    SeededEntropy entropy(seed);
    std::string path = (folder_.path() / name).string();
    std::ofstream file(path);
    file << "who,days,plan,town,score,left\n";
    for (int i = 0; i < rows; ++i) {
      const auto days = static_cast<int>(entropy.Next() % 100);
      const bool gone = static_cast<int>(entropy.Next() % 100) < days;
      file << "c" << i << "," << days + shift << "," << (entropy.Next() % 2 == 0 ? "a" : "b")
           << ",t" << entropy.Next() % 20 << "," << days / 100.0 << "," << (gone ? "yes" : "no")
           << "\n";
    }
    return path;
  }
  /// Runs `signet lab ...`: the exit code. What it prints is in out_ and error_.
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

  testing_support::ScratchFolder folder_;
  std::string out_, error_;
};

}  // namespace signet::coordinator
