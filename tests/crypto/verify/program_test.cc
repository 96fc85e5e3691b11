// What the program links: a verifier that carried the writer's libraries would not be small enough
// to be trusted.
#include <cstdlib>
#include <string>
#include <sys/wait.h>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

/// The shared libraries that the program names.
std::string NeededLibraries(const std::string& program, const std::string& scratch) {
  const std::string command = "readelf -d '" + program + "' >'" + scratch + "' 2>/dev/null";
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
       {"rocksdb", "duckdb", "thrift", "zmq", "xgboost", "yaml", "libssl"}) {
    EXPECT_EQ(needed.find(forbidden), std::string::npos) << forbidden;
  }
}

TEST(SignetVerify, AnswersWrongUseWithTwo) {
  const auto program = testing_support::ProgramFolder() / "signet-verify";
  const int status = std::system(("'" + program.string() + "' >/dev/null 2>&1").c_str());
  EXPECT_EQ(WEXITSTATUS(status), 2);
}

}  // namespace
}  // namespace signet::crypto
