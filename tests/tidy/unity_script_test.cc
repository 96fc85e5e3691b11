// deploy/cmake/unity.py on files of its own: which may be one unit, and that none is lost.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/environment.h"
#include "tests/support/process.h"

namespace signet::tidy {
namespace {

namespace fs = std::filesystem;

constexpr testing_support::Process::Seconds kPatience{120};
constexpr const char* kHelper =
    "namespace signet {\nnamespace {\n\nint Twice(int number) {\n  return 2 * number;\n}\n\n"
    "}  // namespace\n}  // namespace signet\n";

class UnityScript : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(root() / "deploy/cmake");
    fs::copy_file("deploy/cmake/unity.py", root() / "deploy/cmake/unity.py");
  }

  [[nodiscard]] const fs::path& root() const { return scratch_.path(); }

  void Write(const std::string& file, const std::string& text) const {
    fs::create_directories((root() / file).parent_path());
    std::ofstream(root() / file) << text;
  }

  /// What is to be compiled in place of the files.
  [[nodiscard]] std::vector<std::string> Units(const std::vector<std::string>& files) const {
    testing_support::ProcessOptions options;
    options.arguments = {
        (root() / "deploy/cmake/unity.py").string(), (root() / "unity").string(), "room"};
    for (const std::string& file : files) options.arguments.push_back((root() / file).string());
    const auto done = testing_support::RunProcess("/usr/bin/python3", options, kPatience);
    EXPECT_EQ(done.exit_code, 0) << done.err;
    std::vector<std::string> units;
    std::istringstream lines(done.out);
    for (std::string line; std::getline(lines, line);) units.push_back(line);
    return units;
  }

  /// The files that are compiled with the first one.
  [[nodiscard]] std::multiset<std::string> First(const std::vector<std::string>& files) const {
    const std::vector<std::string> units = Units(files);
    EXPECT_EQ(units.size(), 2U);
    return units.empty() ? std::multiset<std::string>() : Compiled({units[0]});
  }

  /// The files that come to the compiler, however they are packed.
  [[nodiscard]] std::multiset<std::string> Compiled(const std::vector<std::string>& units) const {
    std::multiset<std::string> files;
    for (const std::string& unit : units) {
      if (fs::path(unit).parent_path() != root() / "unity") {
        files.insert(fs::relative(unit, root()).string());
        continue;
      }
      std::ifstream lines(unit);
      for (std::string line; std::getline(lines, line);) {
        files.insert(line.substr(10, line.size() - 11));  // #include "..."
      }
    }
    return files;
  }

 private:
  testing_support::ScratchFolder scratch_;
};

TEST_F(UnityScript, EveryFileIsCompiledOnceAndAtMostEightTogether) {
  std::vector<std::string> files;
  for (int n = 0; n < 21; ++n) {
    files.push_back("crypto/base/file_" + std::to_string(n) + ".cc");
    Write(files.back(), "int Number" + std::to_string(n) + "() {\n  return 1;\n}\n");
  }
  files.emplace_back("crypto/base/file.h");
  Write(files.back(), "#pragma once\n");
  const std::vector<std::string> units = Units(files);
  EXPECT_EQ(units.size(), 4U);  // 8, 8, 5 and the header
  EXPECT_EQ(Compiled(units), std::multiset<std::string>(files.begin(), files.end()));
}

TEST_F(UnityScript, FilesWithAHelperOfTheSameNameStayApart) {
  Write("crypto/base/a.cc", kHelper);
  Write("crypto/base/b.cc", kHelper);
  Write("crypto/base/c.cc", "int Once() {\n  return 1;\n}\n");
  EXPECT_EQ(First({"crypto/base/a.cc", "crypto/base/b.cc", "crypto/base/c.cc"}),
            (std::multiset<std::string>{"crypto/base/a.cc", "crypto/base/c.cc"}));
}

TEST_F(UnityScript, AHelperStaysAwayFromAHeaderThatNamesTheSame) {
  Write("crypto/base/twice.h", "#pragma once\nnamespace signet {\n\nint Twice(int number);\n\n}\n");
  Write("crypto/base/user.h", "#pragma once\n#include \"crypto/base/twice.h\"\n");
  Write("crypto/base/a.cc", kHelper);
  Write("crypto/base/b.cc", "#include \"crypto/base/user.h\"\n");
  EXPECT_EQ(Units({"crypto/base/a.cc", "crypto/base/b.cc"}).size(), 2U);
}

TEST_F(UnityScript, WhatOfTwoPlacesIsBorrowedUnderOneNameStaysApart) {
  Write("crypto/base/a.cc", "using x::Vector;\n");
  Write("crypto/base/b.cc", "using x::Vector;\n");
  Write("crypto/base/c.cc", "using y::Vector;\n");
  EXPECT_EQ(First({"crypto/base/a.cc", "crypto/base/c.cc", "crypto/base/b.cc"}),
            (std::multiset<std::string>{"crypto/base/a.cc", "crypto/base/b.cc"}));
}

}  // namespace
}  // namespace signet::tidy
