// deploy/tidy as CI calls it, on a repository of one file: what it says of clean code, of a
// finding, and of a judge that cannot start.
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/json.h"
#include "tests/support/environment.h"
#include "tests/support/process.h"

namespace signet::tidy {
namespace {

namespace fs = std::filesystem;
using testing_support::ProcessResult;

constexpr testing_support::Process::Seconds kPatience{120};
constexpr const char* kClean = "int Twice(int number) {\n  return 2 * number;\n}\n";
constexpr const char* kFinding =
    "int Twice(int number) {\n  int unset;\n  return number + unset;\n}\n";

class TidyScript : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* tool : {"/usr/bin/clang-tidy-14", "/usr/bin/clang-format-14"}) {
      if (!fs::exists(tool)) GTEST_SKIP() << tool << " is missing: deploy/install --dev brings it";
    }
    for (const char* file : {"deploy/tidy",
                             "deploy/steps.sh",
                             "deploy/ci/clang_tidy",
                             "deploy/cmake/unity.py",
                             ".clang-tidy",
                             ".clang-format"}) {
      fs::create_directories((root() / file).parent_path());
      fs::copy_file(file, root() / file);
    }
    Write("build/release/.ninja_log", "");
    Json command = Json::Of({{"directory", root().string()},
                             {"command", "c++ -std=c++20 -c " + Path("crypto/base/twice.cc")},
                             {"file", Path("crypto/base/twice.cc")}});
    Json commands{Json::Array()};
    commands.Push(std::move(command));
    Write("build/release/compile_commands.json", commands.Dump());
    Write("deploy/ci/tidy-since", "the first commit\n");
    Git({"init", "-q"});
    Commit();
  }

  [[nodiscard]] const fs::path& root() const { return scratch_.path(); }
  [[nodiscard]] std::string Path(const std::string& file) const { return (root() / file).string(); }

  void Write(const std::string& file, const std::string& text) {
    fs::create_directories((root() / file).parent_path());
    std::ofstream(root() / file) << text;
  }

  [[nodiscard]] ProcessResult Run(const fs::path& program,
                                  std::vector<std::string> arguments) const {
    testing_support::ProcessOptions options;
    options.arguments = std::move(arguments);
    options.folder = root();
    return testing_support::RunProcess(program, options, kPatience);
  }

  void Git(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"-c", "user.name=a", "-c", "user.email=a@example.org"});
    const ProcessResult done = Run("/usr/bin/git", std::move(arguments));
    ASSERT_EQ(done.exit_code, 0) << done.err;
  }

  void Commit() const {
    Git({"add", "-A", "."});
    Git({"commit", "-q", "-m", "a change"});
  }

  [[nodiscard]] ProcessResult Judge() const {
    return Run(root() / "deploy/tidy", {"--budget", "60"});
  }

 private:
  testing_support::ScratchFolder scratch_;
};

TEST_F(TidyScript, PassesCleanCode) {
  Write("crypto/base/twice.cc", kClean);
  Commit();
  const ProcessResult judged = Judge();
  EXPECT_EQ(judged.exit_code, 0) << judged.out << judged.err;
  EXPECT_NE(judged.err.find("clang-tidy: 1 files, 0 findings"), std::string::npos) << judged.err;
}

TEST_F(TidyScript, ShowsAFindingAndFails) {
  Write("crypto/base/twice.cc", kFinding);
  Commit();
  const ProcessResult judged = Judge();
  EXPECT_EQ(judged.exit_code, 1);
  EXPECT_NE(judged.out.find("crypto/base/twice.cc:2:"), std::string::npos) << judged.out;
  EXPECT_NE(judged.err.find("clang-tidy found the above"), std::string::npos) << judged.err;
}

TEST_F(TidyScript, FindsTheFlagsOfAFileThatIsCompiledInABatch) {
  Write("crypto/base/twice.cc", kFinding);
  Write("build/release/unity/base_0.cc", "#include \"crypto/base/twice.cc\"\n");
  Json command =
      Json::Of({{"directory", root().string()},
                {"command", "c++ -std=c++20 -c " + Path("build/release/unity/base_0.cc")},
                {"file", Path("build/release/unity/base_0.cc")}});
  Json commands{Json::Array()};
  commands.Push(std::move(command));
  Write("build/release/compile_commands.json", commands.Dump());
  Commit();
  const ProcessResult judged = Judge();
  EXPECT_EQ(judged.exit_code, 1);
  EXPECT_NE(judged.out.find("crypto/base/twice.cc:2:"), std::string::npos) << judged.out;
}

TEST_F(TidyScript, AJudgeThatCannotStartIsNoFinding) {
  Write("crypto/base/twice.cc", kClean);
  Write("build/release/compile_commands.json", "no JSON");
  Commit();
  const ProcessResult judged = Judge();
  EXPECT_EQ(judged.exit_code, 1);
  EXPECT_EQ(judged.err.find("found the above"), std::string::npos) << judged.err;
  EXPECT_NE(judged.err.find("clang-tidy could not judge"), std::string::npos) << judged.err;
}

}  // namespace
}  // namespace signet::tidy
