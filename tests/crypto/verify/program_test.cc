// What the program links: a verifier that carried the writer's libraries would not be small enough
// to be trusted.
#include <cstdlib>
#include <string>
#include <sys/wait.h>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/support/environment.h"
#include "tests/support/sanitizers.h"

namespace signet::crypto {
namespace {

/// The shared libraries that the program names.
std::string NeededLibraries(const std::string& program, const std::string& scratch) {
  const std::string command = "readelf -d '" + program + "' >'" + scratch + "' 2>/dev/null";
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  if (std::system(command.c_str()) != 0) return {};
  const Result<Bytes> text = ReadFile(scratch);
  return text.ok() ? std::string(AsText(*text)) : std::string();
}

TEST(SignetVerify, LinksNoStoreNoThriftNoDuckDb) {
  const testing_support::ScratchFolder scratch;
  const auto program = testing_support::ProgramFolder() / "signet-verify";
  ASSERT_TRUE(std::filesystem::exists(program)) << program;
  const std::string needed =
      NeededLibraries(program.string(), (scratch.path() / "needed").string());
  if (needed.empty()) GTEST_SKIP() << "readelf is absent";
  EXPECT_NE(needed.find("libcrypto"), std::string::npos);
  for (const char* forbidden :
       {"rocksdb", "duckdb", "thrift", "zmq", "xgboost", "yaml", "libssl", "curl", "httplib"}) {
    EXPECT_EQ(needed.find(forbidden), std::string::npos) << forbidden;
  }
  // libcrypto and what a C++ program needs: nothing else.
  size_t libraries = 0;
  for (size_t at = needed.find("(NEEDED)"); at != std::string::npos;
       at = needed.find("(NEEDED)", at + 1)) {
    ++libraries;
  }
  EXPECT_LE(libraries, 6U) << needed;
}

TEST(SignetVerify, IsSmallEnoughToBeReadAndCarried) {
  const auto program = testing_support::ProgramFolder() / "signet-verify";
  if (testing_support::kSanitized) GTEST_SKIP() << "a sanitizer's build is larger";
  // Of a copy without the lines that debug information tells of: a debug build is three times as
  // large.
  const testing_support::ScratchFolder scratch;
  const auto carried = scratch.path() / "signet-verify";
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  const int status = std::system(
      ("strip -o '" + carried.string() + "' '" + program.string() + "' >/dev/null 2>&1").c_str());
  ASSERT_EQ(WEXITSTATUS(status), 0);
  EXPECT_LT(std::filesystem::file_size(carried), uint64_t{2} << 20);
}

TEST(SignetVerify, AnswersWrongUseWithTwo) {
  const auto program = testing_support::ProgramFolder() / "signet-verify";
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  const int status = std::system(("'" + program.string() + "' >/dev/null 2>&1").c_str());
  EXPECT_EQ(WEXITSTATUS(status), 2);
}

}  // namespace
}  // namespace signet::crypto
