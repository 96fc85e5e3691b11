#include "crypto/base/secret.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace signet {
namespace {

bool AllZero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b == 0; });
}

void ExpectZerosThenOwnContent(size_t size) {
  std::vector<SecretBytes> secrets;
  secrets.reserve(20);
  for (int i = 0; i < 20; ++i) {
    secrets.emplace_back(size);
    ASSERT_TRUE(AllZero(secrets.back().ExposeSecret())) << size;
    const ByteSpan bytes = secrets.back().ExposeSecretForWrite();
    std::fill(bytes.begin(), bytes.end(), static_cast<uint8_t>(i + 1));
  }
  for (int i = 0; i < 20; ++i) {
    const ByteView bytes = secrets[static_cast<size_t>(i)].ExposeSecret();
    ASSERT_TRUE(std::all_of(bytes.begin(), bytes.end(), [i](uint8_t b) { return b == i + 1; }));
  }
}

TEST(SecretBytes, BeginAsZerosAtEverySizeEvenWhereAnotherSecretWas) {
  for (int round = 0; round < 2; ++round) {
    for (const size_t size : {1U, 31U, 32U, 33U, 100U, 4096U, 16384U, 32768U, 32769U, 100000U}) {
      ExpectZerosThenOwnContent(size);
    }
  }
}

TEST(SecretBytes, MoveWithoutACopyAndCloneWithOne) {
  SecretBytes one = SecretBytes::CopyOf(AsBytes("key"));
  const uint8_t* at = one.ExposeSecret().data();
  SecretBytes two = std::move(one);
  EXPECT_EQ(two.ExposeSecret().data(), at);
  const SecretBytes three = two.Clone();
  EXPECT_NE(three.ExposeSecret().data(), at);
  EXPECT_TRUE(ConstantTimeEqual(three.ExposeSecret(), AsBytes("key")));
  EXPECT_TRUE(SecretBytes().empty());
  EXPECT_TRUE(SecretBytes(0).ExposeSecret().empty());
}

TEST(SecretBytes, ServeManyThreads) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::vector<int> wrong(4, 0);
  for (int& count : wrong) {
    threads.emplace_back([&count] {
      for (size_t i = 1; i < 5000; ++i) {
        SecretBytes secret(i % 300 + 1);
        if (!AllZero(secret.ExposeSecret())) ++count;
        secret.ExposeSecretForWrite().back() = 0xFF;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(SecretBytes, WorkInAForkedChild) {
  const SecretBytes before = SecretBytes::CopyOf(AsBytes("key"));
  const pid_t child = ::fork();
  if (child == 0) {
    const SecretBytes copy = before.Clone();
    ::_exit(ConstantTimeEqual(copy.ExposeSecret(), AsBytes("key")) ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

// /proc/self/smaps: "VmFlags: ... dd ..." = do not dump; "lo" = locked.
TEST(SecretBytes, LieInPagesThatNoCoreDumpShows) {
  const SecretBytes secret(64);
  const auto at = reinterpret_cast<uintptr_t>(secret.ExposeSecret().data());
  std::ifstream maps("/proc/self/smaps");
  if (!maps) GTEST_SKIP() << "no /proc/self/smaps";
  bool here = false;
  for (std::string line; std::getline(maps, line);) {
    unsigned long long from = 0;
    unsigned long long to = 0;
    if (std::sscanf(line.c_str(), "%llx-%llx ", &from, &to) == 2) here = from <= at && at < to;
    if (here && line.rfind("VmFlags:", 0) == 0) {
      EXPECT_NE(line.find(" dd"), std::string::npos) << line;
      return;
    }
  }
  GTEST_SKIP() << "this kernel shows no VmFlags";
}

TEST(ConstantTimeEqual, ComparesContentsAndLengths) {
  EXPECT_TRUE(ConstantTimeEqual({}, {}));
  EXPECT_TRUE(ConstantTimeEqual(AsBytes("abc"), AsBytes("abc")));
  EXPECT_FALSE(ConstantTimeEqual(AsBytes("abc"), AsBytes("abd")));
  EXPECT_FALSE(ConstantTimeEqual(AsBytes("abc"), AsBytes("ab")));
}

}  // namespace
}  // namespace signet
