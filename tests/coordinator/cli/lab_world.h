/// Runs one `signet lab` command in this process and takes what it prints.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include "coordinator/cli/lab_commands.h"
#include "crypto/base/json.h"
#include "tests/support/environment.h"

namespace signet::coordinator {

class LabWorld : public testing::Test {
 protected:
  using AddCommand = void (*)(CLI::App&, CommandOutcome&);

  /// Standard output; the exit code is in exit_code_, standard error in errors_.
  std::string Run(AddCommand add, std::vector<std::string> arguments) {
    CLI::App app;
    CommandOutcome outcome;
    add(app, outcome);
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    try {
      app.parse(reversed);
    } catch (const CLI::ParseError& error) {
      outcome.exit_code = 2;
    }
    errors_ = testing::internal::GetCapturedStderr();
    exit_code_ = outcome.exit_code;
    return testing::internal::GetCapturedStdout();
  }
  std::string File(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    std::ofstream(path) << text;
    return path.string();
  }
  /// Purchases of 60 customers on 2026 days, "who,day,what,paid".
  std::string Purchases() {
    std::string csv = "who,day,what,paid\n";
    for (int c = 0; c < 60; ++c) {
      for (int j = 0; j <= c * c % 7; ++j) {
        const int day = 1 + c % 9 + j * (3 + c % 5);
        csv += "c" + std::to_string(c) + ",2026-01-" + (day < 10 ? "0" : "") + std::to_string(day) +
               ",i" + std::to_string((c % 2) * 5 + (c + j) % 5) + "," +
               std::to_string(5 + (c * 13 + j) % 40) + "\n";
        if (day + 3 + c % 5 > 31) break;
      }
    }
    return File("p.csv", csv);
  }

  testing_support::ScratchFolder folder_;
  int exit_code_ = 0;
  std::string errors_;
};

}  // namespace signet::coordinator
