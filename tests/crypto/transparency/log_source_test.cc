#include "crypto/transparency/log_source.h"

#include <gtest/gtest.h>

#include "tests/crypto/transparency/reference_tree.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

using testing_tree::KeyOf;
using testing_tree::LogFiles;
using testing_tree::WriteLog;

TEST(FolderLog, ReadsCheckpointBundlesAndTiles) {
  const testing_support::ScratchFolder scratch;
  const auto files = LogFiles(300, KeyOf(1), "log");
  WriteLog(files, scratch.path());
  FolderLog log(scratch.path());
  EXPECT_EQ(ToBytes(*log.CheckpointNote()), files.at("checkpoint"));
  EXPECT_EQ(*log.EntryBundle(1, 44), files.at("tile/entries/001.p/44"));
  EXPECT_EQ(**log.HashTile({0, 0, 256}), files.at("tile/0/000"));
  EXPECT_EQ((**log.HashTile({0, 0, 3})).size(), 96U) << "a full tile stands for its partial ones";
}

TEST(FolderLog, WhatIsMissingIsNamed) {
  const testing_support::ScratchFolder scratch;
  FolderLog log(scratch.path());
  EXPECT_EQ(log.CheckpointNote().status().code(), StatusCode::kInvalid);
  const auto bundle = log.EntryBundle(3, 7);
  EXPECT_EQ(bundle.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(bundle.status().message().find("tile/entries/003.p/7"), std::string::npos);
}

}  // namespace
}  // namespace signet::crypto
