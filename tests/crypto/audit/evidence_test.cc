#include "crypto/audit/evidence.h"

#include <string>

#include <gtest/gtest.h>

#include "crypto/base/file.h"
#include "crypto/transparency/cosignature.h"
#include "tests/crypto/audit/audit_world.h"

namespace signet::crypto {
namespace {

class EvidenceTest : public AuditWorld {
 protected:
  Result<std::unique_ptr<AuditLog>> OpenWithEvidence() {
    return AuditLog::Open(*store_, Key(), "signet.test/audit", clock_, remembered_, folder_);
  }

  /// The one file in the evidence folder.
  Json Only() {
    Json found;
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      found = *Json::Parse(AsText(*ReadFile(entry.path())));
      ++files;
    }
    EXPECT_EQ(files, 1);
    return found;
  }

  std::filesystem::path folder_ = scratch_.path() / "evidence";
};

TEST_F(EvidenceTest, ARestoredOlderStoreIsRefusedAndBothCheckpointsAreKept) {
  std::string newer;
  {
    auto log = OpenWithEvidence();
    Fill(**log, 5, 1);
    newer = *(*log)->SignCheckpoint();
  }
  store_ = NewMemoryStore();
  {
    const std::filesystem::path kept = remembered_;
    remembered_ = scratch_.path() / "other.note";
    auto log = OpenWithEvidence();
    Fill(**log, 3, 1);
    ASSERT_TRUE((*log)->SignCheckpoint().ok());
    remembered_ = kept;
  }
  const auto refused = OpenWithEvidence();
  ASSERT_EQ(refused.status().code(), StatusCode::kCorrupt);
  EXPECT_NE(refused.status().remedy().find(folder_.string()), std::string::npos);
  const Json evidence = Only();
  EXPECT_EQ(evidence["remembered_checkpoint"].AsString(), newer);
  EXPECT_NE(evidence["stored_checkpoint"].AsString(), "");
  EXPECT_NE(evidence["finding"].AsString().find("rolled back"), std::string::npos);
  EXPECT_EQ(evidence["origin"].AsString(), "signet.test/audit");
}

TEST_F(EvidenceTest, AFlippedBitFoundByTheFullVerificationIsKept) {
  auto log = OpenWithEvidence();
  Fill(**log, 300, 50);
  ASSERT_TRUE((*log)->SignCheckpoint().ok());
  Bytes bundle = **store_->Get(AuditEntriesKey(0));
  bundle[100] ^= 1;
  ASSERT_TRUE(store_->Put(AuditEntriesKey(0), bundle).ok());
  const Status found = (*log)->VerifyAll();
  EXPECT_EQ(found.code(), StatusCode::kCorrupt);
  EXPECT_NE(found.remedy().find("keep the evidence"), std::string::npos);
  EXPECT_NE(Only()["stored_checkpoint"].AsString(), "");
}

TEST_F(EvidenceTest, AHealthyLogLeavesNone) {
  auto log = OpenWithEvidence();
  Fill(**log, 5, 1);
  ASSERT_TRUE((*log)->VerifyAll().ok());
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(EvidenceTest, WhereItCannotBeWrittenTheFindingIsToldAllTheSame) {
  ASSERT_TRUE(WriteFileAtomically(scratch_.path() / "file", AsBytes("x")).ok());
  const Status told =
      WithEvidence(Corrupt("forked"), scratch_.path() / "file" / "sub", {}, Timestamp{0});
  EXPECT_EQ(told.code(), StatusCode::kCorrupt);
  EXPECT_EQ(told.message(), "forked");
  EXPECT_NE(told.remedy().find("could not be written"), std::string::npos);
}

TEST_F(EvidenceTest, CosignaturesJoinTheLastCheckpointOnly) {
  auto log = OpenWithEvidence();
  Fill(**log, 5, 1);
  const std::string note = *(*log)->SignCheckpoint();
  SignedNote cosigned = *SignedNote::FromText(note);
  cosigned.signatures.push_back(*Cosign(cosigned.text, "w.example", Key(7), 100));
  ASSERT_TRUE((*log)->AddCosignatures(cosigned).ok());
  ASSERT_TRUE((*log)->AddCosignatures(cosigned).ok());
  const SignedNote last = *SignedNote::FromText(*(*log)->reader().LastCheckpoint());
  EXPECT_EQ(last.signatures.size(), 2U);
  EXPECT_EQ(*(*log)->SignCheckpoint(), last.Text()) << "nothing was appended: the same note";
  Fill(**log, 1, 1);
  ASSERT_TRUE((*log)->SignCheckpoint().ok());
  EXPECT_EQ((*log)->AddCosignatures(cosigned).code(), StatusCode::kInvalid);
}

}  // namespace
}  // namespace signet::crypto
