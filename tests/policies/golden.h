/// Golden texts of the policies: tests/golden/policies/NAME.txt. SIGNET_UPDATE_GOLDEN=1 rewrites.
#pragma once

#include <stdlib.h>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"

namespace signet::policies {

inline void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = "tests/golden/policies/" + name + ".txt";
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread here
  if (::getenv("SIGNET_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(WriteFileAtomically(path, AsBytes(text), 0644).ok());
    return;
  }
  const Result<Bytes> golden = ReadFile(path);
  ASSERT_TRUE(golden.ok()) << path << " is missing: run with SIGNET_UPDATE_GOLDEN=1";
  EXPECT_EQ(text, AsText(*golden)) << path;
}

}  // namespace signet::policies
