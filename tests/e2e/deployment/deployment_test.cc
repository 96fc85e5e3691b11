// What deploy/Dockerfile and deploy/systemd say, against what there is: no image is built here
// (that needs a container runtime), but every name in them is looked up.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "tests/e2e/common/workplace.h"

namespace signet::e2e {
namespace {

namespace fs = std::filesystem;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;
using testing_support::ProgramFolder;
using testing_support::RunProcess;

constexpr testing_support::Process::Seconds kPatience{60};

std::string TextOf(const fs::path& path) {
  const Result<Bytes> bytes = ReadFile(path);
  EXPECT_TRUE(bytes.ok()) << path << ": tests run from the tree's root";
  return bytes.ok() ? std::string(AsText(*bytes)) : std::string();
}

std::vector<std::string> WordsOf(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (!space) word.push_back(c);
    if (space && !word.empty()) words.push_back(std::exchange(word, {}));
  }
  return words;
}

/// The Dockerfile's instructions, continued lines joined.
std::vector<std::string> Instructions() {
  std::vector<std::string> all;
  std::string pending;
  for (const std::string& line : Split(TextOf("deploy/Dockerfile"), '\n')) {
    if (line.empty() || line[0] == '#') continue;
    pending += line;
    if (pending.back() == '\\') {
      pending.back() = ' ';
      continue;
    }
    all.push_back(std::exchange(pending, {}));
  }
  return all;
}

ProcessResult Ask(const fs::path& program, const std::vector<std::string>& arguments) {
  ProcessOptions options;
  options.arguments = arguments;
  return RunProcess(program, options, kPatience);
}

/// The Debian packages that an `apt-get install` of the Dockerfile names.
std::set<std::string> ImagePackages() {
  std::set<std::string> packages;
  for (const std::string& instruction : Instructions()) {
    const size_t at = instruction.find("apt-get install");
    if (at == std::string::npos) continue;
    const std::string rest = instruction.substr(at, instruction.find("&&", at) - at);
    for (const std::string& word : WordsOf(rest)) {
      const bool option = word[0] == '-' || word == "apt-get" || word == "install";
      if (!option) packages.insert(word);
    }
  }
  return packages;
}

/// `packages` and all that they depend on, as installed here, with what every Debian has.
std::set<std::string> WithDependencies(std::set<std::string> packages) {
  packages.insert({"libc6", "libgcc-s1", "libstdc++6", "zlib1g"});
  std::vector<std::string> open(packages.begin(), packages.end());
  while (!open.empty()) {
    const std::string package = open.back();
    open.pop_back();
    const ProcessResult asked =
        Ask("/usr/bin/dpkg-query", {"-W", "-f", "${Depends}, ${Pre-Depends}", package});
    for (const std::string& clause : Split(asked.out, ',')) {
      const std::vector<std::string> words = WordsOf(clause);
      if (words.empty()) continue;
      const std::string name = words[0].substr(0, words[0].find(':'));
      if (packages.insert(name).second) open.push_back(name);
    }
  }
  return packages;
}

/// The package of a file; Debian's merged /usr hides which of two names dpkg knows.
std::string PackageOf(const std::string& file) {
  for (const std::string& name :
       {file, file.rfind("/usr", 0) == 0 ? file.substr(4) : "/usr" + file}) {
    const ProcessResult asked = Ask("/usr/bin/dpkg-query", {"-S", name});
    if (asked.exit_code == 0) return asked.out.substr(0, asked.out.find(':'));
  }
  return {};
}

/// The shared libraries of a program, by their real paths.
std::set<std::string> LibrariesOf(const fs::path& program) {
  std::set<std::string> libraries;
  for (const std::string& line : Split(Ask("/usr/bin/ldd", {program.string()}).out, '\n')) {
    const std::vector<std::string> words = WordsOf(line);
    const auto arrow = std::find(words.begin(), words.end(), "=>");
    if (arrow == words.end() || arrow + 1 == words.end() || (*(arrow + 1))[0] != '/') continue;
    std::error_code ignored;
    libraries.insert(fs::canonical(*(arrow + 1), ignored).string());
  }
  return libraries;
}

TEST(Dockerfile, CopiesOnlyWhatTheTreeAndItsBuildHave) {
  int copies = 0;
  for (const std::string& instruction : Instructions()) {
    const std::vector<std::string> words = WordsOf(instruction);
    if (words[0] != "COPY" || words.size() < 4) continue;
    const std::string& from = words[2];
    ASSERT_EQ(from.rfind("/src/", 0), 0U) << instruction;
    const std::string path = from.substr(5);
    const std::string built = "build/release/";
    const fs::path there = path.rfind(built, 0) == 0
                               ? ProgramFolder().parent_path() / path.substr(built.size())
                               : fs::path(path);
    EXPECT_TRUE(fs::exists(there)) << instruction;
    ++copies;
  }
  EXPECT_GE(copies, 4);
}

TEST(Dockerfile, BuildsTargetsThatExistAndStartsACommandThatIsKnown) {
  const std::string text = TextOf("deploy/Dockerfile");
  const std::string build = text.substr(text.find("--target") + 8);
  const std::vector<std::string> targets = WordsOf(build.substr(0, build.find('\n')));
  EXPECT_GE(targets.size(), 4U);
  for (const std::string& target : targets) {
    EXPECT_NE(TextOf("README.md").find(target), std::string::npos) << target;
  }
  const std::string command = text.substr(text.find("CMD ["));
  const ProcessResult help = Ask(ProgramFolder() / "signet", {"coordinator", "--help"});
  ASSERT_EQ(help.exit_code, 0) << help.err;
  EXPECT_NE(command.find("\"coordinator\""), std::string::npos);
  for (const char* const option : {"--state", "--listen"}) {
    EXPECT_NE(command.find(option), std::string::npos);
    EXPECT_NE(help.out.find(option), std::string::npos);
  }
  for (const char* const step : {"deploy/install", "CMakePresets.json"}) {
    EXPECT_TRUE(fs::exists(step)) << step;
  }
}

TEST(Dockerfile, InstallsEveryLibraryThatTheProgramsLoad) {
  if (!fs::exists("/usr/bin/dpkg-query")) GTEST_SKIP() << "this is no Debian";
  const std::set<std::string> installed = WithDependencies(ImagePackages());
  const std::string own = fs::canonical(ProgramFolder().parent_path() / "lib").string();
  for (const char* const name : {"signet", "signet-worker", "signet-serve", "signet-verify"}) {
    const fs::path program = ProgramFolder() / name;
    if (!fs::exists(program)) continue;
    for (const std::string& library : LibrariesOf(program)) {
      const std::string file = fs::path(library).filename().string();
      // Ours, copied beside the programs (DuckDB).
      if (library.rfind(own, 0) == 0 || fs::exists(fs::path(own) / file)) continue;
      const std::string package = PackageOf(library);
      EXPECT_EQ(installed.count(package), 1U) << name << " loads " << library << " of package '"
                                              << package << "', which the image does not install";
    }
  }
}

/// A unit of deploy/systemd with the programs of this build, as systemd would read it.
class Units : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists("/usr/bin/systemd-analyze")) GTEST_SKIP() << "systemd-analyze is not installed";
    for (const char* const name : {"signet-coordinator.service", "signet-worker@.service"}) {
      std::string text = TextOf(fs::path("deploy/systemd") / name);
      const std::string installed = "ExecStart=/usr/bin/";
      const size_t at = text.find(installed);
      ASSERT_NE(at, std::string::npos) << name;
      text.replace(at, installed.size(), "ExecStart=" + ProgramFolder().string() + "/");
      std::string instance = name;
      if (const size_t at_sign = instance.find('@'); at_sign != std::string::npos) {
        instance.insert(at_sign + 1, "1");
      }
      files_.push_back(scratch_.path() / instance);
      WriteText(files_.back(), text);
    }
  }
  testing_support::ScratchFolder scratch_;
  std::vector<fs::path> files_;
};

TEST_F(Units, AreWhatSystemdUnderstands) {
  for (const fs::path& file : files_) {
    const ProcessResult verified = Ask("/usr/bin/systemd-analyze", {"verify", file.string()});
    EXPECT_EQ(verified.exit_code, 0) << verified.err;
    // Of our unit itself; what this machine's other units lack is not ours.
    EXPECT_EQ(verified.err.find(file.filename().string()), std::string::npos) << verified.err;
  }
}

TEST_F(Units, AreHardenedAsSystemdJudgesIt) {
  for (const fs::path& file : files_) {
    // In tenths; 10 is "exposed", a plain service has 9.2.
    const ProcessResult judged =
        Ask("/usr/bin/systemd-analyze",
            {"security", "--offline=true", "--threshold=20", file.string()});
    EXPECT_EQ(judged.exit_code, 0)
        << judged.out.substr(judged.out.rfind('\n', judged.out.size() - 2));
  }
}

}  // namespace
}  // namespace signet::e2e
