#include "coordinator/requests/file_watch.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base/bytes.h"
#include "crypto/base/file.h"
#include "tests/support/environment.h"

namespace signet::coordinator {
namespace {

TEST(FilesFingerprint, ChangesWithWhatThePatternNames) {
  const testing_support::ScratchFolder scratch;
  const auto write = [&](const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(scratch.path() / name, AsBytes(text)).ok());
  };
  const std::string pattern = (scratch.path() / "crm-*.csv").string();
  const auto print = [&] { return FilesFingerprint(pattern).value(); };
  EXPECT_EQ(print(), "");
  write("crm-1.csv", "a");
  const std::string one = print();
  EXPECT_NE(one, "");
  write("orders.csv", "another");
  EXPECT_EQ(print(), one) << "another file is not named";
  write("crm-2.csv", "b");
  const std::string two = print();
  EXPECT_NE(two, one);
  write("crm-2.csv", "longer");
  EXPECT_NE(print(), two);
  std::filesystem::remove(scratch.path() / "crm-2.csv");
  EXPECT_EQ(print(), one);
}

TEST(FileWatch, WhatStillChangesHasNotSettled) {
  FileWatch watch(/*settle_micros=*/10);
  EXPECT_FALSE(watch.Saw("a", 0));
  EXPECT_FALSE(watch.Saw("b", 9));
  EXPECT_FALSE(watch.Saw("b", 18));
  EXPECT_TRUE(watch.Saw("b", 19));
  EXPECT_FALSE(watch.Saw("c", 20));
}

}  // namespace
}  // namespace signet::coordinator
