// Every promise of the threat model names tests, and every test that it names exists.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace signet {
namespace {

constexpr const char* kPage = "deploy/docs/threat-model.md";

std::string ReadText(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

/// "Suite.Name" of each TEST in the tree, and the fuzz targets as "fuzz/name".
std::set<std::string> AllTests() {
  static const std::regex kTest(R"(\bTEST(_F|_P)?\(\s*(\w+),\s*(\w+)\s*\))");
  std::set<std::string> tests;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests")) {
    if (entry.path().extension() != ".cc") continue;
    const std::string stem = entry.path().stem().string();
    if (stem.ends_with("_fuzz")) tests.insert("fuzz/" + stem.substr(0, stem.size() - 5));
    const std::string text = ReadText(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), kTest), end; at != end; ++at) {
      tests.insert((*at)[2].str() + "." + (*at)[3].str());
    }
  }
  return tests;
}

/// What stands in backquotes in the last cell of a table's row and looks like a test.
std::set<std::string> TestsNamedIn(const std::string& line) {
  static const std::regex kName(R"(`(\w+\.\w+|fuzz/\w+)`)");
  const size_t last = line.rfind('|', line.rfind('|') - 1);
  const std::string cell = line.substr(last);
  std::set<std::string> names;
  for (std::sregex_iterator at(cell.begin(), cell.end(), kName), end; at != end; ++at) {
    names.insert((*at)[1].str());
  }
  return names;
}

TEST(ThreatModel, EveryPromiseNamesTestsThatExist) {
  const std::string page = ReadText(kPage);
  ASSERT_FALSE(page.empty()) << "run this test from the repository's root";
  const std::set<std::string> tests = AllTests();
  ASSERT_GT(tests.size(), 500U);
  size_t promises = 0;
  bool in_promises = false;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) in_promises = line.starts_with("## Promises");
    const bool row =
        line.starts_with("| ") && !line.starts_with("| promise") && !line.starts_with("| ---");
    if (!in_promises || !row) continue;
    ++promises;
    const std::set<std::string> named = TestsNamedIn(line);
    EXPECT_FALSE(named.empty()) << "no test backs: " << line;
    for (const std::string& name : named) {
      EXPECT_TRUE(tests.contains(name)) << name << " does not exist, named by: " << line;
    }
  }
  EXPECT_GT(promises, 25U);
}

}  // namespace
}  // namespace signet
