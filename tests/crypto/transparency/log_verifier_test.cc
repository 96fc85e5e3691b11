#include "crypto/transparency/log_verifier.h"

#include <gtest/gtest.h>

#include "tests/crypto/transparency/reference_tree.h"
#include "tests/support/environment.h"

namespace signet::crypto {
namespace {

using testing_tree::KeyOf;
using testing_tree::LogFiles;
using testing_tree::NoteAt;
using testing_tree::WriteLog;

class LogVerifierTest : public testing::Test {
 protected:
  Result<LogVerification> Verify(const std::optional<std::string>& since = std::nullopt) {
    FolderLog log(scratch_.path());
    return VerifyLog(log, key_, {.since = since});
  }

  testing_support::ScratchFolder scratch_;
  VerifierKey key_ = *VerifierKey::Create("log", KeyOf(1).PublicKey());
};

TEST_F(LogVerifierTest, AcceptsLogsAroundTheEdgesOfTiles) {
  for (const uint64_t size : {0U, 1U, 255U, 256U, 257U, 600U}) {
    SCOPED_TRACE(size);
    const auto files = LogFiles(size, KeyOf(1), "log");
    WriteLog(files, scratch_.path());
    const auto verified = Verify();
    ASSERT_TRUE(verified.ok()) << verified.status().ToString();
    EXPECT_EQ(verified->checkpoint.size, size);
    EXPECT_EQ(verified->tiles, TilesOf(size).size());
  }
}

TEST_F(LogVerifierTest, AnyFlippedByteOfAnyFileIsFound) {
  const auto files = LogFiles(258, KeyOf(1), "log");
  for (const auto& [name, bytes] : files) {
    for (const size_t at : {size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      SCOPED_TRACE(name + " byte " + std::to_string(at));
      auto changed = files;
      changed[name][at] ^= 1;
      WriteLog(changed, scratch_.path());
      EXPECT_FALSE(Verify().ok());
    }
  }
}

TEST_F(LogVerifierTest, AnyMissingOrShortFileIsFound) {
  const auto files = LogFiles(258, KeyOf(1), "log");
  for (const auto& [name, bytes] : files) {
    SCOPED_TRACE(name);
    auto changed = files;
    changed[name].resize(bytes.size() - 1);
    WriteLog(changed, scratch_.path());
    EXPECT_FALSE(Verify().ok());
    WriteLog(files, scratch_.path());
    std::filesystem::remove(scratch_.path() / name);
    EXPECT_FALSE(Verify().ok());
    WriteLog(files, scratch_.path());
  }
}

TEST_F(LogVerifierTest, AFullFileStandsForItsPartialOne) {
  auto files = LogFiles(300, KeyOf(1), "log");
  for (const auto& [name, bytes] : LogFiles(512, KeyOf(1), "log")) {
    if (name != "checkpoint") files[name] = bytes;
  }
  std::erase_if(files,
                [](const auto& file) { return file.first.find(".p/44") != std::string::npos; });
  WriteLog(files, scratch_.path());
  const auto verified = Verify();
  EXPECT_TRUE(verified.ok()) << verified.status().ToString();
}

TEST_F(LogVerifierTest, TheWrongKeyIsRefused) {
  WriteLog(LogFiles(3, KeyOf(2), "log"), scratch_.path());
  EXPECT_EQ(Verify().status().code(), StatusCode::kCorrupt);
}

TEST_F(LogVerifierTest, ShowsThatALogExtendsAnOlderCheckpoint) {
  WriteLog(LogFiles(300, KeyOf(1), "log"), scratch_.path());
  for (const uint64_t older : {0U, 1U, 255U, 256U, 299U, 300U}) {
    SCOPED_TRACE(older);
    const auto verified = Verify(NoteAt(older, KeyOf(1), "log"));
    ASSERT_TRUE(verified.ok()) << verified.status().ToString();
    EXPECT_EQ(verified->since->size, older);
  }
}

TEST_F(LogVerifierTest, ARolledBackOrRewrittenLogIsFound) {
  WriteLog(LogFiles(300, KeyOf(1), "log"), scratch_.path());
  EXPECT_EQ(Verify(NoteAt(301, KeyOf(1), "log")).status().code(), StatusCode::kCorrupt);
  const Checkpoint fork{"log", 200, Digest{}};
  const auto forked = Verify(SignNote(fork.Text(), "log", KeyOf(1))->Text());
  EXPECT_EQ(forked.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(forked.status().message().find("rewritten"), std::string::npos);
}

TEST_F(LogVerifierTest, AFolderWithoutALogIsInvalidInput) {
  EXPECT_EQ(Verify().status().code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::crypto
