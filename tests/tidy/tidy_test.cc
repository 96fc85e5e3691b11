// Judges the tracked files. What was already broken when a rule came stands in ratchet.txt, which
// may only shrink: a finding that is not listed fails, and so does a line that no longer applies.
// SIGNET_UPDATE_RATCHET=1 rewrites the list; its diff is reviewed.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/base/text.h"
#include "tests/tidy/rules.h"

namespace signet::tidy {
namespace {

constexpr const char* kRatchet = "tests/tidy/ratchet.txt";

struct Rule {
  const char* name;
  Findings (*judge)(const SourceTree&);
};

constexpr Rule kRules[] = {
    {"folder-order", FolderOrder},
    {"room-order", RoomOrder},
    {"dependencies", IncludesWithinDependencies},
    {"sole-includer", SoleIncluders},
    {"place", EveryFileHasItsPlace},
    {"columns", LongLines},
    {"function-lines", LongFunctions},
    {"file-lines", LongFiles},
    {"banned-words", BannedWords},
    {"machine-paths", MachinePaths},
    {"headers", Headers},
    {"twin-tests", TwinTests},
};

/// "rule key" → allowed size (0 = nothing to count).
std::map<std::string, size_t> ReadRatchet() {
  std::map<std::string, size_t> allowed;
  const auto bytes = ReadFile(kRatchet);
  if (!bytes.ok()) return allowed;
  for (const std::string& line : Split(AsText(*bytes), '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    const size_t bar = line.find(" | ");
    if (bar == std::string::npos) {
      allowed[line] = 0;
    } else {
      allowed[line.substr(0, bar)] = static_cast<size_t>(*IntegerFromText(line.substr(bar + 3)));
    }
  }
  return allowed;
}

/// The same key twice (two long lambdas in one function) counts with the larger size.
std::map<std::string, Finding> Judge(const SourceTree& tree) {
  std::map<std::string, Finding> found;
  for (const Rule& rule : kRules) {
    for (Finding& finding : rule.judge(tree)) {
      Finding& kept = found[std::string(rule.name) + " " + finding.key];
      if (kept.key.empty() || kept.size < finding.size) kept = std::move(finding);
    }
  }
  return found;
}

void WriteRatchet(const std::map<std::string, Finding>& found) {
  std::ofstream file(kRatchet);
  file << "# What tests/tidy allows for now: one breach a line, `| lines` where there is a size.\n"
          "# This list may only shrink. SIGNET_UPDATE_RATCHET=1 rewrites it.\n";
  for (const auto& [key, finding] : found) {
    file << key;
    if (finding.size > 0) file << " | " << finding.size;
    file << "\n";
  }
}

TEST(Tidy, TheTreeKeepsTheRulesOfStyle) {
  const SourceTree tree = ReadTree(std::filesystem::current_path());
  ASSERT_TRUE(tree.Has("CMakeLists.txt")) << "run this test from the repository's root";
  ASSERT_GT(tree.files.size(), 50U);
  ASSERT_EQ(tree.order.size(), 5U) << "each folder lists its rooms with signet_rooms";
  const std::map<std::string, Finding> found = Judge(tree);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  if (std::getenv("SIGNET_UPDATE_RATCHET") != nullptr) WriteRatchet(found);
  std::map<std::string, size_t> allowed = ReadRatchet();
  for (const auto& [key, finding] : found) {
    const auto listed = allowed.find(key);
    if (listed == allowed.end()) {
      ADD_FAILURE() << key << ": " << finding.why;
      continue;
    }
    EXPECT_LE(finding.size, listed->second) << key << " grew";
    EXPECT_GE(finding.size, listed->second)
        << key << " shrank: well done; lower its number in " << kRatchet;
    allowed.erase(listed);
  }
  for (const auto& [key, size] : allowed) {
    ADD_FAILURE() << "mended: take this line out of " << kRatchet << ": " << key;
  }
}

}  // namespace
}  // namespace signet::tidy
