// Each rule can fail: small trees in memory that break it, and the same trees mended.
#include "tests/tidy/rules.h"

#include <gtest/gtest.h>

namespace signet::tidy {
namespace {

using Files = std::map<std::string, std::string>;

size_t Count(Findings (*rule)(const SourceTree&), const Files& files) {
  return rule(TreeOf(files)).size();
}

TEST(TidyRules, AFolderMayNotIncludeOneToItsRight) {
  EXPECT_EQ(Count(FolderOrder, {{"crypto/base/a.cc", "#include \"policies/model/b.h\"\n"}}), 1U);
  EXPECT_EQ(Count(FolderOrder, {{"policies/model/a.cc", "#include \"crypto/base/b.h\"\n"}}), 0U);
  EXPECT_EQ(Count(FolderOrder, {{"crypto/base/a.cc", "#include \"tests/support/b.h\"\n"}}), 1U);
  EXPECT_EQ(Count(FolderOrder, {{"tests/crypto/a.cc", "#include \"coordinator/cli/b.h\"\n"}}), 0U);
}

TEST(TidyRules, ARoomMayNotIncludeOneToItsRight) {
  const std::string order = "signet_rooms(base store audit)\n";
  EXPECT_EQ(Count(RoomOrder,
                  {{"crypto/CMakeLists.txt", order},
                   {"crypto/base/a.cc", "#include \"crypto/store/b.h\"\n"}}),
            1U);
  EXPECT_EQ(Count(RoomOrder,
                  {{"crypto/CMakeLists.txt", order},
                   {"crypto/audit/a.cc", "#include \"crypto/store/b.h\"\n"}}),
            0U);
}

TEST(TidyRules, AnIncludeMustBeADeclaredDependency) {
  const std::string room = "signet_room(crypto/audit\n  SOURCES a.cc";
  const std::string include = "#include \"crypto/store/b.h\"\n#include \"crypto/base/c.h\"\n";
  EXPECT_EQ(Count(IncludesWithinDependencies,
                  {{"crypto/audit/CMakeLists.txt", room + ")\n"}, {"crypto/audit/a.cc", include}}),
            1U);
  EXPECT_EQ(Count(IncludesWithinDependencies,
                  {{"crypto/audit/CMakeLists.txt", room + "\n  DEPS signet::crypto::store)\n"},
                   {"crypto/audit/a.cc", include}}),
            0U);
}

TEST(TidyRules, ALibraryHasItsRoom) {
  EXPECT_EQ(Count(SoleIncluders, {{"crypto/audit/a.cc", "#include <rocksdb/db.h>\n"}}), 1U);
  EXPECT_EQ(Count(SoleIncluders, {{"crypto/store/a.cc", "#include <rocksdb/db.h>\n"}}), 0U);
  EXPECT_EQ(
      Count(SoleIncluders, {{"crypto/store/a.cc", "#include <vector>\n#include <unistd.h>\n"}}),
      0U);
  EXPECT_EQ(Count(SoleIncluders, {{"crypto/store/a.cc", "#include <new_library/x.h>\n"}}), 1U);
}

TEST(TidyRules, AFileHasItsTargetAndAHeaderItsReader) {
  const Files mended = {
      {"crypto/store/CMakeLists.txt", "signet_room(crypto/store SOURCES a.cc a.h)\n"},
      {"crypto/store/a.cc", "#include \"crypto/store/a.h\"\n"},
      {"crypto/store/a.h", "#pragma once\n"}};
  EXPECT_EQ(Count(EveryFileHasItsPlace, mended), 0U);
  Files broken = mended;
  broken["crypto/store/CMakeLists.txt"] = "signet_room(crypto/store SOURCES a.h)\n";
  EXPECT_EQ(Count(EveryFileHasItsPlace, broken), 1U);
  broken = mended;
  broken["crypto/store/a.cc"] = "\n";
  EXPECT_EQ(Count(EveryFileHasItsPlace, broken), 1U);
}

TEST(TidyRules, ALineHasAHundredColumns) {
  EXPECT_EQ(Count(LongLines, {{"crypto/base/a.cc", std::string(100, 'x')}}), 0U);
  EXPECT_EQ(Count(LongLines, {{"crypto/base/a.cc", std::string(101, 'x')}}), 1U);
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "\xC3\xA4";
  EXPECT_EQ(Count(LongLines, {{"crypto/base/a.cc", wide}}), 0U);
}

std::string FunctionOf(const std::string& signature, int lines, const std::string& indent = "") {
  std::string text = indent + signature + " {\n";
  for (int i = 0; i < lines; ++i) text += indent + "  Work();\n";
  return text + indent + "}\n";
}

TEST(TidyRules, AFunctionHasSeventyLines) {
  for (const std::string signature : {"Status Write(int a)",
                                      "Status Writer::Write(int a) const",
                                      "Result<std::unique_ptr<X>> Open(\n    int a,\n    int b)",
                                      "Result<X>\nOpen(int a)",
                                      "Writer::Writer(int a)\n    : a_(a)"}) {
    SCOPED_TRACE(signature);
    EXPECT_EQ(Count(LongFunctions, {{"crypto/base/a.cc", FunctionOf(signature, 80)}}), 1U);
    EXPECT_EQ(Count(LongFunctions, {{"crypto/base/a.cc", FunctionOf(signature, 60)}}), 0U);
  }
  EXPECT_EQ(Count(LongFunctions,
                  {{"crypto/base/a.h",
                    "class A {\n public:\n" + FunctionOf("void Run()", 80, "  ") + "};\n"}}),
            1U);
  EXPECT_EQ(Count(LongFunctions,
                  {{"crypto/base/a.h", "class A {\n" + FunctionOf("struct B", 80, "  ") + "};\n"}}),
            0U);
  EXPECT_EQ(Count(LongFunctions, {{"crypto/base/a.cc", FunctionOf("namespace signet", 80)}}), 0U);
}

TEST(TidyRules, AFileHasItsLimit) {
  std::string lines;
  for (int i = 0; i < 401; ++i) lines += "x\n";
  EXPECT_EQ(Count(LongFiles, {{"crypto/base/a.cc", lines}}), 1U);
  EXPECT_EQ(Count(LongFiles, {{"crypto/base/a.cc", lines.substr(2)}}), 0U);
}

TEST(TidyRules, TimeChanceAndSleepHaveTheirDoors) {
  struct Case {
    const char* path;
    const char* line;
    size_t want;
  };
  for (const Case& c :
       {Case{"crypto/base/a.cc", "std::cout << 1;", 1},
        Case{"coordinator/cli/a.cc", "std::cout << 1;", 0},
        Case{"workers/main.cc", "std::cout << 1;", 0},
        Case{"crypto/base/a.cc", "std::this_thread::sleep_for(x);", 1},
        Case{"tests/crypto/base/a_test.cc", "std::this_thread::sleep_for(x);", 1},
        Case{"crypto/base/a.cc", "int x = rand();", 1},
        Case{"crypto/base/a.cc", "operand();", 0},
        Case{"crypto/base/a.cc", "auto t = std::chrono::system_clock::now();", 1},
        Case{"crypto/base/clock.cc", "auto t = std::chrono::system_clock::now();", 0},
        Case{"crypto/base/a.cc", "// like rand(), but better", 0},
        Case{"crypto/base/a.cc", "for (const Json& x : Answer()[\"rows\"].items()) {", 1},
        Case{"crypto/base/a.cc", "for (const Row& row : *Rows::Read(a, b)) {", 1},
        Case{"crypto/base/a.cc", "for (const Row& row : Read(a)->rows) {", 1},
        Case{"crypto/base/a.cc", "for (const Row& row : Rows(a)) {", 0},
        Case{"crypto/base/a.cc", "for (const Json& x : (*answer)[\"rows\"].items()) {", 0},
        Case{"crypto/base/a.cc", "// TODO: later", 1}}) {
    SCOPED_TRACE(std::string(c.path) + ": " + c.line);
    EXPECT_EQ(Count(BannedWords, {{c.path, c.line}}), c.want);
  }
}

TEST(TidyRules, NoFileNamesAMachineOrARegistry) {
  EXPECT_EQ(Count(MachinePaths, {{"README.md", "see /home/ada/signet"}}), 1U);
  EXPECT_EQ(Count(MachinePaths,
                  {{"README.md",
                    "see tests/"
                    "work/x and build/"
                    "root/y"}}),
            0U);
  EXPECT_EQ(Count(MachinePaths, {{"deploy/x", "curl https://registry.npmjs.org"}}), 1U);
}

TEST(TidyRules, AHeaderOpensWithASentence) {
  EXPECT_EQ(Count(Headers, {{"crypto/base/a.h", "/// What it is.\n#pragma once\n"}}), 0U);
  EXPECT_EQ(Count(Headers, {{"crypto/base/a.h", "#pragma once\n"}}), 1U);
  EXPECT_EQ(Count(Headers, {{"crypto/base/a.h", "/// What it is.\n"}}), 1U);
  EXPECT_EQ(Count(Headers, {{"crypto/base/string_utils.cc", "x\n"}}), 1U);
}

TEST(TidyRules, ASourceHasItsTwin) {
  EXPECT_EQ(Count(TwinTests, {{"crypto/base/a.cc", ""}}), 1U);
  EXPECT_EQ(Count(TwinTests, {{"crypto/base/a.cc", ""}, {"tests/crypto/base/a_test.cc", ""}}), 0U);
  EXPECT_EQ(Count(TwinTests, {{"workers/main.cc", ""}}), 0U);
}

}  // namespace
}  // namespace signet::tidy
