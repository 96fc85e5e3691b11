#include "crypto/transparency/published_proof.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base/json.h"
#include "crypto/transparency/receipt.h"
#include "tests/crypto/transparency/reference_tree.h"

namespace signet::crypto {
namespace {

using testing_tree::KeyOf;
using testing_tree::ReferenceTree;

/// A log of four entries, the last two of which announce a plan and a snapshot.
class PublishedProofTest : public testing::Test {
 protected:
  PublishedProofTest() {
    plan_ = Json::Of({{"pipeline", "loyalty"}, {"steps", Json::List({1, 2})}});
    const std::string plan_digest = ToHex(Sha256::Of(AsBytes(plan_.Dump())));
    manifest_ = Json::Of({{"name", "publish"},
                          {"recipient", "mail"},
                          {"version", "1"},
                          {"members", 70},
                          {"content_digest", "aa"},
                          {"members_blob", "bb"},
                          {"plan_digest", plan_digest},
                          {"audit_index", 3}});
    Json facts = manifest_;
    entries_ = {R"({"index":0})",
                R"({"index":1})",
                Json::Of({{"index", 2},
                          {"type", "plan.bound"},
                          {"facts", Json::Of({{"plan_digest", plan_digest}})}})
                    .Dump(),
                Json::Of({{"index", 3},
                          {"type", "snapshot.published"},
                          {"facts",
                           Json::Of({{"snapshot", "publish"},
                                     {"recipient", "mail"},
                                     {"version", "1"},
                                     {"members", 70},
                                     {"content_digest", "aa"},
                                     {"members_blob", "bb"},
                                     {"plan_digest", plan_digest}})}})
                    .Dump()};
    proof_ = {manifest_.Dump(), NoteOf(manifest_), ReceiptFor(3), entries_[3]};
  }

  static std::string NoteOf(const Json& manifest) {
    const std::string text = "signet snapshot v1\n" + manifest["name"].AsString() + "\n" +
                             manifest["recipient"].AsString() + "\n" +
                             manifest["version"].AsString() + "\n" +
                             ToHex(Sha256::Of(AsBytes(manifest.Dump()))) + "\n";
    return SignNote(text, "log", KeyOf(1))->Text();
  }
  std::string ReceiptFor(uint64_t index) const {
    std::vector<Digest> leaves;
    TreeHasher hasher;
    leaves.reserve(entries_.size());
    for (const std::string& entry : entries_) leaves.push_back(hasher.Leaf(AsBytes(entry)));
    const ReferenceTree tree(leaves);
    const Checkpoint checkpoint{"log", 4, tree.Root(4)};
    const Receipt receipt{index,
                          ProveInclusion(index, 4, tree.Nodes()).value(),
                          SignNote(checkpoint.Text(), "log", KeyOf(1))->Text()};
    return receipt.Text();
  }
  StatusCode Check(const SnapshotProof& proof) const {
    return VerifySnapshotProof(proof, policy_).status().code();
  }

  LogPolicy policy_ = LogPolicy::OfKey(*VerifierKey::Create("log", KeyOf(1).PublicKey()));
  Json plan_;
  Json manifest_;
  std::vector<std::string> entries_;
  SnapshotProof proof_;
};

TEST_F(PublishedProofTest, AnAnnouncedSnapshotIsAccepted) {
  const auto checkpoint = VerifySnapshotProof(proof_, policy_);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
  EXPECT_EQ(checkpoint->size, 4U);
}

TEST_F(PublishedProofTest, AnyFlippedByteIsRefused) {
  for (std::string SnapshotProof::*part : {&SnapshotProof::manifest,
                                           &SnapshotProof::note,
                                           &SnapshotProof::receipt,
                                           &SnapshotProof::entry}) {
    for (size_t at = 0; at < (proof_.*part).size(); ++at) {
      SnapshotProof changed = proof_;
      (changed.*part)[at] = static_cast<char>((changed.*part)[at] ^ 1);
      EXPECT_NE(Check(changed), StatusCode::kOk) << "byte " << at;
    }
  }
}

TEST_F(PublishedProofTest, AManifestThatTheLogDoesNotAnnounceIsRefused) {
  for (const auto& [field, value] :
       std::vector<std::pair<std::string, Json>>{{"name", "other"},
                                                 {"recipient", "ads"},
                                                 {"version", "2"},
                                                 {"members", 71},
                                                 {"content_digest", "ab"},
                                                 {"members_blob", "bc"},
                                                 {"plan_digest", "00"},
                                                 {"audit_index", 2}}) {
    SCOPED_TRACE(field);
    Json other = manifest_;
    other.Set(field, value);
    SnapshotProof changed = proof_;
    changed.manifest = other.Dump();
    changed.note = NoteOf(other);  // signed all the same
    EXPECT_EQ(Check(changed), StatusCode::kCorrupt);
  }
}

TEST_F(PublishedProofTest, OneKindOfEntryNeverStandsForAnother) {
  SnapshotProof changed = proof_;
  changed.entry = entries_[2];
  changed.receipt = ReceiptFor(2);
  EXPECT_EQ(Check(changed), StatusCode::kCorrupt);
  EXPECT_EQ(VerifyPlanProof(plan_.Dump(), ReceiptFor(3), entries_[3], policy_).status().code(),
            StatusCode::kCorrupt);
  changed = proof_;
  changed.receipt = ReceiptFor(2);
  EXPECT_EQ(Check(changed), StatusCode::kCorrupt);
  // A checkpoint, signed by the same key, is no manifest's note.
  changed = proof_;
  changed.note = Receipt::FromText(proof_.receipt)->checkpoint;
  EXPECT_EQ(Check(changed), StatusCode::kCorrupt);
}

TEST_F(PublishedProofTest, APlanIsProvedWhateverItsIndentation) {
  EXPECT_TRUE(VerifyPlanProof(plan_.Pretty(), ReceiptFor(2), entries_[2], policy_).ok());
  plan_.Set("pipeline", "other");
  EXPECT_EQ(VerifyPlanProof(plan_.Dump(), ReceiptFor(2), entries_[2], policy_).status().code(),
            StatusCode::kCorrupt);
}

TEST_F(PublishedProofTest, AQuorumThatIsNotReachedIsDenied) {
  const std::string witness =
      VerifierKey::Create("w", KeyOf(5).PublicKey(), KeyType::kWitness)->Text();
  const LogPolicy strict = *LogPolicy::FromText("log " + policy_.logs()[0].key.Text() +
                                                "\nwitness w " + witness + "\nquorum w\n");
  EXPECT_EQ(VerifySnapshotProof(proof_, strict).status().code(), StatusCode::kDenied);
}

}  // namespace
}  // namespace signet::crypto
