#include "crypto/audit/audit_reader.h"

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/transparency/receipt.h"
#include "tests/crypto/audit/audit_world.h"

namespace signet::crypto {
namespace {

class AuditReaderTest : public AuditWorld {};

TEST_F(AuditReaderTest, ReadsWithThePublicKeyAlone) {
  auto log = Open();
  Fill(**log, 10, 4);
  ASSERT_TRUE((*log)->SignCheckpoint().ok());
  auto reader = AuditReader::Open(*store_, (*log)->key());
  ASSERT_TRUE(reader.ok()) << reader.status().ToString();
  EXPECT_EQ((*reader)->size(), 10U);
  EXPECT_EQ(*(*reader)->VerifyAll(), 10U);
  Fill(**log, 1, 1);
  EXPECT_EQ((*reader)->size(), 10U);
  ASSERT_TRUE((*reader)->Refresh().ok());
  EXPECT_EQ((*reader)->size(), 11U);
}

TEST_F(AuditReaderTest, RefusesALogSignedByAnotherKey) {
  auto log = Open();
  ASSERT_TRUE((*log)->SignCheckpoint().ok());
  const VerifierKey other = *VerifierKey::Create("signet.test/audit", Key(2).PublicKey());
  EXPECT_EQ(AuditReader::Open(*store_, other).status().code(), StatusCode::kCorrupt);
}

TEST_F(AuditReaderTest, ScansFromAnyEntryInOrder) {
  auto log = Open();
  Fill(**log, 520, 100);
  for (const uint64_t from : {0U, 1U, 255U, 256U, 519U, 520U, 9999U}) {
    SCOPED_TRACE(from);
    uint64_t next = from;
    ASSERT_TRUE((*log)
                    ->reader()
                    .Scan(from,
                          [&](uint64_t index, ByteView entry) {
                            EXPECT_EQ(index, next++);
                            EXPECT_EQ((*Json::Parse(AsText(entry)))["index"].AsInt(),
                                      static_cast<int64_t>(index));
                            return OkStatus();
                          })
                    .ok());
    EXPECT_EQ(next, std::max<uint64_t>(from, 520));
  }
}

TEST_F(AuditReaderTest, EveryEntryUnderTheCheckpointHasAReceiptThatVerifiesOffline) {
  auto log = Open();
  Fill(**log, 300, 37);
  EXPECT_EQ((*log)->ProveInclusion(0).status().code(), StatusCode::kUnavailable);
  ASSERT_TRUE((*log)->SignCheckpoint().ok());
  Fill(**log, 3, 1);
  for (uint64_t index = 0; index < 300; ++index) {
    const auto text = (*log)->ProveInclusion(index);
    ASSERT_TRUE(text.ok()) << text.status().ToString();
    const Bytes entry = *(*log)->reader().EntryBytes(index);
    EXPECT_TRUE(VerifyReceipt(*Receipt::FromText(*text), entry, (*log)->key()).ok());
  }
  EXPECT_EQ((*log)->ProveInclusion(300).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ((*log)->ProveInclusion(303).status().code(), StatusCode::kNotFound);
}

TEST_F(AuditReaderTest, ProvesThatTheLogGrewFromEveryOlderSize) {
  auto log = Open();
  Fill(**log, 270, 50);
  ASSERT_TRUE((*log)->SignCheckpoint().ok());
  AuditReader& reader = (*log)->reader();
  for (uint64_t old = 0; old <= 270; old += 9) {
    const auto proof = reader.ProveConsistencyFrom(old);
    ASSERT_TRUE(proof.ok());
    EXPECT_TRUE(VerifyConsistency(old, 270, *reader.RootAt(old), *reader.RootAt(270), *proof).ok());
  }
}

TEST_F(AuditReaderTest, AnExportVerifiesAtEverySizeAndExtendsTheFormerOne) {
  auto log = Open();
  const std::filesystem::path folder = scratch_.path() / "export";
  EXPECT_EQ((*log)->Export(folder).code(), StatusCode::kNotFound);
  std::optional<std::string> before;
  for (const uint64_t more : {0U, 1U, 254U, 1U, 1U, 300U}) {
    SCOPED_TRACE(more);
    Fill(**log, more, 64);
    const std::string note = *(*log)->SignCheckpoint();
    const Status exported = (*log)->Export(folder);
    ASSERT_TRUE(exported.ok()) << exported.ToString();
    FolderLog files(folder);
    const auto verified = VerifyLog(files, (*log)->key(), {.since = before});
    ASSERT_TRUE(verified.ok()) << verified.status().ToString();
    EXPECT_EQ(verified->checkpoint.size, (*log)->size());
    before = note;
  }
}

TEST_F(AuditReaderTest, AnExportIntoAFolderThatMayNotBeWrittenSaysSo) {
  auto log = Open();
  Fill(**log, 1, 1);
  ASSERT_TRUE((*log)->SignCheckpoint().ok());
  ASSERT_TRUE(WriteFileAtomically(scratch_.path() / "file", AsBytes("x")).ok());
  EXPECT_FALSE((*log)->Export(scratch_.path() / "file").ok());
}

}  // namespace
}  // namespace signet::crypto
